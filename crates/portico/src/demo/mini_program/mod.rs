//! The three mini-programs: each its own origin, with a front end, and a back end that knows of a person only what
//! Portico answers it.

mod caller;
pub(super) mod gov;
mod logout;
pub(super) mod taxi;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use super::cast::Cast;
use super::front::{file, security_headers};
use super::listen;
use super::tap;
use super::traffic::Traffic;
use caller::Caller;

/// How a back end's requests name it: this, and its key.
pub(super) const AGENT: &str = "portico-demo/";

/// Where a mini-program will be: bound, so that it can be registered, but not yet serving.
pub struct Stage {
    /// Who will be there.
    pub(super) cast: &'static Cast,
    pub(super) listener: TcpListener,
    /// Such as `http://127.0.0.1:8082`.
    pub(super) origin: String,
}

impl Stage {
    /// Binds the mini-program's preferred port, or a free one.
    pub(super) async fn bind(cast: &'static Cast) -> Result<Self, String> {
        let bound = listen::on(cast.port).await.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) =
            bound.map_err(|error| format!("cannot listen for {}: {error}", cast.name))?;
        Ok(Self { cast, listener, origin: format!("http://127.0.0.1:{}", address.port()) })
    }
}

/// A mini-program's back end.
#[derive(Clone)]
pub struct MiniProgram(Arc<Inner>);

struct Inner {
    cast: &'static Cast,
    issuer: String,
    client_secret: String,
    /// Where its pages' back end is; empty where that is this.
    api: String,
    http: reqwest::Client,
    /// Sessions of which Portico has said that they are over, by this app's own session ids.
    ended: Mutex<HashSet<String>>,
    traffic: Arc<Traffic>,
}

impl MiniProgram {
    /// A back end with the client secret that registration gave it. `gateway` is where one is.
    pub(super) fn new(
        cast: &'static Cast,
        issuer: &str,
        client_secret: String,
        gateway: &str,
        traffic: Arc<Traffic>,
    ) -> Result<Self, String> {
        let api = if cast.behind_gateway { gateway.to_owned() } else { String::new() };
        let port =
            issuer.rsplit(':').next().and_then(|port| port.parse().ok()).ok_or("the issuer has no port")?;
        let http = reqwest::Client::builder()
            .user_agent(format!("{AGENT}{}", cast.key))
            .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let ended = Mutex::default();
        Ok(Self(Arc::new(Inner {
            cast,
            issuer: issuer.to_owned(),
            client_secret,
            api,
            http,
            ended,
            traffic,
        })))
    }

    /// Serves front end and back end for as long as the process runs.
    pub(super) async fn serve(self, listener: TcpListener) {
        let served = axum::serve(listener, self.clone().routes()).await;
        if let Err(error) = served {
            tracing::error!(mini_program = self.0.cast.key, %error, "stopped serving");
        }
    }

    fn routes(self) -> Router {
        let (traffic, key, api) = (Arc::clone(&self.0.traffic), self.0.cast.key, self.0.cast.api);
        let back_end =
            api().route("/api/me", get(me)).route("/logout", post(logout::receive)).with_state(self.clone());
        let front_end = Router::new()
            .route("/", get(page))
            .route(
                "/config.json",
                get(|State(program): State<Self>| async move {
                    Json(json!({ "host": program.0.issuer, "api": program.0.api }))
                }),
            )
            .route("/{name}", get(asset))
            .route("/art/{name}", get(art))
            .route(
                "/sdk/{*name}",
                get(|Path(name): Path<String>| async move { file(&format!("sdk/{name}")) }),
            )
            .with_state(self);
        tap::over(back_end, traffic, key).merge(front_end)
    }
}

async fn page(State(program): State<MiniProgram>) -> impl IntoResponse {
    let called = match program.0.api.as_str() {
        "" => String::new(),
        gateway => format!("{} {gateway}", program.0.issuer),
    };
    let headers = security_headers(&format!("frame-ancestors {}", program.0.issuer), &called);
    (headers, file(&format!("{}/index.html", program.0.cast.key)))
}

async fn asset(State(program): State<MiniProgram>, Path(name): Path<String>) -> Response {
    match name.as_str() {
        "icons.svg" | "mini.css" | "mini.js" => file(&format!("shared/{name}")),
        _ => file(&format!("{}/{name}", program.0.cast.key)),
    }
}

async fn art(State(program): State<MiniProgram>, Path(name): Path<String>) -> Response {
    file(&format!("{}/art/{name}", program.0.cast.key))
}

/// What this back end may see of the caller, for its front end to show.
async fn me(caller: Caller) -> Json<Value> {
    let reference: String = caller.sub.chars().take(6).collect();
    Json(json!({ "reference": reference, "scope": caller.scope, "claims": caller.claims }))
}

/// Why a back end does not do what it was asked.
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error, "message": self.message }))).into_response()
    }
}
