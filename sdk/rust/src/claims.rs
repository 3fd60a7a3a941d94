//! What launch tokens say, and what is checked of it (RFC 9068 §4).

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::clock::Moment;
use crate::error::Cause;
use crate::jws::Kind;
use crate::scopes::Scopes;

/// A launch token, or another access token of Portico's.
pub(crate) const ACCESS_TOKEN: Kind = Kind { typ: "at+jwt", algs: &[Algorithm::EdDSA] };

/// How far the clock of the issuer may be ahead of ours, in seconds.
pub(crate) const AHEAD: u64 = 60;
/// No token of Portico's lives longer, in seconds: what is remembered of endings is forgotten after that.
pub(crate) const LONGEST_LIFE: u64 = 30 * 60;
/// The last second of the year 9999. No date lies beyond it.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The claims that are kept of a token.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) aud: Box<str>,
    pub(crate) sub: Box<str>,
    pub(crate) sid: Box<str>,
    pub(crate) jti: Box<str>,
    pub(crate) iat: u64,
    /// `iat`, or `nbf` where that is later.
    pub(crate) begins: u64,
    pub(crate) exp: u64,
    /// The scope that the token was given with.
    pub(crate) given: Scopes,
    pub(crate) actor: Option<Box<str>>,
}

/// The claims as they stand in a token, or in an answer to an introspection.
#[derive(Deserialize)]
struct Said {
    iss: String,
    aud: Audience,
    sub: String,
    sid: String,
    jti: String,
    iat: Date,
    exp: Date,
    nbf: Option<Date>,
    #[serde(default)]
    scope: String,
    act: Option<Actor>,
    cnf: Option<Value>,
}

#[derive(Deserialize)]
struct Actor {
    sub: Box<str>,
}

/// One audience. A token that others may take as well is not taken.
pub(crate) struct Audience(pub(crate) String);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Alone(String),
            Listed([String; 1]),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::Alone(one) | Written::Listed([one]) => one,
        }))
    }
}

/// Seconds since 1970 (RFC 7519 §2, NumericDate); what is less than one is left out.
#[derive(Clone, Copy)]
pub(crate) struct Date(pub(crate) u64);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(from)?;
        if !(0.0..=LAST_SECOND).contains(&seconds) {
            return Err(serde::de::Error::custom("no date"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between two dates"
        )]
        Ok(Self(seconds as u64))
    }
}

impl Claims {
    /// The claims of a token of this issuer's for this app. Whether it has expired is asked each time anew:
    /// [`Self::check_times`].
    pub(crate) fn of(claims: Map<String, Value>, issuer: &str, app: &str) -> Result<Self, Cause> {
        let said: Said = serde_json::from_value(Value::Object(claims)).map_err(|_| Cause::Claims)?;
        if said.iss != issuer {
            return Err(Cause::Issuer);
        }
        if said.aud.0 != app {
            return Err(Cause::Audience);
        }
        let (iat, exp) = (said.iat.0, said.exp.0);
        let begins = said.nbf.map_or(iat, |nbf| nbf.0.max(iat));
        let is_bound = said.cnf.is_some();
        let is_unnamed = said.sub.is_empty() || said.sid.is_empty() || said.jti.is_empty();
        if is_unnamed || is_bound || exp <= iat || exp - iat > LONGEST_LIFE {
            return Err(Cause::Claims);
        }
        Ok(Self {
            aud: said.aud.0.into(),
            sub: said.sub.into(),
            sid: said.sid.into(),
            jti: said.jti.into(),
            iat,
            begins,
            exp,
            given: Scopes::parse(&said.scope),
            actor: said.act.map(|actor| actor.sub),
        })
    }

    /// Whether the token is good now, as far as that hangs on the time.
    pub(crate) fn check_times(&self, now: Moment) -> Result<(), Cause> {
        let now = now.since_epoch.as_secs();
        if self.exp <= now {
            return Err(Cause::Expired);
        }
        if self.begins > now + AHEAD {
            return Err(Cause::NotYet);
        }
        Ok(())
    }
}
