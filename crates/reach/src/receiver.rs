//! A real HTTP receiver for the tests: raw TCP, one answer per connection.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What arrived: the head, in lower case, and the body.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Listens on a free port of loopback until it is dropped with its runtime.
pub(crate) struct Receiver {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    news: Arc<Notify>,
}

impl Receiver {
    /// Answers each request with what `answer` makes of its number, from 0, and its path:
    /// a status line's rest, headers and body, without `HTTP/1.1`.
    pub(crate) async fn start(answer: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let news = Arc::new(Notify::new());
        let (seen, told) = (arrived.clone(), news.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                let path = request.head.split(' ').nth(1).unwrap_or_default().to_owned();
                let number = {
                    let mut seen = seen.lock();
                    seen.push(request);
                    seen.len() - 1
                };
                let answer = format!("HTTP/1.1 {}", answer(number, &path));
                // A client that has read enough may hang up before the end.
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
                told.notify_one();
            }
        });
        Self { address, arrived, news }
    }

    /// Answers every request in the same way.
    pub(crate) async fn always(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::start(move |_, _| answer.clone()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().clone()
    }

    /// Waits until this many requests have been answered.
    pub(crate) async fn answered(&self, count: usize) {
        while self.arrived.lock().len() < count {
            self.news.notified().await;
        }
    }
}

/// An answer with this status, these further header lines and this body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("{status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

async fn read(stream: &mut TcpStream) -> Arrived {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Arrived { head, body: body.to_owned() };
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return Arrived { head: text.to_ascii_lowercase(), body: String::new() };
        }
    }
}
