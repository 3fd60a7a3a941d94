//! What lasts ends with what let it in; and without a lease nothing begins.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::gate::Gate;
use super::{APP, SHOP, Town, configured, route};
use crate::fixture::World;

/// What takes a second takes no longer than this on a machine with much to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// What takes a second, sooner than anything else would end it.
pub(super) const SOON: Duration = Duration::from_secs(8);

/// An answer that never ends: an event ten times a second.
fn endless() -> Response {
    let events = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"data: x\n\n")), ()))
    });
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(events)).unwrap()
}

/// Reads a stream to its end: whether it broke off.
async fn breaks_off(mut answer: reqwest::Response) -> bool {
    let end = async {
        loop {
            match answer.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
    };
    timeout(PATIENCE, end).await.expect("the stream goes on")
}

#[tokio::test]
async fn an_event_stream_breaks_off_when_the_session_ends() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    gate.back_end.says(|_| endless());
    let mut answer = gate.request("GET", "/events", &ana.token).send().await.unwrap();
    for _ in 0..3 {
        assert_eq!(answer.chunk().await.unwrap().as_deref(), Some(&b"data: x\n\n"[..]));
    }
    gate.town.world.sign_out(&ana.tokens).await.ok();
    assert!(breaks_off(answer).await);
}

#[tokio::test]
async fn a_short_answer_that_comes_slowly_breaks_off_when_the_session_ends() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    gate.back_end.says(|_| {
        let mut answer = endless();
        answer.headers_mut().insert("content-length", axum::http::HeaderValue::from_static("6000"));
        answer
    });
    let mut answer = gate.request("GET", "/", &ana.token).send().await.unwrap();
    answer.chunk().await.unwrap();
    gate.town.world.sign_out(&ana.tokens).await.ok();
    assert!(timeout(SOON, breaks_off(answer)).await.expect("it goes on"));
}

#[tokio::test]
async fn a_stream_breaks_off_when_consent_for_the_route_is_withdrawn() {
    let gate = Gate::new("require = [\"union_id\"]\n").await;
    let ana = gate.caller("ana").await;
    gate.back_end.says(|_| endless());
    let answer = gate.request("GET", "/events", &ana.token).send().await.unwrap();
    let path = format!("/v1/me/apps/{APP}");
    gate.town.world.json(axum::http::Method::DELETE, &path, Some(&ana.tokens.access), &json!({})).await.ok();
    assert!(breaks_off(answer).await);
}

/// A back end that agrees to WebSockets and sends back what it gets.
pub(super) async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(agree(stream));
        }
    });
    url
}

async fn agree(mut stream: TcpStream) {
    head(&mut stream).await;
    let agreed = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(agreed.as_bytes()).await.unwrap();
    let (mut from, mut to) = stream.split();
    let _ = tokio::io::copy(&mut from, &mut to).await;
}

pub(super) async fn head(stream: &mut TcpStream) -> String {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Asks for a WebSocket with this header; what was answered.
pub(super) async fn handshake(gate: &Gate, header: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(gate.address).await.unwrap();
    let ask = format!(
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n\r\n",
    );
    socket.write_all(ask.as_bytes()).await.unwrap();
    let answer = head(&mut socket).await;
    (socket, answer)
}

/// A WebSocket to the back end that sends back what it gets.
async fn websocket(gate: &Gate, token: &str) -> TcpStream {
    let (mut socket, answer) = handshake(gate, &format!("Authorization: Bearer {token}")).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    echoes(&mut socket).await;
    socket
}

async fn echoes(socket: &mut TcpStream) {
    socket.write_all(b"ping").await.unwrap();
    let mut back = [0; 4];
    socket.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"ping");
}

/// Waits until the other side has closed.
pub(super) async fn is_cut(mut socket: TcpStream, within: Duration) {
    let end = async { while matches!(socket.read(&mut [0; 64]).await, Ok(1..)) {} };
    timeout(within, end).await.expect("the WebSocket goes on");
}

