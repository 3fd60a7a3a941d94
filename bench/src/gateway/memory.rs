//! Memory of the gateway's process: under many kept connections, and under a body larger than any memory.

use super::contest::Contender;
use crate::failure::{During, Failure, Outcome};
use crate::figure::Memory;
use crate::measure::mebibytes;
use crate::report::Figure;
use crate::wire::{Connection, Request};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The large body.
const BODY: u64 = 1 << 30;
/// What a process may grow by while it passes: buffers, and what an allocator keeps of them.
const MOST_GROWTH: f64 = 16.0;

/// Resident memory before and after so many clients have asked and stay connected.
pub(crate) async fn kept(gateway: &Contender, clients: usize) -> Outcome<Vec<Figure>> {
    let id = gateway.process.id();
    let before = Memory::of(id)?.resident;
    let request = Request::new("GET", "/", gateway.address).bytes();
    let mut open = Vec::with_capacity(clients);
    for _ in 0..clients {
        let mut connection = Connection::open(gateway.address).await?;
        connection.ask(&request).await?;
        open.push(connection);
    }
    let first = Memory::of(id)?.resident;
    // All of them ask again: what they leave behind must not add up.
    for connection in &mut open {
        connection.ask(&request).await?;
    }
    let second = Memory::of(id)?.resident;
    let each = (first.saturating_sub(before)) as f64 / clients as f64 / 1024.0;
    Ok(vec![
        Figure::new(&format!("memory before {clients} kept clients"), mebibytes(before), "MiB"),
        Figure::new(&format!("memory with {clients} kept clients"), mebibytes(first), "MiB"),
        Figure::new("per kept client", each, "KiB"),
        Figure::new("growth when all of them ask again", growth(first, second), "MiB").at_most(MOST_GROWTH),
    ])
}

/// Growth while a gigabyte goes down, and one up.
pub(crate) async fn streamed(gateway: &Contender) -> Outcome<Vec<Figure>> {
    let id = gateway.process.id();
    let before = Memory::of(id)?;
    take(gateway.address).await?;
    let down = Memory::of(id)?.peak;
    give(gateway.address).await?;
    let up = Memory::of(id)?.peak;
    Ok(vec![
        Figure::new("growth while 1 GiB is sent to a client", growth(before.peak, down), "MiB")
            .at_most(MOST_GROWTH),
        Figure::new("growth while 1 GiB is sent by a client", growth(down, up), "MiB").at_most(MOST_GROWTH),
    ])
}

fn growth(before: u64, after: u64) -> f64 {
    mebibytes(after.saturating_sub(before))
}

async fn take(gateway: SocketAddr) -> Outcome<()> {
    let mut stream = TcpStream::connect(gateway).await.during("connecting")?;
    stream.write_all(b"GET /down HTTP/1.1\r\nhost: a\r\n\r\n").await.during("asking for a large body")?;
    let (mut buffer, mut taken) = (vec![0; 256 * 1024], 0);
    while taken < BODY {
        match stream.read(&mut buffer).await.during("a large body")? {
            0 => return Err(Failure("a large body broke off".into())),
            read => taken += read as u64,
        }
    }
    Ok(())
}

async fn give(gateway: SocketAddr) -> Outcome<()> {
    let mut stream = TcpStream::connect(gateway).await.during("connecting")?;
    let head = format!("POST /up HTTP/1.1\r\nhost: a\r\ncontent-length: {BODY}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.during("sending a large body")?;
    let piece = vec![b'x'; 256 * 1024];
    for _ in 0..BODY / piece.len() as u64 {
        stream.write_all(&piece).await.during("sending a large body")?;
    }
    let mut answer = [0; 12];
    tokio::time::timeout(Duration::from_secs(30), stream.read_exact(&mut answer))
        .await
        .during("the answer to a large body")?
        .during("the answer to a large body")?;
    if &answer == b"HTTP/1.1 200" { Ok(()) } else { Err(Failure("a large body was not taken".into())) }
}

/// An upstream that sends a gigabyte to whoever asks, and takes one from whoever brings it.
pub(crate) async fn upstream() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await.during("binding")?;
    let address = listener.local_addr().during("binding")?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    Ok(address)
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(256 * 1024);
    let end = loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
        if let Some(at) = buffer.windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
    };
    if buffer.starts_with(b"GET /down ") {
        stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {BODY}\r\n\r\n").as_bytes()).await?;
        let piece = vec![b'x'; 256 * 1024];
        for _ in 0..BODY / piece.len() as u64 {
            stream.write_all(&piece).await?;
        }
    } else if buffer.starts_with(b"POST /up ") {
        let mut taken = (buffer.len() - end) as u64;
        while taken < BODY {
            buffer.clear();
            match stream.read_buf(&mut buffer).await? {
                0 => return Ok(()),
                read => taken += read as u64,
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
    }
    Ok(())
}
