//! What launch tokens say, and what is checked of it (RFC 9068 §4).

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::Cause;
use crate::jws::Kind;
use crate::scopes::Scopes;
use crate::times::{Date, Times};

/// A launch token, or another access token of Portico's.
pub(crate) const ACCESS_TOKEN: Kind = Kind { typ: "at+jwt", algs: &[Algorithm::EdDSA] };

/// The claims that are kept of a token.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) aud: Box<str>,
    pub(crate) sub: Box<str>,
    pub(crate) sid: Box<str>,
    pub(crate) jti: Box<str>,
    pub(crate) times: Times,
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
    #[serde(default, deserialize_with = "present")]
    nbf: Option<Date>,
    #[serde(default)]
    scope: String,
    act: Option<Actor>,
    #[serde(default, deserialize_with = "present")]
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

/// A member that may be absent, and is not where it is `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl Claims {
    /// The claims of a token of this issuer's for this app. Whether it has expired is asked each time anew:
    /// [`Times::check`].
    pub(crate) fn of(claims: Map<String, Value>, issuer: &str, app: &str) -> Result<Self, Cause> {
        let said: Said = serde_json::from_value(Value::Object(claims)).map_err(|_| Cause::Claims)?;
        if said.iss != issuer {
            return Err(Cause::Issuer);
        }
        if said.aud.0 != app {
            return Err(Cause::Audience);
        }
        let times = Times::of(said.iat, said.nbf, said.exp)?;
        let is_bound = said.cnf.is_some();
        let is_unnamed = said.sub.is_empty() || said.sid.is_empty() || said.jti.is_empty();
        if is_unnamed || is_bound {
            return Err(Cause::Claims);
        }
        Ok(Self {
            aud: said.aud.0.into(),
            sub: said.sub.into(),
            sid: said.sid.into(),
            jti: said.jti.into(),
            times,
            given: Scopes::parse(&said.scope),
            actor: said.act.map(|actor| actor.sub),
        })
    }
}
