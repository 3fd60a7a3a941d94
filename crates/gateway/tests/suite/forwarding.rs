//! What reaches the upstream, and what comes back.

use portico_gateway::forward::Settings;

use crate::fixture::{Client, Plan, Upstream, answer, ask, gate, gate_with, settings};

async fn plain() -> Upstream {
    Upstream::answering(|_| answer("200 OK", &["Content-Type: text/plain"], "well")).await
}

#[tokio::test]
async fn a_request_and_its_answer_pass_as_they_are() {
    let upstream = Upstream::answering(|_| {
        answer("418 I'm a teapot", &["X-Kind: pot", "Set-Cookie: a=1", "Set-Cookie: b=2"], "short")
    })
    .await;
    let gate = gate(&upstream).await;
    let request = "PUT /a%20b?c=d&c=%41 HTTP/1.1\r\nHost: shop.example:81\r\nX-Odd_Name: 1\r\nContent-Length: 4\r\n\r\nbody";
    let answer = ask(gate.address, request).await;
    assert_eq!((answer.status, answer.text(), answer.header("x-kind")), (418, "short", Some("pot")));
    assert_eq!(answer.head.matches("set-cookie: ").count(), 2);
    let seen = upstream.last();
    assert!(
        seen.starts_with("PUT /a%20b?c=d&c=%41 HTTP/1.1\r\n") && seen.ends_with("\r\n\r\nbody"),
        "{seen}"
    );
    assert!(seen.contains("host: shop.example:81\r\n") && seen.contains("x-odd_name: 1\r\n"));
    assert!(seen.contains("content-length: 4\r\n") && !seen.contains("transfer-encoding"));
}

#[tokio::test]
async fn connections_are_kept_on_both_sides() {
    let upstream = plain().await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..5 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(client.answer().await.text(), "well");
    }
    assert_eq!((upstream.seen().len(), upstream.connections()), (5, 1));
}

#[tokio::test]
async fn requests_in_one_piece_are_answered_in_order() {
    let upstream =
        Upstream::answering(|request| answer("200 OK", &[], request.split(' ').nth(1).unwrap())).await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxxGET /3 HTTP/1.1\r\nHost: a\r\n\r\n").await;
    for path in ["/1", "/2", "/3"] {
        assert_eq!(client.answer().await.text(), path);
    }
}

#[tokio::test]
async fn what_concerns_a_connection_does_not_go_on() {
    let upstream = Upstream::answering(|_| {
        answer(
            "200 OK",
            &["Connection: x-inner", "X-Inner: 1", "Keep-Alive: timeout=9", "Proxy-Authenticate: x"],
            "",
        )
    })
    .await;
    let gate = gate(&upstream).await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nx_secret: 1\r\n\
                   TE: trailers\r\nProxy-Authorization: x\r\nUpgrade: h2c\r\nContent_Length: 5\r\n\r\n";
    let answer = ask(gate.address, request).await;
    let seen = upstream.last();
    for name in ["connection", "x-secret", "x_secret", "proxy-", "upgrade", "content_length"] {
        assert!(!seen.contains(name), "{name}: {seen}");
    }
    assert!(seen.contains("te: trailers\r\n"));
    for name in ["x-inner", "keep-alive", "proxy-authenticate"] {
        assert!(!answer.head.contains(name), "{name}: {}", answer.head);
    }
}

#[tokio::test]
async fn a_stranger_does_not_say_where_it_comes_from() {
    let upstream = plain().await;
    let gate = gate(&upstream).await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 1.2.3.4\r\n\
                   X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n\
                   X-Forwarded-Prefix: /x\r\n\r\n";
    ask(gate.address, request).await;
    let seen = upstream.last();
    let lines: Vec<&str> =
        seen.lines().filter(|line| line.contains("forwarded") || line.contains("real")).collect();
    assert_eq!(lines, ["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http", "x-forwarded-host: a"]);
}

#[tokio::test]
async fn a_trusted_proxy_says_whose_request_it_brings() {
    let upstream = plain().await;
    let plan = Plan { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Plan::default() };
    let gate = gate_with(settings(&[upstream.address]), plan).await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n\
                   X-Forwarded-Host: shop.example\r\n\r\n";
    ask(gate.address, request).await;
    let seen = upstream.last();
    assert!(seen.contains("x-forwarded-for: 1.2.3.4, 127.0.0.1\r\n"), "{seen}");
    assert!(
        seen.contains("x-forwarded-proto: https\r\n") && seen.contains("x-forwarded-host: shop.example\r\n")
    );
}

#[tokio::test]
async fn traces_go_on_unchanged() {
    let upstream = plain().await;
    let gate = gate(&upstream).await;
    let trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b\r\n";
    ask(gate.address, format!("GET / HTTP/1.1\r\nHost: a\r\n{trace}\r\n")).await;
    assert!(upstream.last().contains(trace));
}

#[tokio::test]
async fn a_continue_is_given_when_the_body_is_wanted() {
    let upstream = plain().await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n").await;
    assert_eq!(client.head().await.status, 100);
    client.send("body").await;
    assert_eq!(client.answer().await.text(), "well");
    assert!(!upstream.last().contains("expect"));
}

#[tokio::test]
async fn chunks_pass_and_of_trailers_those_of_answers_that_say_nothing_of_people_or_connections() {
    let upstream = Upstream::answering(|_| {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
         Trailer: X-Sum, X_Person, X-WX-OpenID, Set-Cookie, Authorization, Keep-Alive, Content-Type\r\n\r\n\
         3;a=b\r\none\r\n3\r\ntwo\r\n0\r\nX-Sum: 6\r\nX_Person: 1\r\nX-WX-OpenID: 1\r\n\
         Set-Cookie: a=1\r\nAuthorization: x\r\nKeep-Alive: timeout=5\r\nContent-Type: text/html\r\n\r\n"
    })
    .await;
    let settings = Settings { withheld: vec!["x-person".into()], ..settings(&[upstream.address]) };
    let gate = gate_with(settings, Plan::default()).await;
    let mut client = Client::open(gate.address).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: X-In\r\n\r\n\
                   2;ext=1\r\nab\r\n0\r\nX-In: 2\r\n\r\n";
    for _ in 0..2 {
        client.send(request).await;
        let head = client.head().await;
        assert_eq!(head.header("transfer-encoding"), Some("chunked"));
        assert_eq!((client.chunk().await, client.chunk().await), (b"one".to_vec(), b"two".to_vec()));
        assert!(client.chunk().await.is_empty());
        assert_eq!(client.trailers().await, "x-sum: 6\r\n");
        let seen = upstream.last();
        assert!(seen.ends_with("\r\n\r\n2\r\nab\r\n0\r\n\r\n"), "{seen}");
        assert!(seen.contains("te: trailers\r\n") && !seen.contains("trailer: "), "{seen}");
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_is_answered_without_chunks() {
    let upstream =
        Upstream::answering(|_| "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n")
            .await;
    let gate = gate(&upstream).await;
    let answer = ask(gate.address, "GET / HTTP/1.0\r\nHost: a\r\n\r\n").await;
    assert_eq!((answer.text(), answer.header("transfer-encoding")), ("one", None));
}
