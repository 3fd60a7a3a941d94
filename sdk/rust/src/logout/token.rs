//! What logout tokens say (OpenID Connect Back-Channel Logout 1.0 §2.4), and what is checked of it (§2.6).

use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::claims::{Audience, present};
use crate::clock::Moment;
use crate::error::Cause;
use crate::jws::Kind;
use crate::times::{Date, Times};

/// Signed by whatever the app registered for its ID tokens.
pub(crate) const LOGOUT_TOKEN: Kind =
    Kind { typ: "logout+jwt", algs: &[Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] };
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token that is good.
pub(crate) struct Logout {
    pub(crate) sid: Option<String>,
    pub(crate) sub: Option<String>,
    pub(crate) jti: String,
    pub(crate) iat: Duration,
}

#[derive(Deserialize)]
struct Said {
    iss: String,
    aud: Audience,
    #[serde(default, deserialize_with = "present")]
    sid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    sub: Option<String>,
    jti: String,
    iat: Date,
    exp: Date,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<Date>,
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
        if said.iss != issuer {
            return Err(Cause::Issuer);
        }
        if said.aud.0 != app {
            return Err(Cause::Audience);
        }
        let times = Times::of(said.iat, said.nbf, said.exp)?;
        times.check(now)?;
        let is_logout = said.events.get(EVENT).is_some_and(Value::is_object);
        let names_nobody = said.sid.is_none() && said.sub.is_none();
        let is_unnamed = [&said.sid, &said.sub].into_iter().flatten().any(String::is_empty);
        if !is_logout || names_nobody || is_unnamed || said.jti.is_empty() {
            return Err(Cause::Claims);
        }
        Ok(Self { sid: said.sid, sub: said.sub, jti: said.jti, iat: times.iat })
    }
}
