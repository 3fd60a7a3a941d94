//! WebSockets go through, both ways.

use std::time::Duration;

use portico_gateway::accept::Limits;
use portico_gateway::forward::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fixture::{Client, Plan, Upstream, answer, ask, gate, gate_with, settings};

const ASK: &str = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Agrees, and sends back whatever comes.
async fn echo() -> Upstream {
    Upstream::serving(|mut stream| async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut head).await.unwrap();
        }
        let head = String::from_utf8(head).unwrap();
        assert!(
            head.contains("connection: upgrade\r\n") && head.contains("upgrade: websocket\r\n"),
            "{head}"
        );
        assert!(head.contains("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), "{head}");
        let agreed = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello";
        stream.write_all(agreed.as_bytes()).await.unwrap();
        let mut buffer = vec![0; 1024];
        loop {
            let read = stream.read(&mut buffer).await.unwrap();
            if read == 0 {
                return;
            }
            stream.write_all(&buffer[..read]).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn what_one_side_says_the_other_hears() {
    let upstream = echo().await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(ASK).await;
    let agreed = client.head().await;
    assert_eq!((agreed.status, agreed.header("upgrade")), (101, Some("websocket")));
    assert_eq!(agreed.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(client.take(5).await, b"hello");
    for _ in 0..3 {
        client.send(b"\x81\x85\0\0\0\0\n\n\r\n\0").await;
        assert_eq!(client.take(11).await, b"\x81\x85\0\0\0\0\n\n\r\n\0");
    }
    client.stream.shutdown().await.unwrap();
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn an_upstream_may_refuse() {
    let upstream =
        Upstream::answering(|_| answer("426 Upgrade Required", &["Upgrade: websocket"], "no")).await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(ASK).await;
    let refused = client.answer().await;
    assert_eq!((refused.status, refused.text()), (426, "no"));
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 426);
}

#[tokio::test]
async fn a_websocket_on_which_nobody_speaks_is_closed() {
    let upstream = echo().await;
    let settings = Settings { idle: Duration::from_millis(50), ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut client = Client::open(gate.address).await;
    client.send(ASK).await;
    client.head().await;
    assert_eq!(client.rest().await, b"hello");
}

#[tokio::test]
async fn a_websocket_is_cut_when_the_gateway_has_waited_for_its_end() {
    let upstream = echo().await;
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut client = Client::open(gate.address).await;
    client.send(ASK).await;
    client.head().await;
    assert_eq!(client.take(5).await, b"hello");
    gate.tell();
    client.send("still").await;
    assert_eq!(client.take(5).await, b"still");
    assert!(client.is_closed().await);
    gate.stop().await;
}

#[tokio::test]
async fn what_a_websocket_carries_is_not_taken_for_requests() {
    let upstream = echo().await;
    let short = Duration::from_millis(300);
    let limits = Limits { head: short, idle: short, ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut client = Client::open(gate.address).await;
    // The first byte comes with the request.
    client.send(format!("{ASK}x")).await;
    client.head().await;
    assert_eq!(client.take(6).await, b"hellox");
    for _ in 0..3 {
        tokio::time::sleep(short + short / 3).await;
        client.send("x").await;
        assert_eq!(client.take(1).await, b"x");
    }
}

#[tokio::test]
async fn http_1_0_knows_no_change_to_websocket() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let plain = ask(gate.address, ASK.replacen("HTTP/1.1", "HTTP/1.0", 1)).await;
    assert_eq!((plain.status, plain.text()), (200, "well"));
    assert!(!upstream.last().contains("upgrade"), "{}", upstream.last());
}

#[tokio::test]
async fn a_websocket_passes_over_an_upstream_that_cannot_be_reached() {
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let upstream = echo().await;
    let gate = gate_with(settings(&[nowhere, upstream.address]), Plan::default()).await;
    for _ in 0..4 {
        let mut client = Client::open(gate.address).await;
        client.send(ASK).await;
        assert_eq!(client.head().await.status, 101);
        assert_eq!(client.take(5).await, b"hello");
    }
}
