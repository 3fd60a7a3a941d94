//! What is answered in place of the app (RFC 6750 §3).

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::error::Error;

/// A request that goes no further. With the feature `axum` it is an answer of a handler's as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The request brings no bearer token: 401.
    #[error("a bearer token is needed")]
    NoToken,
    /// The token is not active: 401 `invalid_token`. The host is to launch again.
    #[error("the token is not active")]
    InvalidToken,
    /// The token was never given with this: 403 `insufficient_scope`. The mini-program can ask the person, by
    /// `requestPermission`.
    #[error("the scope does not reach: {scope}")]
    InsufficientScope {
        /// All that is missing, separated by spaces.
        scope: String,
    },
    /// The token was given with this, and the person took it back since: 403 `insufficient_scope` with
    /// `"withdrawn": true`. Go on without, or let it be.
    #[error("the scope was withdrawn: {scope}")]
    ScopeWithdrawn {
        /// All that is missing, separated by spaces.
        scope: String,
    },
    /// Whether the token is active cannot be known now: 503 with `Retry-After`.
    #[error("Portico cannot be asked now")]
    Unavailable {
        /// After what time asking may help; the answer says one second where it is not known.
        retry_after: Option<Duration>,
    },
    /// No layer stands before the handler that wants to know who calls: 500, and nobody is let in.
    #[error("no PorticoLayer stands before this handler")]
    NoLayer,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidToken(_) => Self::InvalidToken,
            Error::Unavailable { retry_after, .. } => Self::Unavailable { retry_after },
        }
    }
}

impl Refused {
    /// The answer: its status, `WWW-Authenticate` or `Retry-After`, and a JSON body with `error`. None of it may
    /// be cached.
    pub fn response(&self) -> Response<Bytes> {
        let (status, body) = self.told();
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.header());
        response
    }

    fn told(&self) -> (StatusCode, Value) {
        let insufficient = |scope: &str, withdrawn: bool| {
            let body = json!({ "error": "insufficient_scope", "scope": scope, "withdrawn": withdrawn });
            (StatusCode::FORBIDDEN, body)
        };
        match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, json!({ "error": "token_missing" })),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_token" })),
            Self::InsufficientScope { scope } => insufficient(scope, false),
            Self::ScopeWithdrawn { scope } => insufficient(scope, true),
            Self::Unavailable { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "temporarily_unavailable" }))
            }
            Self::NoLayer => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "server_error" })),
        }
    }

    /// A scope is of visible ASCII without `"` and `\` (RFC 6749 §3.3); one that is not was never to be had, and
    /// is named in the body alone.
    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = match self {
            Self::NoToken => (WWW_AUTHENTICATE, "Bearer".to_owned()),
            Self::InvalidToken => (WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"".to_owned()),
            Self::InsufficientScope { scope } | Self::ScopeWithdrawn { scope } => {
                let is_plain =
                    scope.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte));
                let named = if is_plain { format!(", scope=\"{scope}\"") } else { String::new() };
                (WWW_AUTHENTICATE, format!("Bearer error=\"insufficient_scope\"{named}"))
            }
            Self::Unavailable { retry_after } => {
                (RETRY_AFTER, retry_after.map_or(1, |wait| wait.as_secs().max(1)).to_string())
            }
            Self::NoLayer => return None,
        };
        Some((name, HeaderValue::try_from(value).ok()?))
    }
}
