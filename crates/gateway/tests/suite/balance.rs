//! Several upstreams, and what is tried twice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portico_gateway::forward::Settings;
use tokio::io::AsyncWriteExt;

use crate::fixture::{
    Client, Gate, Plan, Upstream, answer, ask, asked, closed, gate, gate_with, settings, until,
};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";

async fn named(name: &'static str) -> Upstream {
    Upstream::answering(move |_| answer("200 OK", &[], name)).await
}

async fn nowhere() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

async fn in_front_of(upstreams: &[SocketAddr]) -> Gate {
    gate_with(settings(upstreams), Plan::default()).await
}

#[tokio::test]
async fn equals_take_turns() {
    let (one, two) = (named("one").await, named("two").await);
    let gate = in_front_of(&[one.address, two.address]).await;
    for _ in 0..10 {
        ask(gate.address, GET).await;
    }
    assert_eq!((one.seen().len(), two.seen().len()), (5, 5));
}

#[tokio::test]
async fn whoever_has_the_least_to_do_is_asked() {
    let slow = Upstream::serving(|mut stream| async move {
        closed(&mut stream).await;
    })
    .await;
    let quick = named("quick").await;
    let gate = in_front_of(&[slow.address, quick.address]).await;
    let mut waiting = Client::open(gate.address).await;
    waiting.send(GET).await;
    until(async || slow.connections() == 1).await;
    for _ in 0..5 {
        assert_eq!(ask(gate.address, GET).await.text(), "quick");
    }
}

/// Answers everything but one place.
async fn slow_at_one_place() -> Upstream {
    Upstream::answering(|request| match request.starts_with("GET /never ") {
        true => b"HTTP/1.1 200 OK\r\n".to_vec(),
        false => answer("200 OK", &[], "well"),
    })
    .await
}

#[tokio::test]
async fn a_slow_place_makes_no_upstream_ill_that_is_asked_for_its_health() {
    for (health, asked) in [(Some("/health".to_owned()), 2), (None, 1)] {
        let upstreams = [slow_at_one_place().await, slow_at_one_place().await];
        let addresses = upstreams.each_ref().map(|upstream| upstream.address);
        let settings = Settings { health, response: Duration::from_millis(50), ..settings(&addresses) };
        let gate = gate_with(settings, Plan::default()).await;
        assert_eq!(ask(gate.address, GET.replacen("/ ", "/never ", 1)).await.status, 504);
        for _ in 0..6 {
            assert_eq!(ask(gate.address, GET).await.text(), "well");
        }
        let was_asked = |upstream: &&Upstream| upstream.seen().iter().any(|one| one.starts_with("GET / "));
        assert_eq!(upstreams.iter().filter(was_asked).count(), asked);
    }
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_is_passed_over_whatever_the_method() {
    let well = named("well").await;
    let gate = in_front_of(&[nowhere().await, well.address]).await;
    for request in
        [GET, POST, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"]
    {
        for _ in 0..4 {
            assert_eq!(ask(gate.address, request).await.text(), "well");
        }
    }
    assert_eq!(well.seen().len(), 12);
}

#[tokio::test]
async fn when_none_can_be_reached_the_answer_is_502() {
    let gate = in_front_of(&[nowhere().await, nowhere().await]).await;
    for _ in 0..4 {
        assert_eq!(ask(gate.address, GET).await.status, 502);
    }
}

/// An upstream that answers the first request of each connection, and closes at the second.
async fn forgetful() -> Upstream {
    Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        stream.write_all(&answer("200 OK", &[], "well")).await.unwrap();
        asked(&mut stream).await;
    })
    .await
}

