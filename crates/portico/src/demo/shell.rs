//! The super app's shell: its page, its files, the web package, and the stream that the side panel reads.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::cast::{HOST_ID, PERSON};
use super::front::{file, security_headers};
use super::mini_program::Stage;
use super::traffic::Traffic;

#[derive(Clone)]
struct Shell {
    issuer: Arc<str>,
    frames: Arc<str>,
    config: Arc<Value>,
    traffic: Arc<Traffic>,
}

/// `/`, `/demo/…` and `/sdk/…`, for the public listener of `issuer`. Everything else is the server's.
pub fn routes(issuer: &str, stages: &[Stage], traffic: Arc<Traffic>) -> Router {
    let origins: Vec<_> = stages.iter().map(|stage| stage.origin.as_str()).collect();
    let shell = Shell {
        issuer: issuer.into(),
        frames: format!("frame-src {}; frame-ancestors 'none'", origins.join(" ")).into(),
        config: Arc::new(config(issuer, stages)),
        traffic,
    };
    Router::new()
        .route("/", get(page))
        .route(
            "/demo/config.json",
            get(|State(shell): State<Shell>| async move { Json(shell.config.as_ref().clone()) }),
        )
        .route("/demo/requests", get(requests))
        .route("/demo/apps/{name}", get(app_icon))
        .route("/demo/{name}", get(asset))
        .route("/sdk/{*name}", get(|Path(name): Path<String>| async move { file(&format!("sdk/{name}")) }))
        .with_state(shell)
}

fn config(issuer: &str, stages: &[Stage]) -> Value {
    let apps: Vec<_> = stages
        .iter()
        .map(|Stage { cast, origin, .. }| {
            json!({
                "key": cast.key, "app_id": cast.app_id, "name": cast.name, "short_name": cast.short_name, "tagline": cast.tagline,
                "company": cast.developer.1, "entry": format!("{origin}/"), "icon": format!("/demo/apps/{}.svg", cast.key),
            })
        })
        .collect();
    json!({
        "issuer": issuer, "host_id": HOST_ID, "redirect_uri": format!("{issuer}/"), "apps": apps,
        "person": { "username": PERSON.username, "password": PERSON.password, "name": PERSON.name },
    })
}

/// The shell's page. Under another name than the issuer's, such as 127.0.0.1, it would be another origin: that
/// goes to the right one.
async fn page(State(shell): State<Shell>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if shell.issuer.strip_prefix("http://") != Some(host) {
        return Redirect::temporary(&format!("{}/", shell.issuer)).into_response();
    }
    (security_headers(&shell.frames, ""), file("shell/index.html")).into_response()
}

async fn asset(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "icons.svg" | "portico.svg" => file(&format!("shared/{name}")),
        _ => file(&format!("shell/{name}")),
    }
}

async fn app_icon(Path(name): Path<String>) -> Response {
    file(&format!("{}/icon.svg", name.trim_end_matches(".svg")))
}

/// The requests as server-sent events; `Last-Event-ID` resumes.
async fn requests(State(shell): State<Shell>, headers: HeaderMap) -> impl IntoResponse {
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    Sse::new(shell.traffic.watch(after)).keep_alive(KeepAlive::default())
}
