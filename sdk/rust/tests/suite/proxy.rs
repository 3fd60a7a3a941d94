//! Something between a back end and Portico that can fall silent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes everything on, but for what the feed says while it is silenced.
pub struct Proxy {
    pub address: SocketAddr,
    silent: watch::Sender<bool>,
    listener: Option<TcpListener>,
}

impl Proxy {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, silent: watch::Sender::new(false), listener: Some(listener) }
    }

    /// Passes on to this address from now on.
    pub fn forward(&mut self, to: SocketAddr) {
        let (listener, silent) = (self.listener.take().unwrap(), self.silent.clone());
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(to).await.unwrap();
                tokio::spawn(pass(near, far, silent.subscribe()));
            }
        });
    }

    /// Holds back what the feed says, or passes it on again. The connections stay.
    pub fn silence(&self, silent: bool) {
        self.silent.send_replace(silent);
    }
}

async fn pass(near: TcpStream, far: TcpStream, mut silent: watch::Receiver<bool>) {
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let is_feed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_feed);
    tokio::spawn(async move {
        let mut piece = [0; 16 * 1024];
        while let Ok(read @ 1..) = from_near.read(&mut piece).await {
            if piece[..read].windows(12).any(|text| text == b"GET /v1/feed") {
                seen.store(true, Ordering::Release);
            }
            if to_far.write_all(&piece[..read]).await.is_err() {
                return;
            }
        }
    });
    let mut piece = [0; 16 * 1024];
    while let Ok(read @ 1..) = from_far.read(&mut piece).await {
        if is_feed.load(Ordering::Acquire) && silent.wait_for(|silent| !silent).await.is_err() {
            return;
        }
        if to_near.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}
