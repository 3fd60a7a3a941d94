//! The framing of HTTP/1 requests, looked at as the bytes come.
//!
//! The HTTP library frames; it lets pass what it can frame safely, such as a `Content-Length` beside a
//! `Transfer-Encoding`, and does not tell. Here is seen what it lets pass and we do not. Nothing is decided
//! here about where a message ends: should the two ever disagree, requests are refused that need not be.

/// The longest part of a line that is kept while its rest has not come.
const KEPT: usize = 128;

/// What is wrong with a request's framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// `Content-Length` and `Transfer-Encoding` in one request (RFC 9112 §6.1).
    TwoFramings,
    /// More than one `Content-Length`, equal or not.
    TwoLengths,
    /// A line that ends with a line feed alone (RFC 9112 §2.2).
    BareLineFeed,
}

/// Follows requests on one connection.
#[derive(Debug, Default)]
pub(super) struct Framing {
    state: State,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// How much of the line is not kept.
    skipped: usize,
    /// The last byte of what has come of it.
    last: u8,
    head: Head,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a request's first byte.
    #[default]
    Between,
    Head,
    /// So many bytes of a body are to come.
    Sized(u64),
    ChunkSize,
    /// So many bytes of a chunk and the end of its line are to come.
    Chunk(u64),
    Trailers,
    /// What cannot be followed; the library will have refused it.
    Lost,
}

#[derive(Debug, Default, Clone, Copy)]
struct Head {
    lengths: u32,
    length: Option<u64>,
    coded: bool,
}

impl Framing {
    /// Whether no byte of a request has come since the one before.
    pub(super) fn is_between(&self) -> bool {
        self.state == State::Between
    }

    /// Whether a head is coming.
    pub(super) fn is_in_head(&self) -> bool {
        self.state == State::Head
    }

    /// Looks at what has come.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Wrong> {
        while !bytes.is_empty() {
            match self.state {
                State::Lost => return Ok(()),
                State::Sized(left) => bytes = self.skip(bytes, left, State::Sized, State::Between),
                State::Chunk(left) => bytes = self.skip(bytes, left, State::Chunk, State::ChunkSize),
                _ => bytes = self.feed_line(bytes)?,
            }
        }
        Ok(())
    }

    fn skip<'a>(&mut self, bytes: &'a [u8], left: u64, more: fn(u64) -> State, done: State) -> &'a [u8] {
        let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let left = left - taken as u64;
        self.state = if left == 0 { done } else { more(left) };
        &bytes[taken..]
    }

    fn feed_line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Wrong> {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.keep(bytes);
            if self.state == State::Between {
                self.state = State::Head;
            }
            return Ok(&[]);
        };
        let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
        if self.line.is_empty() && self.skipped == 0 {
            let line = line.strip_suffix(b"\r").ok_or(Wrong::BareLineFeed)?;
            self.line(line)?;
        } else {
            self.keep(line);
            if self.last != b'\r' {
                return Err(Wrong::BareLineFeed);
            }
            let mut line = std::mem::take(&mut self.line);
            if std::mem::take(&mut self.skipped) == 0 {
                line.pop();
            }
            self.line(&line)?;
            line.clear();
            self.line = line;
        }
        Ok(rest)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
        self.skipped += bytes.len() - room;
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        match self.state {
            // Empty lines before a request are borne (RFC 9112 §2.2).
            State::Between if line.is_empty() => {}
            State::Between => self.state = State::Head,
            State::Head if line.is_empty() => self.state = self.body()?,
            State::Head => self.field(line),
            State::ChunkSize => self.state = chunk(line),
            State::Trailers if line.is_empty() => self.state = State::Between,
            _ => {}
        }
        Ok(())
    }

    fn field(&mut self, line: &[u8]) {
        match line.first() {
            Some(b'c' | b'C') => {
                if let Some(value) = value(line, b"content-length") {
                    self.head.lengths += 1;
                    self.head.length = number(value);
                }
            }
            Some(b't' | b'T') => self.head.coded |= value(line, b"transfer-encoding").is_some(),
            _ => {}
        }
    }

    fn body(&mut self) -> Result<State, Wrong> {
        let head = std::mem::take(&mut self.head);
        match head {
            Head { coded: true, lengths: 1.., .. } => Err(Wrong::TwoFramings),
            Head { lengths: 2.., .. } => Err(Wrong::TwoLengths),
            Head { coded: true, .. } => Ok(State::ChunkSize),
            Head { lengths: 1, length: None, .. } => Ok(State::Lost),
            Head { length: None | Some(0), .. } => Ok(State::Between),
            Head { length: Some(length), .. } => Ok(State::Sized(length)),
        }
    }
}

fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = line.split_at_checked(name.len())?;
    if !start.eq_ignore_ascii_case(name) {
        return None;
    }
    // A blank before the colon is refused by the library; it must not hide the field from us.
    rest.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii)
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn chunk(line: &[u8]) -> State {
    let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit()).map_or(line, |end| &line[..end]);
    let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
    match size {
        Some(0) => State::Trailers,
        Some(size) => size.checked_add(2).map_or(State::Lost, State::Chunk),
        None => State::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, whatever pieces the bytes come in, and whether a request is over then.
    fn look(text: &str) -> Result<bool, Wrong> {
        let mut whole = Framing::default();
        let found = whole.feed(text.as_bytes()).map(|()| whole.is_between());
        for size in [1, 2, 3, 7, 50] {
            let mut pieces = Framing::default();
            let fed = text.as_bytes().chunks(size).try_for_each(|piece| pieces.feed(piece));
            assert_eq!(fed.map(|()| pieces.is_between()), found, "in pieces of {size}");
        }
        found
    }

    #[test]
    fn bodies_are_followed_to_their_ends() {
        let plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 13\r\n\r\nlf\nonly\n\nhere";
        let chunked =
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4;x=\"y\"\r\n\n\n\n\n\r\n0\r\nA: b\r\n\r\n";
        assert_eq!(look(plain), Ok(true));
        assert_eq!(look(sized), Ok(true));
        assert_eq!(look(chunked), Ok(true));
        assert_eq!(look(&[chunked, plain, "\r\n", sized, chunked].concat()), Ok(true));
        assert_eq!(look(&sized[..sized.len() - 1]), Ok(false));
        assert_eq!(look(&plain[..plain.len() - 2]), Ok(false));
    }

    #[test]
    fn two_framings_are_seen_in_either_order_and_any_spelling() {
        for two in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 3",
            "tRANSFER-eNCODING:chunked\r\nA: b\r\ncONTENT-lENGTH:3",
            "Content-Length : 3\r\nTransfer-Encoding\t: chunked",
        ] {
            let request = format!("GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\n{two}\r\n\r\nabc");
            assert_eq!(look(&request), Err(Wrong::TwoFramings), "{two}");
        }
    }

    #[test]
    fn two_lengths_are_seen() {
        let request = "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(look(request), Err(Wrong::TwoLengths));
    }

    #[test]
    fn a_line_ends_with_both_its_bytes() {
        assert_eq!(look("GET / HTTP/1.1\nHost: a\r\n\r\n"), Err(Wrong::BareLineFeed));
        assert_eq!(look("GET / HTTP/1.1\r\nHost: a\n\r\n"), Err(Wrong::BareLineFeed));
        assert_eq!(look("GET / HTTP/1.1\r\nHost: a\r\n\n"), Err(Wrong::BareLineFeed));
        let long = "a".repeat(300);
        assert_eq!(look(&format!("GET /{long} HTTP/1.1\nHost: a\r\n\r\n")), Err(Wrong::BareLineFeed));
        assert_eq!(look(&format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")), Ok(true));
        let chunk = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n";
        assert_eq!(look(chunk), Err(Wrong::BareLineFeed));
    }

    #[test]
    fn what_cannot_be_followed_is_left_to_the_library() {
        assert_eq!(look("POST / HTTP/1.1\r\nContent-Length: 3x\r\n\r\n\n\n"), Ok(false));
        assert_eq!(look("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\n"), Ok(false));
    }
}
