//! What logout tokens say (OpenID Connect Back-Channel Logout 1.0 §2.4), and what is checked of it (§2.6).

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::claims::{AHEAD, Audience, Date};
use crate::clock::Moment;
use crate::error::Cause;
use crate::jws::Kind;

/// Signed by whatever the app registered for its ID tokens.
pub(crate) const LOGOUT_TOKEN: Kind =
    Kind { typ: "logout+jwt", algs: &[Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] };
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token that is good.
pub(crate) struct Logout {
    pub(crate) sid: Option<String>,
    pub(crate) sub: Option<String>,
    pub(crate) jti: String,
    pub(crate) iat: u64,
}

#[derive(Deserialize)]
struct Said {
    iss: String,
    aud: Audience,
    sid: Option<String>,
    sub: Option<String>,
    jti: String,
    iat: Date,
    exp: Date,
    events: Map<String, Value>,
}

impl Logout {
    /// What a token of this issuer's tells this app.
    pub(crate) fn of(
        claims: Map<String, Value>,
        issuer: &str,
        app: &str,
        now: Moment,
    ) -> Result<Self, Cause> {
        // A token with one could be an ID token: `null` is one.
        if claims.contains_key("nonce") {
            return Err(Cause::Claims);
        }
        let said: Said = serde_json::from_value(Value::Object(claims)).map_err(|_| Cause::Claims)?;
        let now = now.since_epoch.as_secs();
        if said.iss != issuer {
            return Err(Cause::Issuer);
        }
        if said.aud.0 != app {
            return Err(Cause::Audience);
        }
        if said.exp.0 <= now {
            return Err(Cause::Expired);
        }
        if said.iat.0 > now + AHEAD {
            return Err(Cause::NotYet);
        }
        let names = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
        let is_logout = said.events.get(EVENT).is_some_and(Value::is_object);
        if !is_logout || said.jti.is_empty() || !(names(&said.sid) || names(&said.sub)) {
            return Err(Cause::Claims);
        }
        Ok(Self { sid: said.sid, sub: said.sub, jti: said.jti, iat: said.iat.0 })
    }
}
