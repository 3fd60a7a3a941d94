//! A Portico of a test's own.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::unfold;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use url::Url;

use super::{Hands, ISSUER, TAXI, vectors};
use crate::builder::basic;
use crate::portico::Following;
use crate::{Portico, ask::Ask, feed::follow, inner::Inner};

/// What the feed says when it is opened and nothing has happened.
pub(super) const LIVE: &str = "event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\nid: one\n\n";

pub(super) struct Fake {
    pub(super) said: Arc<Said>,
    address: String,
    server: AbortHandle,
}

/// What it answers, and what it was asked.
pub(super) struct Said {
    /// What `iss` it calls itself.
    pub(super) issuer: Mutex<String>,
    /// The key sets that are answered one after another; the last one from then on.
    pub(super) key_sets: Mutex<Vec<Value>>,
    pub(super) key_set_reads: AtomicU64,
    pub(super) key_set_status: Mutex<StatusCode>,
    /// What is answered to an introspection, and how many were asked for.
    pub(super) told: Mutex<(StatusCode, Value)>,
    pub(super) introspections: AtomicU64,
    /// What an introspection waits for.
    pub(super) key_set_gate: Semaphore,
    pub(super) gate: Semaphore,
    /// What each connection of the feed says first.
    pub(super) greeting: Mutex<String>,
    /// Each connection of the feed: where it was to be resumed, and how to go on.
    pub(super) feeds: Mutex<Vec<(Option<String>, UnboundedSender<String>)>>,
    opened: watch::Sender<usize>,
    pub(super) authorizations: Mutex<Vec<String>>,
    address: Mutex<String>,
}

impl Fake {
    /// One whose key sets are those of the vectors, and whose feed is live.
    pub(super) async fn new() -> Self {
        let keys = vectors("keys");
        let said = Arc::new(Said {
            issuer: Mutex::new(ISSUER.into()),
            key_sets: Mutex::new(vec![keys["first"].clone(), keys["then"].clone()]),
            key_set_reads: AtomicU64::new(0),
            key_set_status: Mutex::new(StatusCode::OK),
            told: Mutex::new((StatusCode::OK, json!({ "active": false }))),
            introspections: AtomicU64::new(0),
            key_set_gate: Semaphore::new(Semaphore::MAX_PERMITS),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            greeting: Mutex::new(LIVE.into()),
            feeds: Mutex::default(),
            opened: watch::Sender::new(0),
            authorizations: Mutex::default(),
            address: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        said.address.lock().clone_from(&address);
        let routes = Router::new()
            .route("/metadata", get(metadata))
            .route("/jwks", get(jwks))
            .route("/introspect", post(introspect))
            .route("/feed", get(feed))
            .with_state(Arc::clone(&said));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        Self { said, address, server }
    }

    /// A handle of the taxi's that talks to this.
    pub(super) fn portico(&self, clock: &Hands) -> Portico {
        let inner = self.inner(clock);
        let task = tokio::spawn(follow(Arc::clone(&inner))).abort_handle();
        Portico::new(inner, Following(Some(task)))
    }

    /// One that follows no feed.
    pub(super) fn asking(&self, clock: &Hands) -> Portico {
        Portico::new(self.inner(clock), Following(None))
    }

    fn inner(&self, clock: &Hands) -> Arc<Inner> {
        let place = |path: &str| Url::parse(&format!("{}/{path}", self.address)).unwrap();
        let authorization = basic(TAXI, "secret").unwrap();
        let timeout = std::time::Duration::from_secs(20);
        let ask = Ask::new(reqwest::Client::new(), authorization, place("feed"), timeout);
        Arc::new(Inner::new(
            (ISSUER.into(), place("metadata")),
            TAXI.into(),
            ask,
            Box::new(clock.clone()),
            100,
        ))
    }

    /// Says something on the last connection of the feed.
    pub(super) fn say(&self, text: &str) {
        self.said.feeds.lock().last().unwrap().1.send(text.into()).unwrap();
    }

    /// Waits for so many connections of the feed, and answers where the last was to be resumed.
    pub(super) async fn opened(&self, count: usize) -> Option<String> {
        self.said.opened.subscribe().wait_for(|opened| *opened >= count).await.unwrap();
        self.said.feeds.lock()[count - 1].0.clone()
    }

    /// Loses the connections of the feed.
    pub(super) fn hang_up(&self) {
        for feed in &mut *self.said.feeds.lock() {
            feed.1 = unbounded_channel().0;
        }
    }

    /// Waits until nobody is at the other end of the last connection.
    pub(super) async fn left(&self) {
        let feed = self.said.feeds.lock().last().unwrap().1.clone();
        feed.closed().await;
    }

    pub(super) fn key_set_reads(&self) -> u64 {
        self.said.key_set_reads.load(Ordering::Relaxed)
    }

    pub(super) fn introspections(&self) -> u64 {
        self.said.introspections.load(Ordering::Relaxed)
    }

    /// From now on every introspection is answered so.
    pub(super) fn tell(&self, status: StatusCode, told: Value) {
        *self.said.told.lock() = (status, told);
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn metadata(State(said): State<Arc<Said>>) -> Json<Value> {
    let address = said.address.lock().clone();
    Json(json!({
        "issuer": *said.issuer.lock(), "jwks_uri": format!("{address}/jwks"),
        "introspection_endpoint": format!("{address}/introspect"), "token_endpoint": "elsewhere",
    }))
}

async fn jwks(State(said): State<Arc<Said>>) -> Response {
    let reads = said.key_set_reads.fetch_add(1, Ordering::Relaxed);
    let _passed = said.key_set_gate.acquire().await.unwrap();
    let sets = said.key_sets.lock();
    let set = sets[sets.len().min(usize::try_from(reads).unwrap() + 1) - 1].clone();
    (*said.key_set_status.lock(), Json(set)).into_response()
}

async fn introspect(State(said): State<Arc<Said>>, headers: HeaderMap, form: String) -> Response {
    assert!(form.starts_with("token="));
    said.introspections.fetch_add(1, Ordering::Relaxed);
    said.authorizations.lock().push(headers[header::AUTHORIZATION].to_str().unwrap().into());
    let _passed = said.gate.acquire().await.unwrap();
    let (status, told) = said.told.lock().clone();
    match status {
        StatusCode::SERVICE_UNAVAILABLE => (status, [(header::RETRY_AFTER, "7")], Json(told)).into_response(),
        _ => (status, Json(told)).into_response(),
    }
}

async fn feed(State(said): State<Arc<Said>>, request: Request) -> Response {
    let place = request.headers().get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
    said.authorizations.lock().push(request.headers()[header::AUTHORIZATION].to_str().unwrap().into());
    let (more, rest) = unbounded_channel();
    more.send(said.greeting.lock().clone()).unwrap();
    said.feeds.lock().push((place, more));
    said.opened.send_modify(|opened| *opened += 1);
    let body = unfold(rest, |mut rest: UnboundedReceiver<String>| async {
        let text = rest.recv().await?;
        Some((Ok::<_, Infallible>(text), rest))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}
