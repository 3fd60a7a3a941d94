//! Bodies go through as they come, no faster than they are taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portico_gateway::forward::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

use crate::fixture::{Client, Plan, Upstream, ask, asked, gate, gate_with, settings};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn events_arrive_when_they_are_sent() {
    let next = Arc::<Notify>::default();
    let may = next.clone();
    let upstream = Upstream::serving(move |mut stream| {
        let may = may.clone();
        async move {
            asked(&mut stream).await;
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            for _ in 0..3 {
                may.notified().await;
                stream.write_all(b"9\r\ndata: x\n\n\r\n").await.unwrap();
            }
            may.notified().await;
        }
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    assert_eq!(client.head().await.header("content-type"), Some("text/event-stream"));
    for _ in 0..3 {
        next.notify_one();
        assert_eq!(client.chunk().await, b"data: x\n\n");
    }
}

#[tokio::test]
async fn events_may_be_rarer_than_an_upstream_may_be_silent() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(b"data: x\n\n").await.unwrap();
    })
    .await;
    let settings = Settings { response: Duration::from_millis(50), ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    assert_eq!(ask(gate.address, GET).await.text(), "data: x\n\n");
}

#[tokio::test]
async fn what_is_not_taken_is_not_fetched() {
    const ALL: usize = 64 * 1024 * 1024;
    let sent = Arc::<AtomicUsize>::default();
    let counted = sent.clone();
    let upstream = Upstream::serving(move |mut stream| {
        let counted = counted.clone();
        async move {
            asked(&mut stream).await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {ALL}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let piece = vec![b'x'; 64 * 1024];
            for _ in 0..ALL / piece.len() {
                stream.write_all(&piece).await.unwrap();
                counted.fetch_add(piece.len(), Ordering::Relaxed);
            }
        }
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    client.head().await;
    // It goes on until all buffers between are full, and not further.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::Relaxed) {
        before = sent.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(before < ALL / 2, "{before}");
    assert_eq!(client.take(ALL).await.len(), ALL);
}

#[tokio::test]
async fn an_upload_reaches_the_upstream_while_it_comes_and_its_answer_the_client() {
    let upstream = Upstream::serving(|mut stream| async move {
        let mut buffer = vec![0; 1024];
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            stream.read_buf(&mut head).await.unwrap();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        // The pieces come back as they are, chunked as they came.
        loop {
            let read = stream.read(&mut buffer).await.unwrap();
            stream.write_all(&buffer[..read]).await.unwrap();
            if read == 0 || buffer[..read].ends_with(b"0\r\n\r\n") {
                return;
            }
        }
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    client.head().await;
    for _ in 0..3 {
        client.send("5\r\nhello\r\n").await;
        assert_eq!(client.chunk().await, b"hello");
    }
    client.send("0\r\n\r\n").await;
    assert!(client.chunk().await.is_empty());
}

#[tokio::test]
async fn large_bodies_arrive_whole_both_ways() {
    let upstream = Upstream::answering(|request| {
        let body = request.split_once("\r\n\r\n").unwrap().1;
        crate::fixture::answer("200 OK", &[], body)
    })
    .await;
    let gate = gate(&upstream).await;
    let body: String = (0..300_000).map(|number| char::from(b'a' + (number % 26) as u8)).collect();
    let mut client = Client::open(gate.address).await;
    for _ in 0..3 {
        client
            .send(format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
            .await;
        assert!(client.answer().await.text() == body);
    }
    assert_eq!(upstream.connections(), 1);
}
