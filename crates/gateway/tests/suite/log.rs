//! What is told of requests, and what is not.

use std::io::Write;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use parking_lot::Mutex;

use crate::fixture::{Client, Upstream, answer, ask, gate, until};

/// What a subscriber writes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn access(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().clone()).unwrap();
        text.lines().filter(|line| line.contains("portico_gateway::access")).map(Into::into).collect()
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_without_anything_personal() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let upstream =
        Upstream::answering(|_| answer("201 Created", &["Set-Cookie: sid=SECRET"], "SECRET body")).await;
    let request = "POST /users/oSECRET?openid=oSECRET HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer SECRET\r\n\
                   Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\
                   Cookie: t=SECRET\r\nX-WX-OPENID: SECRET\r\nContent-Length: 6\r\n\r\nSECRET";
    // Whether anybody listens is remembered where something is told: it may have been asked before this test listened.
    let first = gate(&upstream).await;
    ask(first.address, request).await;
    first.stop().await;
    tracing::callsite::rebuild_interest_cache();
    lines.0.lock().clear();

    let gate = gate(&upstream).await;
    ask(gate.address, request).await;
    let mut bad = Client::open(gate.address).await;
    bad.send("GET /SECRET HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    bad.answer().await;
    // A line is written when an answer has gone out, which a client may see first.
    until(async || lines.access().len() == 2).await;
    let access = lines.access();
    for part in [
        "method=POST",
        "route=\"everything\"",
        "status=201",
        "bytes=11",
        "milliseconds=",
        "upstream=\"http://127",
        "trace=\"0af7651916cd43dd8448eb211c80319c\"",
        "refused=\"-\"",
    ] {
        assert!(access[0].contains(part), "{part}: {}", access[0]);
    }
    for part in ["status=400", "route=\"-\"", "trace=\"-\"", "refused=\"a request has a Content-Length or"] {
        assert!(access[1].contains(part), "{part}: {}", access[1]);
    }
    let ours: Vec<String> = String::from_utf8(lines.0.lock().clone())
        .unwrap()
        .lines()
        .filter(|line| line.contains("portico_gateway"))
        .map(Into::into)
        .collect();
    assert!(!ours.concat().contains("SECRET"), "{ours:#?}");
}

#[tokio::test]
async fn requests_are_counted_by_route_and_kind_of_answer() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let upstream = Upstream::answering(|request| match request.contains("/bad") {
        true => Vec::new(),
        false => answer("404 Not Found", &[], ""),
    })
    .await;
    let gate = gate(&upstream).await;
    for path in ["/a", "/b", "/bad"] {
        ask(gate.address, format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")).await;
    }
    ask(gate.address, "TRACE /d HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let done = r#"portico_gateway_requests_in_flight{route="everything"} 0"#;
    until(async || figures.render().contains(done)).await;
    let text = figures.render();
    for line in [
        r#"portico_gateway_requests_total{route="everything",status="4xx"} 2"#,
        r#"portico_gateway_requests_total{route="everything",status="5xx"} 1"#,
        r#"portico_gateway_request_seconds_count{route="everything"} 3"#,
        r#"portico_gateway_requests_total{route="-",status="4xx"} 1"#,
        r#",why="broken"} 1"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
