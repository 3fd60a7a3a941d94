//! HTTP/2 on either side.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderName, HeaderValue, Version};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use portico_gateway::accept::Limits;
use portico_gateway::forward::Settings;

use crate::fixture::http2::{ask, open, request, telling};
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
