//! HTTP/1.1 over one kept connection: request bytes made ahead, and answers read with the least work.

use crate::failure::{During, Failure, Outcome};
use bytes::Bytes;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request under construction.
pub struct Request {
    head: String,
    body: String,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &str, path: &str, host: SocketAddr) -> Self {
        Self { head: format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n"), body: String::new() }
    }

    /// Adds a header; the value must be a valid one.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        for part in [name, ": ", value, "\r\n"] {
            self.head.push_str(part);
        }
        self
    }

    /// Sends these fields as `application/x-www-form-urlencoded`.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Sends this JSON value.
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = value.to_string();
        self.header("content-type", "application/json")
    }

    /// The bytes to send.
    pub fn bytes(self) -> Bytes {
        let length = self.body.len();
        Bytes::from(format!("{}accept: */*\r\ncontent-length: {length}\r\n\r\n{}", self.head, self.body))
    }
}

/// One answer, still in the connection's buffer.
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// Status line and headers.
    pub head: &'a [u8],
    /// The body, whole.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The body as JSON when the status is one of those wanted; otherwise a failure that names the step.
    pub fn json(&self, wanted: RangeInclusive<u16>, step: &str) -> Outcome<serde_json::Value> {
        if wanted.contains(&self.status) {
            serde_json::from_slice(self.body).during(step)
        } else {
            Err(self.refused(step))
        }
    }

    /// A failure that names the step and what the server said, without showing any token.
    pub fn refused(&self, step: &str) -> Failure {
        let said: serde_json::Value = serde_json::from_slice(self.body).unwrap_or_default();
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        let said = ["error", "error_description", "title", "detail", "code"].map(text).join(" ");
        Failure(format!("{step}: status {}: {}", self.status, said.trim()))
    }

    /// The headers but those that HTTP servers write themselves (`date`, `content-length`).
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(self.head);
        let lines = text.lines().skip(1).filter_map(|line| line.split_once(": "));
        let own = |name: &str| ["date", "content-length"].iter().any(|own| name.eq_ignore_ascii_case(own));
        lines.filter(|(name, _)| !own(name)).map(|(name, value)| (name.into(), value.into())).collect()
    }
}

/// A keep-alive connection that carries one request at a time.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    address: SocketAddr,
}

impl Connection {
    /// Connects, without Nagle's delay.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await.during("connecting")?;
        stream.set_nodelay(true).during("connecting")?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024), address })
    }

    /// Where it leads.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends the request and reads the whole answer. Answers must carry `content-length`.
    pub async fn ask(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await.during("sending a request")?;
        let (status, start, end) = loop {
            if self.stream.read_buf(&mut self.buffer).await.during("reading an answer")? == 0 {
                return Err(Failure("the server closed the connection".into()));
            }
            if let Some(extent) = extent(&self.buffer)? {
                break extent;
            }
        };
        while self.buffer.len() < end {
            if self.stream.read_buf(&mut self.buffer).await.during("reading an answer")? == 0 {
                return Err(Failure("the server closed the connection within an answer".into()));
            }
        }
        Ok(Answer { status, head: &self.buffer[..start], body: &self.buffer[start..end] })
    }
}

/// Status, start and end of the body, once the whole head is there.
fn extent(buffer: &[u8]) -> Outcome<Option<(u16, usize, usize)>> {
    let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.trim().parse::<usize>().ok();
    let status = buffer.get(9..12).and_then(number).and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| Failure("an answer without a status".into()))?;
    let length = buffer[..head].split(|&byte| byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        if name.eq_ignore_ascii_case(b"content-length:") { number(value) } else { None }
    });
    let length = match (status, length) {
        (_, Some(length)) => length,
        (204 | 304, None) => 0,
        _ => return Err(Failure("an answer without content-length".into())),
    };
    Ok(Some((status, head + 4, head + 4 + length)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_is_complete_only_with_its_whole_head() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\ndate: x\r\n\r\n{}";
        for cut in 0..whole.len() - 3 {
            assert!(extent(&whole[..cut]).unwrap().is_none());
        }
        assert_eq!(extent(whole).unwrap(), Some((201, whole.len() - 2, whole.len())));
    }

    #[test]
    fn an_answer_of_unknown_length_is_refused() {
        assert!(extent(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert_eq!(extent(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), Some((204, 27, 27)));
    }

    #[test]
    fn a_form_is_encoded_and_its_length_is_told() {
        let request = Request::new("POST", "/x", ([127, 0, 0, 1], 80).into()).form(&[("a", "b c&d")]).bytes();
        let text = std::str::from_utf8(&request).unwrap();
        assert!(text.contains("content-length: 9\r\n") && text.ends_with("\r\n\r\na=b+c%26d"));
    }

    #[test]
    fn headers_that_servers_write_themselves_are_left_out() {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nDate: now\r\nContent-Length: 0\r\n\r\n";
        let answer = Answer { status: 200, head, body: b"" };
        assert_eq!(answer.headers(), [("content-type".to_owned(), "a/b".to_owned())]);
    }
}
