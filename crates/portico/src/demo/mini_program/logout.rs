//! The receiver of OIDC Back-Channel Logout.

use std::sync::PoisonError;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{MiniProgram, Refusal};

const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How many ended sessions are remembered: more than a demo sees.
const REMEMBERED: usize = 10_000;

#[derive(Deserialize)]
struct LogoutToken {
    sid: String,
    #[serde(default)]
    events: Map<String, Value>,
    nonce: Option<Value>,
}

/// Verifies the logout token as OIDC Back-Channel Logout 1.0 §2.6 says, and refuses its session from now on. A
/// token that comes again changes nothing.
pub(super) async fn receive(State(program): State<MiniProgram>, body: Bytes) -> Result<StatusCode, Refusal> {
    let token =
        url::form_urlencoded::parse(&body).find(|(name, _)| name == "logout_token").map(|(_, value)| value);
    let token = token.ok_or_else(|| refused("no logout_token"))?;
    let keys = program.keys().await?;
    let sid = verify(&token, &keys, &program.0.issuer, program.0.cast.app_id)?;
    let mut ended = program.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
    if ended.len() >= REMEMBERED {
        ended.clear();
    }
    ended.insert(sid);
    Ok(StatusCode::OK)
}

/// The session that a good logout token names.
fn verify(token: &str, keys: &JwkSet, issuer: &str, app_id: &str) -> Result<String, Refusal> {
    let header = decode_header(token).map_err(|_| refused("not a JWT"))?;
    if header.typ.as_deref() != Some("logout+jwt") {
        return Err(refused("not a logout token"));
    }
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA) {
        return Err(refused("an algorithm that is not accepted"));
    }
    let key =
        header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or_else(|| refused("an unknown key"))?;
    let key = DecodingKey::from_jwk(key).map_err(|_| refused("an unusable key"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[app_id]);
    validation.set_required_spec_claims(&["iss", "aud", "exp"]);
    let claims = decode::<LogoutToken>(token, &key, &validation).map_err(|_| refused("not valid"))?.claims;
    if !claims.events.contains_key(LOGOUT_EVENT) || claims.nonce.is_some() {
        return Err(refused("not a logout token"));
    }
    Ok(claims.sid)
}

impl MiniProgram {
    async fn keys(&self) -> Result<JwkSet, Refusal> {
        let later =
            |_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "try_later", "The keys cannot be read now.");
        let response =
            self.0.http.get(format!("{}/oauth/jwks", self.0.issuer)).send().await.map_err(later)?;
        response.error_for_status().map_err(later)?.json().await.map_err(later)
    }
}

fn refused(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_request", reason)
}