#[tokio::test]
async fn a_websocket_is_cut_when_the_session_ends_and_no_other_is() {
    let gate = Gate::new("").await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    gate.routes.replace(portico_gateway::table::Table::new(configured(&echo().await, "")).unwrap());
    let (anas, mut bobs) = (websocket(&gate, &ana.token).await, websocket(&gate, &bob.token).await);
    gate.town.world.sign_out(&ana.tokens).await.ok();
    is_cut(anas, SOON).await;
    echoes(&mut bobs).await;
}

#[tokio::test]
async fn a_websocket_is_cut_when_consent_for_the_route_is_withdrawn() {
    let route = "require = [\"union_id\"]\n";
    let gate = Gate::new(route).await;
    let ana = gate.caller("ana").await;
    gate.routes.replace(portico_gateway::table::Table::new(configured(&echo().await, route)).unwrap());
    let socket = websocket(&gate, &ana.token).await;
    let path = format!("/v1/me/apps/{APP}");
    gate.town.world.json(axum::http::Method::DELETE, &path, Some(&ana.tokens.access), &json!({})).await.ok();
    is_cut(socket, SOON).await;
}

#[tokio::test]
async fn what_lasts_is_cut_when_the_upstreams_app_is_suspended() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    gate.back_end.says(|_| endless());
    let stream = gate.request("GET", "/events", &ana.token).send().await.unwrap();
    gate.routes.replace(portico_gateway::table::Table::new(configured(&echo().await, "")).unwrap());
    let socket = websocket(&gate, &ana.token).await;
    gate.town.world.admin_post(&format!("/admin/v1/apps/{SHOP}/suspend"), json!({})).await.ok();
    is_cut(socket, SOON).await;
    assert!(breaks_off(stream).await);
}

#[tokio::test]
async fn an_upload_breaks_off_when_the_session_ends() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let reading = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut all = vec![];
        while !all.ends_with(b"film\r\n") {
            all.push(stream.read_u8().await.unwrap());
        }
        begun.send(()).unwrap();
        let _ = stream.read_to_end(&mut all).await;
        all
    });
    gate.routes.replace(portico_gateway::table::Table::new(configured(&url, "")).unwrap());
    let mut socket = TcpStream::connect(gate.address).await.unwrap();
    let ask = format!(
        "POST /film HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        ana.token
    );
    socket.write_all(ask.as_bytes()).await.unwrap();
    let (mut answers, mut upload) = socket.into_split();
    let sending = tokio::spawn(async move {
        while upload.write_all(b"4\r\nfilm\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    timeout(PATIENCE, has_begun).await.unwrap().unwrap();
    gate.town.world.sign_out(&ana.tokens).await.ok();
    let mut answer = vec![];
    let read = timeout(SOON, answers.read_buf(&mut answer)).await.expect("the upload goes on");
    assert!(
        read.unwrap() > 0 && answer.starts_with(b"HTTP/1.1 401 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    let seen = String::from_utf8(timeout(SOON, reading).await.unwrap().unwrap()).unwrap();
    assert!(!seen.ends_with("0\r\n\r\n"), "{seen}");
    sending.abort();
}

#[tokio::test]
async fn without_a_lease_the_answer_is_503_and_what_lasts_breaks_off() {
    let master = MasterKey::generate(&SystemChance).to_text();
    let world = World::node(&Arc::new(Memory::new()), &master, None).await;
    let gate = Gate::before(Town { world, route: route() }, "").await;
    let live = &gate.town.world.house.live;
    let ana = gate.caller("ana").await;
    gate.back_end.says(|_| endless());
    live.join().await.unwrap();
    let stream = gate.request("GET", "/events", &ana.token).send().await.unwrap();
    let socket = {
        gate.routes.replace(portico_gateway::table::Table::new(configured(&echo().await, "")).unwrap());
        websocket(&gate, &ana.token).await
    };
    gate.routes.replace(portico_gateway::table::Table::new(configured(&gate.back_end.url, "")).unwrap());
    is_cut(socket, PATIENCE).await;
    assert!(breaks_off(stream).await, "nothing renews the lease");
    gate.back_end.seen();
    let answer = gate.request("GET", "/", &ana.token).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(gate.back_end.seen().is_empty());
}
