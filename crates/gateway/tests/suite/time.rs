//! Whoever is silent for too long is not waited for.

use std::sync::Arc;
use std::time::Duration;

use portico_gateway::accept::Limits;
use portico_gateway::forward::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::fixture::{Client, PATIENCE, Plan, Upstream, answer, ask, asked, closed, gate_with, settings};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SHORT: Duration = Duration::from_millis(60);

fn limits() -> Limits {
    Limits { least: 100, ..Limits::default() }
}

async fn held_to(limits: Limits) -> (Upstream, crate::fixture::Gate) {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    (upstream, gate)
}

#[tokio::test]
async fn a_client_that_never_asks_is_not_waited_for() {
    let (_upstream, gate) = held_to(Limits { head: SHORT, ..limits() }).await;
    assert!(Client::open(gate.address).await.is_closed().await);
    let mut partial = Client::open(gate.address).await;
    partial.send("PRI * HT").await;
    assert!(partial.is_closed().await);
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let (upstream, gate) = held_to(Limits { head: SHORT, ..limits() }).await;
    let mut client = Client::open(gate.address).await;
    client.send("GET / HTTP/1.1\r\n").await;
    let (mut reading, mut writing) = client.stream.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, reading.read_to_end(&mut rest)).await.unwrap();
    dripping.abort();
    assert!(rest.is_empty() && upstream.seen().is_empty());
}

#[tokio::test]
async fn a_kept_connection_is_closed_when_nothing_more_is_asked() {
    let (_upstream, gate) = held_to(Limits { idle: SHORT, ..limits() }).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..2 {
        client.send(GET).await;
        assert_eq!(client.answer().await.status, 200);
    }
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_kept_connection_is_not_closed_while_an_answer_is_awaited() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        tokio::time::sleep(SHORT * 4).await;
        stream.write_all(&answer("200 OK", &[], "late")).await.unwrap();
    })
    .await;
    let limits = Limits { idle: SHORT, head: SHORT, body: SHORT, ..limits() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    assert_eq!(ask(gate.address, GET).await.text(), "late");
}

#[tokio::test]
async fn half_a_body_and_silence_is_408_and_not_the_upstreams_fault() {
    let (upstream, gate) = held_to(Limits { body: SHORT, ..limits() }).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf").await;
    assert_eq!(client.answer().await.status, 408);
    assert!(client.is_closed().await);
    assert_eq!(ask(gate.address, GET).await.status, 200);
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_408() {
    let (_upstream, gate) = held_to(Limits { body: SHORT, ..limits() }).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").await;
    let (mut reading, mut writing) = client.stream.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, reading.read_to_end(&mut rest)).await.unwrap();
    dripping.abort();
    assert!(rest.starts_with(b"HTTP/1.1 408 "), "{}", String::from_utf8_lossy(&rest));
}

#[tokio::test]
async fn a_body_that_takes_its_time_is_not_the_upstreams_silence() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let settings = Settings { response: SHORT, ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n").await;
    for piece in ["b", "o", "d", "y"] {
        tokio::time::sleep(SHORT).await;
        client.send(piece).await;
    }
    assert_eq!(client.answer().await.text(), "well");
}

#[tokio::test]
async fn a_silent_upstream_is_504() {
    let upstream = Upstream::serving(|mut stream| async move {
        closed(&mut stream).await;
    })
    .await;
    let settings = Settings { response: SHORT, ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    for request in [GET, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"] {
        let refused = ask(gate.address, request).await;
        assert_eq!(refused.status, 504);
        assert!(refused.text().contains("gateway_timeout"));
    }
}

#[tokio::test]
async fn an_upstream_that_falls_silent_within_its_answer_is_cut() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await.unwrap();
        closed(&mut stream).await;
    })
    .await;
    let settings = Settings { response: SHORT, ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    let all = client.rest().await;
    assert!(all.ends_with(b"half"), "{}", String::from_utf8_lossy(&all));
}

#[tokio::test]
async fn an_upstream_that_is_slow_but_steady_is_waited_for() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n").await.unwrap();
        for _ in 0..8 {
            tokio::time::sleep(SHORT).await;
            stream.write_all(b"x").await.unwrap();
        }
    })
    .await;
    let settings = Settings { response: SHORT * 4, ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    assert_eq!(ask(gate.address, GET).await.text(), "xxxxxxxx");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut_and_so_is_the_upstream() {
    let cut = Arc::<Notify>::default();
    let tell = cut.clone();
    let upstream = Upstream::serving(move |mut stream| {
        let tell = tell.clone();
        async move {
            asked(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await;
            while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
            tell.notify_one();
        }
    })
    .await;
    let limits = Limits { body: SHORT * 4, ..limits() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut client = Client::open(gate.address).await;
    client.send(GET).await;
    timeout(PATIENCE, cut.notified()).await.unwrap();
}
