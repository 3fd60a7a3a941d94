//! Who calls: the launch token is introspected, and the profile read, at every request.

use std::sync::PoisonError;

use axum::extract::FromRequestParts;
use axum::http::{StatusCode, header, request::Parts};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{MiniProgram, Refusal};

/// The person behind a request, as far as Portico says that this mini-program may know them now.
pub(super) struct Caller {
    /// The person's OpenID here.
    pub(super) sub: String,
    /// What is granted at this moment.
    pub(super) scope: Vec<String>,
    /// The claims that the scope opens.
    pub(super) claims: Map<String, Value>,
}

impl Caller {
    /// A claim that is text, and granted.
    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    sid: String,
    #[serde(default)]
    scope: String,
}

impl FromRequestParts<MiniProgram> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, program: &MiniProgram) -> Result<Self, Refusal> {
        let sent = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = sent.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(over)?;
        let found = program.introspect(token).await?;
        let ended = program.0.ended.lock().unwrap_or_else(PoisonError::into_inner).contains(&found.sid);
        if !found.active || ended {
            return Err(over());
        }
        let mut claims = program.userinfo(token).await?;
        claims.remove("sub");
        Ok(Self { sub: found.sub, scope: found.scope.split(' ').map(str::to_owned).collect(), claims })
    }
}

impl MiniProgram {
    /// RFC 7662, with this app's own credentials.
    async fn introspect(&self, token: &str) -> Result<Introspection, Refusal> {
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
        let request = self.0.http.post(format!("{}/oauth/introspect", self.0.issuer));
        let request = request.basic_auth(self.0.cast.app_id, Some(&self.0.client_secret));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let response = request.send().await.map_err(later)?;
        response.error_for_status().map_err(later)?.json().await.map_err(later)
    }

    /// OpenID Connect Core 1.0 §5.3.
    async fn userinfo(&self, token: &str) -> Result<Map<String, Value>, Refusal> {
        let request = self.0.http.get(format!("{}/oauth/userinfo", self.0.issuer)).bearer_auth(token);
        let response = request.send().await.map_err(later)?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(over());
        }
        response.error_for_status().map_err(later)?.json().await.map_err(later)
    }
}

fn over() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "session_over", "Your session is over.")
}

fn later(_: reqwest::Error) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "try_later", "Please try again in a moment.")
}
