//! Reports each request to the side panel: who called what and what came of it, but no token, secret or value.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::Value;

use super::cast::CAST;
use super::traffic::{Line, Said, Traffic};

/// Larger bodies pass unread.
const LARGEST: u64 = 64 * 1024;

/// `router` with each of its requests reported, as calls of `callee`.
pub fn over(router: Router, traffic: Arc<Traffic>, callee: &'static str) -> Router {
    router.layer(from_fn_with_state(Tap { traffic, callee }, tap))
}

#[derive(Clone)]
struct Tap {
    traffic: Arc<Traffic>,
    callee: &'static str,
}

async fn tap(State(tap): State<Tap>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/assets/") || path.starts_with("/health/") || path == "/favicon.ico" {
        return next.run(request).await;
    }
    let method = request.method().clone();
    let caller = caller(request.headers(), &path);
    let mut said = Said::default();
    let request = if method == Method::POST && path == "/oauth/token" {
        let (parts, body) = request.into_parts();
        let (body, read) = read(body).await;
        asked(&read, &mut said);
        Request::from_parts(parts, body)
    } else {
        request
    };
    let began = Instant::now();
    let response = next.run(request).await;
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    let (parts, mut body) = response.into_parts();
    if matches!(path.as_str(), "/oauth/token" | "/oauth/introspect" | "/oauth/userinfo") {
        let (passed_on, read) = read(body).await;
        body = passed_on;
        answered(&path, &read, &mut said);
    }
    let line = Line {
        id: 0,
        caller,
        callee: tap.callee,
        method: method.to_string(),
        path: shown(&path),
        status: parts.status.as_u16(),
        ms,
        said,
    };
    tap.traffic.report(line);
    Response::from_parts(parts, body)
}

/// The body and what is in it, when it is small enough to have been read.
async fn read(body: Body) -> (Body, Bytes) {
    if body.size_hint().upper().is_none_or(|size| size > LARGEST) {
        return (body, Bytes::new());
    }
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => (Body::from(bytes.clone()), bytes),
        Err(_) => (Body::empty(), Bytes::new()),
    }
}

fn caller(headers: &HeaderMap, path: &str) -> &'static str {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if headers.contains_key("x-wx-source") {
        return "gateway";
    }
    match agent.strip_prefix(super::mini_program::AGENT) {
        Some(key) => CAST.iter().find(|cast| cast.key == key).map_or("other", |cast| cast.key),
        None if agent.starts_with("Mozilla/") => "browser",
        None if path == "/logout" => "portico",
        None => "other",
    }
}

fn asked(body: &[u8], said: &mut Said) {
    for (name, value) in url::form_urlencoded::parse(body) {
        match name.as_ref() {
            "grant_type" => {
                let known = ["authorization_code", "refresh_token", "token-exchange", "jwt-bearer"];
                said.grant = known.into_iter().find(|grant| value.rsplit(':').next() == Some(grant));
            }
            "audience" => said.audience = CAST.iter().map(|cast| cast.app_id).find(|app_id| *app_id == value),
            _ => {}
        }
    }
}

fn answered(path: &str, body: &[u8], said: &mut Said) {
    let Ok(Value::Object(answer)) = serde_json::from_slice(body) else { return };
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    said.error = text("error");
    if path == "/oauth/userinfo" {
        said.claims =
            answer.keys().filter(|name| said.error.is_none() && *name != "error").cloned().collect();
    } else {
        said.active = answer.get("active").and_then(Value::as_bool);
        said.scope = text("scope");
    }
}

/// The path with what stands for a secret or for a single thing masked.
fn shown(path: &str) -> String {
    let mut shown = Vec::new();
    let mut before = "";
    for part in path.split('/') {
        let secret = matches!(before, "consent" | "consents") || (before == "sessions" && part != "current");
        shown.push(if (secret && !part.is_empty()) || part.len() > 40 { "…" } else { part });
        before = part;
    }
    shown.join("/")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use super::*;

    #[test]
    fn secrets_in_paths_are_masked() {
        assert_eq!(shown("/consent/abc"), "/consent/…");
        assert_eq!(shown("/v1/consents/abc"), "/v1/consents/…");
        assert_eq!(shown("/v1/me/sessions/abc"), "/v1/me/sessions/…");
        assert_eq!(shown("/v1/me/sessions/current"), "/v1/me/sessions/current");
        assert_eq!(shown("/v1/me/apps/org.example.taxi"), "/v1/me/apps/org.example.taxi");
        assert_eq!(shown(&format!("/x/{}", "a".repeat(43))), "/x/…");
    }

    #[test]
    fn of_a_token_request_only_known_words_are_kept() {
        let mut said = Said::default();
        let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
        asked(
            format!("grant_type={grant}&subject_token=s3cret&audience=org.example.taxi").as_bytes(),
            &mut said,
        );
        assert_eq!((said.grant, said.audience), (Some("token-exchange"), Some("org.example.taxi")));
        let mut said = Said::default();
        asked(b"grant_type=%3Cscript%3E&audience=somebody", &mut said);
        assert_eq!(said, Said::default());
    }

    #[test]
    fn of_a_profile_only_the_names_of_claims_are_kept() {
        let mut said = Said::default();
        answered("/oauth/userinfo", br#"{"sub":"o1","name":"Ana Markou"}"#, &mut said);
        assert!(!serde_json::to_string(&said).unwrap().contains("Ana"));
        assert_eq!(said.claims, ["name", "sub"]);
    }

    #[test]
    fn a_token_is_never_kept() {
        let mut said = Said::default();
        let body =
            br#"{"access_token":"s3cret","refresh_token":"s3cret","scope":"openid","consent_uri":"s3cret"}"#;
        answered("/oauth/token", body, &mut said);
        let kept = serde_json::to_string(&said).unwrap();
        assert_eq!(kept, r#"{"scope":"openid"}"#);
    }
}
