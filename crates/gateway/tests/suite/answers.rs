//! Answers of upstreams: those without a body, and those that cannot be trusted.

use tokio::io::AsyncWriteExt;

use crate::fixture::{Client, Upstream, answer, ask, asked, gate};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn answers_without_a_body_keep_their_headers_and_their_connection() {
    let upstream = Upstream::answering(|request| match request.split(' ').nth(1).unwrap() {
        "/head" => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "/204" => "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
        _ => "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n",
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..2 {
        client.send("HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let head = client.answer_to("HEAD").await;
        assert_eq!((head.status, head.header("content-length")), (200, Some("5")));
        client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let none = client.answer().await;
        assert_eq!((none.status, none.header("x-a"), none.header("content-length")), (204, Some("b"), None));
        client.send("GET /304 HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\"\r\n\r\n").await;
        let same = client.answer().await;
        assert_eq!((same.status, same.header("etag")), (304, Some("\"x\"")));
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn answers_of_1xx_are_waited_out() {
    let upstream = Upstream::answering(|_| {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
        [early.as_bytes(), &answer("200 OK", &[], "well")].concat()
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..2 {
        client.send(GET).await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.text(), answer.header("link")), (200, "well", None));
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn an_answer_that_can_be_read_in_two_ways_is_not_passed_on() {
    for lines in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "X-A: b\r\n folded\r\nContent-Length: 3\r\n",
        "X-A : b\r\nContent-Length: 3\r\n",
        "X-A: b\rc\r\nContent-Length: 3\r\n",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{lines}\r\n3\r\nabc\r\n0\r\n\r\n");
        let upstream = Upstream::answering(move |_| bytes.clone()).await;
        let gate = gate(&upstream).await;
        let answer = ask(gate.address, GET).await;
        assert_eq!(answer.status, 502, "{lines:?}");
        assert!(answer.text().contains(r#""error":"bad_gateway""#) && !answer.text().contains("abc"));
        ask(gate.address, GET).await;
        assert_eq!(upstream.connections(), 2, "{lines:?}: the connection was used again");
    }
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http_is_502() {
    for bytes in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 999999 X\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y"] {
        let upstream = Upstream::serving(move |mut stream| async move {
            tokio::io::AsyncWriteExt::write_all(&mut stream, bytes.as_bytes()).await.unwrap();
        })
        .await;
        let gate = gate(&upstream).await;
        assert_eq!(ask(gate.address, GET).await.status, 502, "{bytes:?}");
    }
}

#[tokio::test]
async fn a_change_of_protocols_that_nobody_asked_for_is_502() {
    let upstream = Upstream::answering(
        |_| "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    )
    .await;
    let gate = gate(&upstream).await;
    assert_eq!(ask(gate.address, GET).await.status, 502);
}

#[tokio::test]
async fn an_answer_that_falls_short_ends_the_clients_connection_before_its_end() {
    for short in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n",
    ] {
        let upstream = Upstream::serving(move |mut stream| async move {
            asked(&mut stream).await;
            tokio::io::AsyncWriteExt::write_all(&mut stream, short.as_bytes()).await.unwrap();
        })
        .await;
        let gate = gate(&upstream).await;
        let mut client = Client::open(gate.address).await;
        client.send(GET).await;
        let all = String::from_utf8(client.rest().await).unwrap();
        assert!(all.is_empty() || all.contains("half"), "{all}");
        assert!(!all.contains("\r\n0\r\n") && !all.contains("content-length: 4"), "{all}");
    }
}

#[tokio::test]
async fn an_answer_without_a_length_ends_with_its_connection() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
            .await
            .unwrap();
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..2 {
        client.send(GET).await;
        assert_eq!(client.answer().await.text(), "until the end");
    }
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn an_answer_of_http_1_0_is_one_of_http_1_1_for_the_client_and_its_connection_stays() {
    let upstream = Upstream::serving(|mut stream| async move {
        asked(&mut stream).await;
        stream.write_all(b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\none").await.unwrap();
    })
    .await;
    let gate = gate(&upstream).await;
    let mut client = Client::open(gate.address).await;
    for _ in 0..2 {
        client.send(GET).await;
        let answer = client.answer().await;
        assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
        assert_eq!((answer.text(), answer.header("transfer-encoding")), ("one", Some("chunked")));
    }
}
