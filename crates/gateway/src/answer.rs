//! Refusals as HTTP.

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::body::{Body, Cut};
use crate::refused::Refused;

impl Refused {
    /// The answer: JSON with `error` and `error_description`; a challenge with 401 and 403 (RFC 6750 §3),
    /// with 405 what is allowed, and with 503 when to come again.
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
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
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

impl From<&Cut> for Refused {
    /// What is answered when a body ended before its end, if an answer can still be given.
    fn from(cut: &Cut) -> Self {
        match cut {
            Cut::Ended(refused) => return (**refused).clone(),
            Cut::Client(_) => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_request", "the request's body broke off")
            }
            Cut::ClientSilent => {
                Self::new(StatusCode::REQUEST_TIMEOUT, "invalid_request", "the request's body did not come")
            }
            Cut::Upstream(_) | Cut::Untaken | Cut::Other(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "bad_gateway",
                "the service behind did not answer properly",
            ),
            Cut::UpstreamSilent => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "gateway_timeout",
                "the service behind did not answer in time",
            ),
        }
        .because(cut.to_string())
    }
}

/// Text as it may stand between quotes in `WWW-Authenticate` (RFC 6750 §3): no quotes, no backslashes.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|one| if matches!(one, ' '..='~') && !matches!(one, '"' | '\\') { one } else { '\'' })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn challenge(refused: &Refused) -> Option<String> {
        let answer = refused.answer();
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
        answer.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn who_brings_no_token_is_told_the_scheme_alone() {
        let refused = Refused::new(StatusCode::UNAUTHORIZED, "missing_token", "a launch token is needed");
        assert_eq!(challenge(&refused).unwrap(), "Bearer");
    }

    #[test]
    fn what_is_wrong_with_a_token_is_told_without_quotes_of_its_own() {
        let refused = Refused::new(StatusCode::UNAUTHORIZED, "invalid_token", "it is \"over\"\\\r\n");
        let expected = r#"Bearer error="invalid_token", error_description="it is 'over''''""#;
        assert_eq!(challenge(&refused).unwrap(), expected);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let mut refused = Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", "more is needed");
        refused.missing = Some("openid phone".parse().unwrap());
        assert!(challenge(&refused).unwrap().ends_with(r#", scope="openid phone""#));
    }

    #[test]
    fn who_comes_too_early_is_told_when_to_come_again() {
        let refused = Refused::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "not now");
        assert_eq!(challenge(&refused), None);
        assert_eq!(refused.answer().headers()[RETRY_AFTER], "1");
    }

    #[test]
    fn what_only_the_log_may_know_is_not_told() {
        let refused = Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", "said").because("secret");
        let Body::Whole(json) = refused.answer().into_body() else { panic!("a body") };
        assert_eq!(json, r#"{"error":"bad_gateway","error_description":"said"}"#);
    }
}
