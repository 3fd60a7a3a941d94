//! Connections: how many, and how they end.

use std::sync::Arc;
use std::time::Duration;

use portico_gateway::accept::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::fixture::{Client, Gate, Plan, Upstream, answer, ask, asked, gate, gate_with, settings};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// An upstream that answers once it may, and tells when it has been asked.
async fn held() -> (Upstream, Arc<Notify>, Arc<Notify>) {
    let (came, may) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let (tell, wait) = (came.clone(), may.clone());
    let upstream = Upstream::serving(move |mut stream| {
        let (tell, wait) = (tell.clone(), wait.clone());
        async move {
            asked(&mut stream).await;
            tell.notify_one();
            wait.notified().await;
            let bytes = answer("200 OK", &[], "late");
            tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
        }
    })
    .await;
    (upstream, came, may)
}

#[tokio::test]
async fn what_is_under_way_finishes_when_the_gateway_stops() {
    let (upstream, came, may) = held().await;
    let gate = gate(&upstream).await;
    let (mut idle, mut busy) = (Client::open(gate.address).await, Client::open(gate.address).await);
    busy.send(GET).await;
    came.notified().await;
    gate.tell();
    assert!(idle.is_closed().await);
    may.notify_one();
    let late = busy.answer().await;
    assert_eq!((late.text(), late.header("connection")), ("late", Some("close")));
    assert!(busy.is_closed().await);
    assert!(TcpStream::connect(gate.address).await.is_err());
    gate.stop().await;
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let (upstream, came, _may) = held().await;
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    came.notified().await;
    gate.stop().await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_room() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let limits = Limits { connections: 1, ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut first = Client::open(gate.address).await;
    first.send(GET).await;
    first.answer().await;
    let mut second = Client::open(gate.address).await;
    second.send(GET).await;
    assert!(timeout(Duration::from_millis(100), second.head()).await.is_err());
    drop(first);
    assert_eq!(second.answer().await.text(), "well");
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_request_with_it() {
    let (closed, tell) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let (noted, came) = (closed.clone(), tell.clone());
    let upstream = Upstream::serving(move |mut stream| {
        let (noted, came) = (noted.clone(), came.clone());
        async move {
            let mut bytes = Vec::new();
            tokio::io::AsyncReadExt::read_buf(&mut stream, &mut bytes).await.unwrap();
            came.notify_one();
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes).await.unwrap();
            noted.notify_one();
        }
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    tell.notified().await;
    drop(client);
    timeout(crate::fixture::PATIENCE, closed.notified()).await.unwrap();
}

#[tokio::test]
async fn an_answer_to_a_body_that_nobody_read_ends_the_connection() {
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nowhere.local_addr().unwrap();
    drop(nowhere);
    let gate = gate_with(settings(&[address]), Plan::default()).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nhalf").await;
    let refused = client.answer().await;
    assert_eq!((refused.status, refused.header("connection")), (502, Some("close")));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_502() {
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nowhere.local_addr().unwrap();
    drop(nowhere);
    let gate = gate_with(settings(&[address]), Plan::default()).await;
    let refused = ask(gate.address, GET).await;
    assert_eq!(refused.status, 502);
    assert!(!refused.text().contains("127.0.0.1"), "{}", refused.text());
}

/// A gateway whose upstream is not there: it answers 502 before it has read a body.
async fn refusing(limits: Limits) -> Gate {
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nowhere.local_addr().unwrap();
    drop(nowhere);
    gate_with(settings(&[address]), Plan { limits, ..Plan::default() }).await
}

#[tokio::test]
async fn who_sends_everything_before_reading_gets_the_answer_too() {
    const LENGTH: usize = 8 * 1024 * 1024;
    let gate = refusing(Limits::default()).await;
    for _ in 0..5 {
        let mut client = Client::open(gate.address).await;
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LENGTH}\r\n\r\n");
        client.stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..LENGTH / 65536 {
            client.stream.write_all(&[b'x'; 65536]).await.unwrap();
        }
        assert_eq!(client.answer().await.status, 502);
        assert!(client.is_closed().await);
    }
}

#[tokio::test]
async fn who_goes_on_sending_after_the_answer_is_borne_for_a_moment_and_so_much() {
    let moment = Limits { linger: Duration::from_millis(50), ..Limits::default() };
    let much = Limits { linger_bytes: 1024 * 1024, ..Limits::default() };
    for limits in [moment, much] {
        let gate = refusing(limits).await;
        let mut client = Client::open(gate.address).await;
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat();
        let sending = async { while client.stream.write_all(&chunk).await.is_ok() {} };
        timeout(crate::fixture::PATIENCE / 2, sending).await.expect("it is read for ever");
    }
}
