//! A gateway on a port of its own, and a back end behind it that notes what reaches it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use portico_gateway::accept::{self, Limits, Peer};
use portico_gateway::table::{Current, Table};
use portico_gateway::{Body as Carried, Pass};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use super::{Town, configured};

/// A request as it reached the back end.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

type Answer = Box<dyn Fn(&Seen) -> Response + Send + Sync>;

/// A back end that answers as it is told.
pub struct BackEnd {
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    seen: Mutex<Vec<Seen>>,
    answer: Mutex<Answer>,
    /// Waited for before each answer, where it is to be slow.
    slow: Mutex<Option<Arc<Notify>>>,
    /// Told when a request is here.
    here: Notify,
}

impl BackEnd {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fine: Answer = Box::new(|_| "fine".into_response());
        let inner = Arc::new(Inner {
            seen: Mutex::default(),
            answer: Mutex::new(fine),
            slow: Mutex::default(),
            here: Notify::new(),
        });
        let router = Router::new().fallback(answered).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Answers like this from now on.
    pub fn says(&self, answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) {
        *self.inner.answer.lock() = Box::new(answer);
    }

    /// Answers only when the one that is given back is told.
    pub fn slowly(&self) -> Arc<Notify> {
        let slow = Arc::<Notify>::default();
        *self.inner.slow.lock() = Some(slow.clone());
        slow
    }

    /// Waits until a request is here.
    pub async fn reached(&self) {
        self.inner.here.notified().await;
    }

    /// The requests that came since the last look.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner.seen.lock())
    }

    /// The one request that came since the last look.
    pub fn one(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }
}

async fn answered(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let seen = Seen {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let slow = inner.slow.lock().clone();
    inner.here.notify_one();
    if let Some(slow) = slow {
        slow.notified().await;
    }
    let answer = inner.answer.lock()(&seen);
    inner.seen.lock().push(seen);
    answer
}

/// JSON as a back end answers it.
pub fn json(body: &str) -> Response {
    ([("content-type", "application/json")], body.to_owned()).into_response()
}

/// A town with a gateway before its merchant.
pub struct Gate {
    pub town: Town,
    pub back_end: BackEnd,
    pub routes: Arc<Current>,
    pub address: SocketAddr,
    http: reqwest::Client,
    _stop: watch::Sender<bool>,
}

impl Gate {
    /// A gateway whose route has these keys.
    pub async fn new(route: &str) -> Self {
        Self::before(Town::new().await, route).await
    }

    pub async fn before(town: Town, route: &str) -> Self {
        let back_end = BackEnd::start().await;
        let routes = Arc::new(Current::new(Table::new(configured(&back_end.url, route)).unwrap()));
        let pass = Pass::new(town.world.house.live.clone(), routes.clone());
        let handler = move |request: axum::http::Request<Carried>, peer: Peer| {
            let pass = pass.clone();
            async move { pass.answer(request, peer).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(accept::run(listener, None, Limits::default(), [].into(), handler, stopping));
        let http = reqwest::Client::builder().build().unwrap();
        Self { town, back_end, routes, address, http, _stop: stop }
    }

    /// Somebody who calls: their token, and their OpenIDs at the app and at the shop.
    pub async fn caller(&self, person: &str) -> Caller {
        let (tokens, token) = self.town.open(person).await;
        let here = self.town.sub(super::APP, &token).await;
        let shop = self.town.world.launch_granting(&tokens, super::SHOP, None).await;
        let there = self.town.sub(super::SHOP, &shop).await;
        Caller { tokens, token, here, there }
    }

    pub fn request(&self, method: &str, target: &str, token: &str) -> reqwest::RequestBuilder {
        self.bare(method, target).bearer_auth(token)
    }

    pub fn bare(&self, method: &str, target: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("http://{}{target}", self.address))
    }

    /// The status and the error of a refusal, which reached no upstream.
    pub async fn refused(&self, request: reqwest::RequestBuilder) -> (u16, String) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: serde_json::Value = answer.json().await.unwrap();
        assert!(self.back_end.seen().is_empty(), "it reached the upstream");
        (status, body["error"].as_str().unwrap().to_owned())
    }
}

pub struct Caller {
    pub tokens: crate::fixture::Tokens,
    pub token: String,
    pub here: String,
    pub there: String,
}

/// An answer with this status.
pub fn status(status: u16) -> Response {
    Response::builder().status(StatusCode::from_u16(status).unwrap()).body(Body::empty()).unwrap()
}
