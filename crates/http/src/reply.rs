//! Answers: JSON, OAuth errors, problems, and the headers that go with them.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use portico_core::denied::{Code, Denied};
use serde::Serialize;
use serde_json::json;

use crate::figures::NoRefusal;

/// An answer.
pub type Reply = Response<Body>;

/// How many seconds to wait where nothing better is known.
const RETRY_AFTER: u64 = 1;

/// A JSON answer that no cache keeps.
pub fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    typed(status, "application/json", serde_json::to_vec(body).expect("answers are plain data"))
}

/// A JSON answer with 200.
pub fn ok(body: &impl Serialize) -> Reply {
    json(StatusCode::OK, body)
}

/// An answer of this type that no cache keeps.
pub fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Reply {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// Sends the browser on by GET (RFC 9110 §15.4.4).
pub fn see_other(to: &str) -> Reply {
    let mut reply = empty(StatusCode::SEE_OTHER);
    match HeaderValue::from_str(to) {
        Ok(to) => drop(reply.headers_mut().insert(header::LOCATION, to)),
        Err(_) => *reply.status_mut() = StatusCode::BAD_REQUEST,
    }
    reply
}

/// An OAuth error (RFC 6749 §5.2).
pub fn oauth(denied: &Denied) -> Reply {
    oauth_with(denied, json!({}))
}

/// An OAuth error with further members.
pub fn oauth_with(denied: &Denied, further: serde_json::Value) -> Reply {
    log(denied);
    let mut body = json!({ "error": oauth_code(denied.code), "error_description": denied.description });
    if let (Some(body), serde_json::Value::Object(further)) = (body.as_object_mut(), further) {
        body.extend(further);
    }
    let status = match denied.code {
        Code::InvalidClient => StatusCode::UNAUTHORIZED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut reply = json(status, &body);
    if denied.code == Code::InvalidClient {
        let value = HeaderValue::from_static("Basic realm=\"portico\"");
        reply.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    if denied.code == Code::ConsentRequired {
        reply.extensions_mut().insert(NoRefusal);
    }
    retry(&mut reply, denied);
    reply
}

/// The code on `/oauth/*`, where the standard knows fewer of them.
fn oauth_code(code: Code) -> &'static str {
    match code {
        Code::TooLarge | Code::UnsupportedMediaType | Code::NotFound | Code::Conflict => "invalid_request",
        other => other.as_str(),
    }
}

/// A problem (RFC 9457), with a bearer challenge where a token is wanted (RFC 6750 §3).
pub fn problem(denied: &Denied) -> Reply {
    log(denied);
    let status = status(denied.code);
    let detail =
        if denied.description.is_empty() { "this needs a bearer token" } else { &denied.description };
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": denied.code.as_str(),
        "detail": detail,
    });
    let mut reply = json(status, &body);
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(challenge) = challenge(denied) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    retry(&mut reply, denied);
    reply
}

/// The status of a refusal outside `/oauth/*`.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidToken | Code::InvalidClient => StatusCode::UNAUTHORIZED,
        Code::InsufficientScope
        | Code::AccessDenied
        | Code::ReauthenticationRequired
        | Code::InsufficientUserAuthentication => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The `WWW-Authenticate` of a refused bearer token.
pub fn challenge(denied: &Denied) -> Option<HeaderValue> {
    match denied.code {
        Code::InvalidToken if denied.description.is_empty() => Some(HeaderValue::from_static("Bearer")),
        Code::InvalidToken => Some(HeaderValue::from_static("Bearer error=\"invalid_token\"")),
        Code::InsufficientScope => Some(HeaderValue::from_static("Bearer error=\"insufficient_scope\"")),
        _ => None,
    }
}

fn retry(reply: &mut Reply, denied: &Denied) {
    if denied.code.may_be_retried() {
        reply
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(denied.wait.unwrap_or(RETRY_AFTER)));
    }
}

/// Notes what the caller is not told.
pub fn log(denied: &Denied) {
    if let Some(cause) = &denied.cause {
        tracing::info!(code = denied.code.as_str(), cause = &**cause, "refused");
    }
}
