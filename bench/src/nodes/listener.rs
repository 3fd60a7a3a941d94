//! One who listens to an event stream for the end of their session.

use crate::failure::{During, Failure, Outcome};
use crate::wire::Request;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// What a stream says in the end.
const OVER: &[u8] = b"event: session_expired";

/// The end of a stream.
pub(crate) struct Heard {
    /// Which stream.
    pub(crate) stream: usize,
    /// When it told of the session's end; none if it closed without.
    pub(crate) at: Option<Instant>,
}

/// Opens a stream with this host token, and goes on listening; what is heard is told.
pub(crate) async fn open(
    address: SocketAddr,
    access: &str,
    stream: usize,
    tell: mpsc::UnboundedSender<Heard>,
) -> Outcome<()> {
    let request = Request::new("GET", "/v1/events", address);
    let request = request.header("authorization", &format!("Bearer {access}")).bytes();
    let mut connection = TcpStream::connect(address).await.during("opening a stream")?;
    connection.write_all(&request).await.during("opening a stream")?;
    let mut buffer = Vec::with_capacity(512);
    while !contains(&buffer, b"\r\n\r\n") {
        if connection.read_buf(&mut buffer).await.during("opening a stream")? == 0 {
            return Err(Failure("opening a stream: closed".into()));
        }
    }
    if !buffer.starts_with(b"HTTP/1.1 200") {
        let line = String::from_utf8_lossy(&buffer).lines().next().unwrap_or_default().to_owned();
        return Err(Failure(format!("opening a stream: {line}")));
    }
    tokio::spawn(async move {
        let at = until_over(&mut connection, buffer).await;
        // Nobody waits any more when the measurement is over.
        let _ = tell.send(Heard { stream, at });
    });
    Ok(())
}

/// When the stream told of the session's end; none if it closed before.
async fn until_over(connection: &mut TcpStream, mut buffer: Vec<u8>) -> Option<Instant> {
    loop {
        if contains(&buffer, OVER) {
            return Some(Instant::now());
        }
        // Words may be cut by the end of a read, and nothing else of what was said matters.
        buffer.drain(..buffer.len().saturating_sub(OVER.len()));
        if connection.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|part| part == words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::net::TcpListener;

    async fn heard(pieces: &[&'static str]) -> Option<Instant> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, mut heard) = mpsc::unbounded_channel();
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            // Closed with a request unread, it would break off what it has said.
            stream.read_buf(&mut Vec::with_capacity(512)).await.unwrap();
            for piece in pieces {
                stream.write_all(piece.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let (opened, ()) = tokio::join!(open(address, "token", 7, tell), serving);
        opened.unwrap();
        let Heard { stream, at } = heard.recv().await.unwrap();
        assert_eq!(stream, 7);
        at
    }

    #[tokio::test]
    async fn the_end_is_heard_although_it_comes_in_pieces() {
        let head = "HTTP/1.1 200 OK\r\n\r\nevent: ping\ndata: {}\n\nevent: sess";
        assert!(heard(&[head, "ion_exp", "ired\ndata: {}\n\n"]).await.is_some());
    }

    #[tokio::test]
    async fn a_stream_that_closes_without_a_word_is_told_apart() {
        assert!(heard(&["HTTP/1.1 200 OK\r\n\r\n", "event: ping\ndata: {}\n\n"]).await.is_none());
    }
}
