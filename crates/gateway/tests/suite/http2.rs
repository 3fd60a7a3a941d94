//! HTTP/2 on either side.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderName, HeaderValue, StatusCode, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use portico_gateway::accept::Limits;
use portico_gateway::forward::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fixture::http2::{
    ask, dumb_at_first, endless, endless_after, leaving, open, request, resetting, retiring, telling,
};
use crate::fixture::{self, Client, Plan, Upstream, answer, gate, gate_with, settings, until};

#[tokio::test]
async fn a_client_of_http_2_reaches_an_upstream_of_http_1() {
    let upstream =
        Upstream::answering(|_| answer("200 OK", &["Connection: keep-alive", "X-A: b"], "well")).await;
    let gate = gate(&upstream).await;
    let mut sender = open(gate.address).await;
    for _ in 0..3 {
        let (head, body, _) = ask(&mut sender, request("POST", "/a?b", "body")).await;
        assert_eq!(
            (head.version, head.status.as_u16(), &body[..]),
            (Version::HTTP_2, 200, b"well".as_slice())
        );
        assert!(head.headers["x-a"] == "b" && !head.headers.contains_key("connection"));
    }
    let seen = upstream.last();
    assert!(seen.starts_with("POST /a?b HTTP/1.1\r\n") && seen.contains("host: shop.example\r\n"), "{seen}");
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn a_client_of_http_1_reaches_an_upstream_of_http_2() {
    let settings = Settings { http2: true, ..settings(&[telling().await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let request = "POST /a?b HTTP/1.1\r\nHost: shop.example:81\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: x-in\r\n\r\n\
                   4\r\nbody\r\n0\r\nx-in: 1\r\n\r\n";
    let said = fixture::ask(gate.address, request).await;
    let text = said.text();
    assert!(text.contains(" HTTP/2.0 POST http://shop.example:81/a?b "), "{text}");
    assert!(text.contains(" body ") && !text.contains("x-in"), "{text}");
    assert!(!text.contains("\"host\"") && !text.contains("transfer-encoding"), "{text}");
}

/// The first piece of an endless answer, and the rest of it.
async fn begun(sender: &fixture::http2::Sender) -> (StatusCode, Incoming) {
    let asked = request("GET", "/events", "").map(BoxBody::new);
    let answer = sender.clone().send_request(asked).await.unwrap();
    let (status, mut body) = (answer.status(), answer.into_body());
    body.frame().await.unwrap().unwrap();
    (status, body)
}

#[tokio::test]
async fn connections_of_http_2_that_are_lacked_at_once_are_opened_at_once() {
    let after = Duration::from_millis(100);
    let connect = Duration::from_secs(2);
    let settings =
        Settings { http2: true, connect, ..settings(&[endless_after(1, move |_| Some(after)).await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let sender = open(gate.address).await;
    // One knows how much the upstream takes.
    let first = begun(&sender).await;
    let all = futures_util::future::join_all((0..40).map(|_| begun(&sender))).await;
    assert!(all.iter().chain([&first]).all(|(status, _)| *status == StatusCode::OK));
}

#[tokio::test]
async fn nobody_for_whom_there_is_room_waits_for_a_connection_that_does_not_come() {
    let accepted = Arc::new(AtomicUsize::new(0));
    let told = accepted.clone();
    let settled = move |number| {
        told.fetch_add(1, Ordering::Relaxed);
        (number != 1).then_some(Duration::ZERO)
    };
    let connect = Duration::from_secs(60);
    let settings = Settings { http2: true, connect, ..settings(&[endless_after(2, settled).await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let sender = open(gate.address).await;
    let (_one, two) = (begun(&sender).await, begun(&sender).await);
    let stuck = tokio::spawn({
        let sender = sender.clone();
        async move { begun(&sender).await.0 }
    });
    until(async || accepted.load(Ordering::Relaxed) == 2).await;
    drop(two);
    let asked = tokio::time::timeout(fixture::PATIENCE, begun(&sender)).await;
    assert_eq!(asked.expect("it waits for a connection").0, StatusCode::OK);
    stuck.abort();
}

#[tokio::test]
async fn of_a_connection_of_http_2_on_which_others_go_on_the_answer_that_is_not_taken_ends_alone() {
    let limits = Limits { body: Duration::from_millis(100), ..Limits::default() };
    let closed = Arc::new(AtomicBool::new(false));
    let told = closed.clone();
    // A film without end, and an event stream.
    let upstream = Upstream::serving(move |mut stream| {
        let told = told.clone();
        async move {
            let mut head = [0; 4096];
            let read = stream.read(&mut head).await.unwrap();
            let is_film = String::from_utf8_lossy(&head[..read]).starts_with("GET /film ");
            let kind = if is_film { "video/mp4" } else { "text/event-stream" };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\nx");
            stream.write_all(head.as_bytes()).await.unwrap();
            if !is_film {
                return fixture::closed(&mut stream).await;
            }
            while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
            told.store(true, Ordering::Relaxed);
        }
    })
    .await;
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut sender = open(gate.address).await;
    let ask = |path| request("GET", path, "").map(BoxBody::new);
    let mut events = sender.send_request(ask("/events")).await.unwrap().into_body();
    events.frame().await.unwrap().unwrap();
    let mut film = sender.send_request(ask("/film")).await.unwrap().into_body();
    until(async || closed.load(Ordering::Relaxed)).await;
    assert!(!sender.is_closed());
    // What was on its way is there; then it broke off.
    let ended = async {
        loop {
            match film.frame().await {
                Some(Ok(_)) => {}
                other => return other.is_some(),
            }
        }
    };
    assert!(ended.await, "the film is said to be whole");
    sender.send_request(ask("/events")).await.unwrap();
}

#[tokio::test]
async fn many_requests_share_one_connection_to_an_upstream_of_http_2() {
    let settings = Settings { http2: true, ..settings(&[telling().await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let sender = open(gate.address).await;
    let asked = (0..50).map(|number| {
        let mut sender = sender.clone();
        tokio::spawn(async move {
            let (head, body, trailers) = ask(&mut sender, request("GET", &format!("/{number}"), "")).await;
            assert_eq!(head.status, 200);
            assert!(trailers.contains(r#""x-sum": "1""#), "{trailers}");
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(text.contains(&format!(" GET http://shop.example/{number} ")), "{text}");
            text.split(' ').next().unwrap().to_owned()
        })
    });
    let mut connections = HashSet::new();
    for one in asked.collect::<Vec<_>>() {
        connections.insert(one.await.unwrap());
    }
    assert_eq!(connections.len(), 1);
}

#[tokio::test]
async fn where_an_upstream_of_http_2_takes_no_more_over_a_connection_another_is_opened() {
    let settings = Settings { http2: true, ..settings(&[endless(3).await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let sender = open(gate.address).await;
    let asked = (0..10).map(|_| {
        let mut sender = sender.clone();
        tokio::spawn(async move {
            let request = request("GET", "/events", "").map(BoxBody::new);
            let mut body = sender.send_request(request).await.unwrap().into_body();
            let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
            (first, body)
        })
    });
    let mut all = Vec::new();
    for one in asked.collect::<Vec<_>>() {
        all.push(one.await.unwrap());
    }
    let busy = |all: &[(Bytes, _)]| {
        let mut busy = HashMap::new();
        all.iter().for_each(|(connection, _)| *busy.entry(connection.clone()).or_insert(0) += 1);
        busy
    };
    assert!(busy(&all).len() == 4 && busy(&all).values().all(|count| *count <= 3), "{:?}", busy(&all));
    // Who is done leaves room for others.
    all.truncate(4);
    for _ in 0..6 {
        let request = request("GET", "/events", "").map(BoxBody::new);
        let mut body = sender.clone().send_request(request).await.unwrap().into_body();
        all.push((body.frame().await.unwrap().unwrap().into_data().unwrap(), body));
    }
    assert!(busy(&all).values().all(|count| *count <= 3), "{:?}", busy(&all));
}

#[tokio::test]
async fn many_who_wait_for_an_upstream_that_does_not_speak_are_told_so_together() {
    // It accepts, and says nothing: no settings come.
    let upstream = Upstream::serving(|mut stream| async move { fixture::closed(&mut stream).await }).await;
    let connect = Duration::from_millis(100);
    let settings = Settings { http2: true, connect, ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    let sender = open(gate.address).await;
    let begun = std::time::Instant::now();
    let asked = (0..30).map(|_| {
        let mut sender = sender.clone();
        async move { ask(&mut sender, request("GET", "/", "")).await.0.status }
    });
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|status| *status == 502), "{answers:?}");
    assert!(begun.elapsed() < connect * 20, "one after the other");
}

#[tokio::test]
async fn a_connection_of_http_2_on_which_an_upstream_was_silent_takes_no_more() {
    let response = Duration::from_millis(100);
    let settings = Settings { http2: true, response, ..settings(&[dumb_at_first().await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut sender = open(gate.address).await;
    assert_eq!(ask(&mut sender, request("GET", "/", "")).await.0.status, 504);
    assert_eq!(ask(&mut sender, request("GET", "/", "")).await.0.status, 200);
}

/// A client that has room for one byte of each answer until it has read that.
async fn narrow(address: SocketAddr) -> fixture::http2::Sender {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (sender, connection) = builder.initial_stream_window_size(1).handshake(stream).await.unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn a_client_of_http_2_that_takes_nothing_of_an_answer_is_cut_and_one_that_waits_for_more_is_not() {
    let limits = Limits { body: Duration::from_millis(100), ..Limits::default() };
    let large = Upstream::answering(|_| answer("200 OK", &[], &"x".repeat(8 << 20))).await;
    let large = gate_with(settings(&[large.address]), Plan { limits, ..Plan::default() }).await;
    let events = Settings { http2: true, ..settings(&[endless(9).await]) };
    let events = gate_with(events, Plan { limits, ..Plan::default() }).await;
    let ask = || request("GET", "/", "").map(BoxBody::new);
    let mut waiting = open(events.address).await;
    let mut body = waiting.send_request(ask()).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    let mut idle = narrow(large.address).await;
    let _untaken = idle.send_request(ask()).await.unwrap();
    until(async || idle.is_closed()).await;
    assert!(!waiting.is_closed());
    waiting.send_request(ask()).await.unwrap();
}

#[tokio::test]
async fn an_authority_and_a_host_that_differ_are_refused() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut sender = open(gate.address).await;
    let mut two = request("GET", "/", "");
    two.headers_mut().insert(HOST, HeaderValue::from_static("other.example"));
    assert_eq!(ask(&mut sender, two).await.0.status, 400);
    let mut same = request("GET", "/", "");
    same.headers_mut().insert(HOST, HeaderValue::from_static("shop.example"));
    assert_eq!(ask(&mut sender, same).await.0.status, 200);
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_connection_of_http_2_ends_after_its_requests_when_the_gateway_stops() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut sender = open(gate.address).await;
    assert_eq!(ask(&mut sender, request("GET", "/", "")).await.0.status, 200);
    gate.stop().await;
    until(async || sender.is_closed()).await;
}

#[tokio::test]
async fn a_kept_connection_of_http_2_is_closed_when_nothing_more_is_asked() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let limits = Limits { idle: std::time::Duration::from_millis(50), ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut sender = open(gate.address).await;
    assert_eq!(ask(&mut sender, request("GET", "/", "")).await.0.status, 200);
    until(async || sender.is_closed()).await;
}

#[tokio::test]
async fn a_word_like_the_preface_is_not_http_2() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send("PRI").await;
    tokio::task::yield_now().await;
    client.send("NT / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 200);
    assert!(upstream.last().starts_with("PRINT / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_body_of_http_2_that_does_not_come_is_408_and_the_connection_lives_on() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let limits = Limits { body: Duration::from_millis(50), least: 100, ..Limits::default() };
    let gate = gate_with(settings(&[upstream.address]), Plan { limits, ..Plan::default() }).await;
    let mut sender = open(gate.address).await;
    let half = futures_util::stream::once(async { Ok(Frame::data(Bytes::from_static(b"half"))) });
    let body = StreamBody::new(half.chain(futures_util::stream::pending()));
    let request = request("POST", "/", "").map(|_| body);
    assert_eq!(ask(&mut sender, request).await.0.status, 408);
    assert_eq!(ask(&mut sender, self::request("GET", "/", "")).await.0.status, 200);
}

#[tokio::test]
async fn trailers_of_http_2_are_sifted_as_those_of_http_1() {
    let settings =
        Settings { http2: true, withheld: vec!["x-person".into()], ..settings(&[telling().await]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut sender = open(gate.address).await;
    let trailers = async {
        Some(Ok([(HeaderName::from_static("x-in"), HeaderValue::from_static("1"))].into_iter().collect()))
    };
    let request = request("POST", "/", "body").map(|body| body.with_trailers(trailers));
    let (_, body, trailers) = ask(&mut sender, request).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains(" body ") && !text.contains("x-in"), "{text}");
    assert_eq!(trailers, r#"{"x-sum": "1"}"#);
}

#[tokio::test]
async fn a_request_of_http_2_has_one_length_and_as_many_headers_as_others() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut sender = open(gate.address).await;
    let mut two = request("POST", "/", "abc");
    for _ in 0..2 {
        two.headers_mut().append(CONTENT_LENGTH, HeaderValue::from_static("3"));
    }
    assert_eq!(ask(&mut sender, two).await.0.status, 400);
    let mut many = request("GET", "/", "");
    for number in 0..101 {
        many.headers_mut()
            .insert(format!("x-{number}").parse::<HeaderName>().unwrap(), HeaderValue::from_static("y"));
    }
    assert_eq!(ask(&mut sender, many).await.0.status, 431);
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn cookies_that_come_one_by_one_are_one_header() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut sender = open(gate.address).await;
    let mut many = request("GET", "/", "");
    for number in 0..150 {
        many.headers_mut().append(COOKIE, HeaderValue::from_str(&format!("c{number}=1")).unwrap());
    }
    assert_eq!(ask(&mut sender, many).await.0.status, 200);
    let seen = upstream.last();
    assert!(seen.contains("cookie: c0=1; c1=1; c2=1;") && seen.matches("cookie: ").count() == 1, "{seen}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_the_fault_of_an_upstream_of_http_2() {
    let silent = Settings { http2: true, ..settings(&[telling().await, telling().await]) };
    let limits = Limits { body: Duration::from_millis(50), least: 100, ..Limits::default() };
    let gate = gate_with(silent, Plan { limits, ..Plan::default() }).await;
    let of = |text: &str| text.split(' ').next().unwrap().to_owned();
    for _ in 0..4 {
        let mut client = Client::open(gate.address).await;
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf").await;
        assert_eq!(client.answer().await.status, 408);
    }
    let mut answered = HashSet::new();
    for _ in 0..4 {
        answered.insert(of(fixture::ask(gate.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.text()));
    }
    assert_eq!(answered.len(), 2, "both are asked still");
}

#[tokio::test]
async fn an_upstream_of_http_2_that_closes_unanswered_is_made_up_for_by_another() {
    let closing = Upstream::serving(|mut stream| async move {
        let _ = tokio::io::AsyncReadExt::read_u8(&mut stream).await;
    })
    .await;
    let settings = Settings { http2: true, ..settings(&[closing.address, telling().await]) };
    let gate = gate_with(settings, Plan::default()).await;
    for _ in 0..2 {
        let said = fixture::ask(gate.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(said.status, 200);
        assert!(said.text().contains(" GET http://a/ "), "{}", said.text());
    }
}

#[tokio::test]
async fn what_an_upstream_of_http_2_says_it_did_not_serve_is_asked_again_whatever_it_is() {
    let (refusing, had) = resetting(1, h2::Reason::REFUSED_STREAM).await;
    for upstream in [leaving(1).await, leaving(3).await, refusing] {
        let gate = gate_with(Settings { http2: true, ..settings(&[upstream]) }, Plan::default()).await;
        let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
        let said = fixture::ask(gate.address, request).await;
        assert_eq!(said.status, 200);
        assert!(upstream == refusing || said.text().contains(" body "), "{}", said.text());
    }
    assert_eq!(had.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_upstream_of_http_2_that_goes_on_refusing_is_asked_twice_and_so_is_its_other() {
    let ((refusing, first), (other, second)) =
        (resetting(9, h2::Reason::REFUSED_STREAM).await, resetting(9, h2::Reason::REFUSED_STREAM).await);
    let gate = gate_with(Settings { http2: true, ..settings(&[refusing, other]) }, Plan::default()).await;
    let said = fixture::ask(gate.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(said.status, 502);
    assert_eq!((first.load(Ordering::Relaxed), second.load(Ordering::Relaxed)), (2, 2));
}

#[tokio::test]
async fn what_an_upstream_of_http_2_may_have_served_in_part_is_not_asked_again() {
    for reason in [h2::Reason::CANCEL, h2::Reason::INTERNAL_ERROR, h2::Reason::NO_ERROR] {
        let (upstream, had) = resetting(1, reason).await;
        let gate = gate_with(Settings { http2: true, ..settings(&[upstream]) }, Plan::default()).await;
        let said =
            fixture::ask(gate.address, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!((said.status, had.load(Ordering::Relaxed)), (502, 1), "{reason:?}");
    }
}

#[tokio::test]
async fn an_upstream_of_http_2_that_ends_every_connection_is_given_up_after_some() {
    let gate = gate_with(Settings { http2: true, ..settings(&[leaving(99).await]) }, Plan::default()).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(fixture::ask(gate.address, request).await.status, 502);
}

/// Sixteen that ask twenty times each, and get what they ask for.
async fn many(gate: SocketAddr, method: &str) {
    let sender = open(gate).await;
    let asked = (0..16).map(|_| {
        let mut sender = sender.clone();
        async move {
            for _ in 0..20 {
                assert_eq!(ask(&mut sender, request(method, "/", "body")).await.0.status, 200);
            }
        }
    });
    futures_util::future::join_all(asked).await;
}

#[tokio::test]
async fn no_request_is_lost_to_connections_of_http_2_that_end_after_a_few_nor_served_twice() {
    let (upstream, served) = retiring(7, 100).await;
    let gate = gate_with(Settings { http2: true, ..settings(&[upstream]) }, Plan::default()).await;
    many(gate.address, "POST").await;
    assert_eq!(served.load(Ordering::Relaxed), 16 * 20);
}

#[tokio::test]
async fn what_does_no_harm_twice_is_lost_not_even_where_such_connections_take_few_at_once() {
    let (upstream, _) = retiring(7, 2).await;
    let gate = gate_with(Settings { http2: true, ..settings(&[upstream]) }, Plan::default()).await;
    many(gate.address, "PUT").await;
}
