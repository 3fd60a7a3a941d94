//! Refusals as HTTP.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::body::Body;
use crate::refused::Refused;

impl Refused {
    /// The answer: JSON with `error` and `error_description`; a challenge with 401 and 403 (RFC 6750 §3), and
    /// with 503 when to come again.
    pub fn answer(&self) -> Response<Body> {
        let json = serde_json::json!({ "error": self.code, "error_description": self.description });
        let mut response = Response::new(Body::Whole(json.to_string().into()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// A request without a token is told the scheme alone; what is wrong with a token or a scope is told too.
    fn challenge(&self) -> Option<HeaderValue> {
        if !matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return None;
        }
        let mut text = String::from("Bearer");
        if self.code != "missing_token" {
            text += &format!(r#" error="{}", error_description="{}""#, self.code, quoted(&self.description));
        }
        if let Some(missing) = &self.missing {
            text += &format!(r#", scope="{}""#, quoted(&missing.to_string()));
        }
        HeaderValue::from_str(&text).ok()
    }
}

/// Text as it may stand between quotes in `WWW-Authenticate` (RFC 6750 §3): no quotes, no backslashes.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|one| if matches!(one, ' '..='~') && !matches!(one, '"' | '\\') { one } else { '\'' })
        .collect()
}