#[tokio::test]
async fn a_kept_connection_that_closes_unanswered_is_made_up_for_where_that_does_no_harm() {
    let upstream = forgetful().await;
    let gate = gate(&upstream).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(ask(gate.address, &request).await.text(), "well", "{method}");
    }
    assert_eq!(upstream.connections(), 4);
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_again() {
    let upstream = forgetful().await;
    let gate = gate(&upstream).await;
    assert_eq!(ask(gate.address, GET).await.status, 200);
    assert_eq!(ask(gate.address, POST).await.status, 502);
    assert_eq!(upstream.connections(), 1);
    // A body that streams cannot be sent again, whatever the method.
    assert_eq!(ask(gate.address, GET).await.status, 200);
    let put = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(ask(gate.address, put).await.status, 502);
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn an_upstream_that_closes_unanswered_is_made_up_for_by_another_where_that_does_no_harm() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let (closing, well) = (Upstream::answering(|_| "").await, named("well").await);
        let gate = in_front_of(&[closing.address, well.address]).await;
        let request = format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        for _ in 0..4 {
            let mut client = Client::open(gate.address).await;
            client.send(&request).await;
            assert_eq!(client.answer_to(method).await.status, 200, "{method}");
        }
        // After the first time it is left alone.
        assert_eq!((closing.connections(), well.seen().len()), (1, 4), "{method}");
    }
}

#[tokio::test]
async fn what_an_upstream_that_closes_may_have_done_is_not_asked_of_another() {
    let put = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    for request in [POST, "POST / HTTP/1.1\r\nHost: a\r\n\r\n", "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", put] {
        let (closing, well) = (Upstream::answering(|_| "").await, named("well").await);
        let gate = in_front_of(&[closing.address, well.address]).await;
        let mut statuses = [ask(gate.address, request).await.status, ask(gate.address, request).await.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 502], "{request}");
        assert_eq!(well.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let breaking = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200").await.unwrap();
    })
    .await;
    let well = named("well").await;
    let gate = in_front_of(&[breaking.address, well.address]).await;
    let mut statuses = [ask(gate.address, GET).await.status, ask(gate.address, GET).await.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 502]);
}

#[tokio::test]
async fn an_upstream_that_will_close_soon_is_not_kept() {
    let upstream = Upstream::answering(|_| answer("200 OK", &["Keep-Alive: timeout=1"], "well")).await;
    let gate = gate(&upstream).await;
    for _ in 0..3 {
        assert_eq!(ask(gate.address, POST).await.status, 200);
    }
    assert_eq!(upstream.connections(), 3);
}

#[tokio::test]
async fn an_upstream_that_says_it_is_ill_gets_no_requests_until_it_is_well() {
    let is_ill = Arc::new(AtomicBool::new(true));
    let ill = is_ill.clone();
    let one = Upstream::answering(move |request| {
        let is_ill = request.starts_with("GET /health ") && ill.load(Ordering::Relaxed);
        answer(if is_ill { "503 Unavailable" } else { "200 OK" }, &[], "one")
    })
    .await;
    let two = named("two").await;
    let settings = Settings {
        health: Some("/health".into()),
        health_every: Duration::from_millis(10),
        ..settings(&[one.address, two.address])
    };
    let gate = gate_with(settings, Plan::default()).await;
    let asked = |upstream: &Upstream| {
        upstream.seen().iter().filter(|request| request.starts_with("GET /health ")).count()
    };
    until(async || asked(&one) >= 2 && asked(&two) >= 1).await;
    for _ in 0..4 {
        assert_eq!(ask(gate.address, GET).await.text(), "two");
    }
    is_ill.store(false, Ordering::Relaxed);
    // The question after its health counts as something to do: not every second request need be its own.
    until(async || ask(gate.address, GET).await.text() == "one").await;
}

/// Agrees, unasked, to leave HTTP behind.
async fn eager(name: &'static str) -> Upstream {
    Upstream::answering(move |request| match request.starts_with("GET /eager ") {
        true => {
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n".to_vec()
        }
        false => answer("200 OK", &[], name),
    })
    .await
}

#[tokio::test]
async fn an_upstream_is_not_left_alone_for_an_answer_that_may_not_go_on() {
    let (one, two) = (eager("one").await, eager("two").await);
    let gate = in_front_of(&[one.address, two.address]).await;
    for _ in 0..4 {
        assert_eq!(ask(gate.address, GET.replacen("/ ", "/eager ", 1)).await.status, 502);
    }
    for _ in 0..4 {
        assert_eq!(ask(gate.address, GET).await.status, 200);
    }
    assert_eq!((one.seen().len(), two.seen().len()), (4, 4));
}
