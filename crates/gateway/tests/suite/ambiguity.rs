//! Requests that others might read differently (RFC 9112 §11.2) are refused, and their connections closed.

use crate::fixture::{Client, Upstream, answer, gate};

/// The status of the answer; whether the connection is closed then; and what reached the upstream.
async fn status(request: &str) -> (u16, bool, Vec<String>) {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send(request).await;
    let answer = client.answer().await;
    let closed = answer.status >= 400 && client.rest().await.is_empty();
    (answer.status, closed, upstream.seen())
}

async fn is_refused(status_expected: u16, request: &str) {
    let (status, closed, seen) = status(request).await;
    assert_eq!((status, closed), (status_expected, true), "{request:?}");
    assert!(seen.is_empty(), "{request:?} reached the upstream: {seen:?}");
}

#[tokio::test]
async fn a_length_beside_a_transfer_coding_is_refused_in_any_order() {
    let body = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 44",
        "Transfer-encoding:chunked\r\nX: y\r\ncontent-length:5",
    ] {
        is_refused(400, &format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n{body}")).await;
    }
}

#[tokio::test]
async fn lengths_are_one_number() {
    for lines in [
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3, 3",
        "Content-Length: +3",
        "Content-Length: 0x3",
        "Content-Length: -3",
        "Content-Length: 3 3",
        "Content-Length:",
        "Content-Length: 99999999999999999999",
    ] {
        is_refused(400, &format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\nabc")).await;
    }
}

#[tokio::test]
async fn the_only_transfer_coding_is_chunked() {
    for line in [
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: \u{b}chunked",
        "Transfer-Encoding:",
    ] {
        is_refused(400, &format!("POST / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n0\r\n\r\n")).await;
    }
    is_refused(400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").await;
}

#[tokio::test]
async fn header_lines_have_one_form() {
    for lines in [
        "X: folded\r\n  line",
        "X: folded\r\n\tline",
        " X: first",
        "Content-Length : 3",
        "Transfer-Encoding : chunked",
        "X\t: y",
        "X: y\rZ: w",
        "X: y\nZ: w",
        "X: y\0",
        "X Y: z",
        "X",
        ": y",
        "X\u{e4}: y",
    ] {
        is_refused(400, &format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\nabc")).await;
    }
}

#[tokio::test]
async fn request_lines_have_one_form() {
    for line in [
        "GET / HTTP/1.1 ",
        "GET /a b HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET / HTTP/1.2",
        "GET / HTTP/2.0",
        "GET / http/1.1",
        "GET /",
        "GE T / HTTP/1.1",
        "GET a HTTP/1.1",
        "GET * HTTP/1.1",
        "GET /\u{7f} HTTP/1.1",
    ] {
        is_refused(400, &format!("{line}\r\nHost: a\r\n\r\n")).await;
    }
    is_refused(400, "GET / HTTP/1.1\nHost: a\n\n").await;
}

#[tokio::test]
async fn nothing_is_tunnelled_and_nobody_is_told_what_the_upstream_was() {
    is_refused(405, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n").await;
    for method in ["TRACE", "trace", "TRACK"] {
        is_refused(405, &format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    }
}

#[tokio::test]
async fn chunks_have_one_form() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    for chunks in [
        "3\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "zz\r\nabc\r\n0\r\n\r\n",
        "-3\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
    ] {
        let mut client = Client::open(gate.address).await;
        client
            .send(format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"))
            .await;
        let rest = String::from_utf8(client.rest().await).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{chunks:?}: {rest}");
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_host_is_named_once_and_well() {
    is_refused(400, "GET / HTTP/1.1\r\n\r\n").await;
    for lines in [
        "Host: a\r\nHost: a",
        "Host: a\r\nHost: b",
        "Host:",
        "Host: a b",
        "Host: a/b",
        "Host: a@b",
        "Host: a,b",
        "Host: a:b",
    ] {
        is_refused(400, &format!("GET / HTTP/1.1\r\n{lines}\r\n\r\n")).await;
    }
}

#[tokio::test]
async fn a_target_that_names_a_host_names_the_same_one() {
    is_refused(400, "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    is_refused(400, "GET http://user@a/x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let (status, _, seen) = status("GET http://A/x?y HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(status, 200);
    assert!(seen[0].starts_with("GET /x?y HTTP/1.1\r\n") && seen[0].contains("host: a\r\n"), "{seen:?}");
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    is_refused(414, &format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(20_000))).await;
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    is_refused(431, &format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await;
    is_refused(431, &format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(100_000))).await;
}

#[tokio::test]
async fn nothing_that_follows_a_refused_request_is_taken_for_one() {
    let upstream = Upstream::answering(|_| answer("200 OK", &[], "well")).await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 200);
    let two =
        "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    client.send(format!("{two}GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    assert_eq!(client.answer().await.status, 400);
    assert!(client.rest().await.is_empty());
    assert_eq!(upstream.seen().len(), 1);
}
