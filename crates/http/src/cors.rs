//! CORS: answers may be read by scripts of registered origins, and by nobody else's.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;

use crate::House;
use crate::reply::{self, Reply};

/// Lets scripts of registered origins call the API. No cookie is ever part of it.
pub async fn cors(State(house): State<Arc<House>>, request: Request, next: Next) -> Reply {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else { return next.run(request).await };
    let path = request.uri().path();
    // Where browsers navigate, scripts have nothing to read (RFC 9700 §2.6).
    let navigated = matches!(path, "/oauth/authorize" | "/oauth/end-session");
    let for_scripts =
        ["/v1/", "/oauth/", "/.well-known/"].iter().any(|start| path.starts_with(start)) && !navigated;
    if !for_scripts {
        return next.run(request).await;
    }
    let registered = match origin.to_str() {
        Ok(text) => house.live.origin_is_registered(text).await.unwrap_or(false),
        Err(_) => false,
    };
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut reply = if is_preflight { preflight() } else { next.run(request).await };
    if registered {
        allow(reply.headers_mut(), origin);
    }
    reply.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    reply
}

fn preflight() -> Reply {
    reply::empty(StatusCode::NO_CONTENT)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, PUT, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Last-Event-ID"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate, Retry-After"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
