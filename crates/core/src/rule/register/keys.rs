//! Somebody's public keys in a registration (RFC 7517).

use serde_json::Value;

use super::json::Object;
use super::uri;
use crate::denied::Denied;
use crate::noun::client::KeySource;

/// The most keys in one set.
const MOST: usize = 20;
/// The members that only private and secret keys have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The key set under `jwks` or the address under `jwks_uri`; not both.
pub(super) fn source(object: &Object<'_>) -> Result<Option<KeySource>, Denied> {
    let uri = object.checked("jwks_uri", uri::key_set)?;
    match (object.get("jwks"), uri) {
        (Some(_), Some(_)) => Err(object.wrong("jwks", "and 'jwks_uri' exclude each other")),
        (Some(set), None) => {
            check(set).map_err(|why| object.wrong("jwks", why))?;
            Ok(Some(KeySource::Jwks(set.clone())))
        }
        (None, uri) => Ok(uri.map(KeySource::JwksUri)),
    }
}

fn check(set: &Value) -> Result<(), &'static str> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or("must be a key set: {\"keys\": [...]}")?;
    if keys.is_empty() || keys.len() > MOST {
        return Err("must hold 1 to 20 keys");
    }
    if !keys.iter().all(|key| key.get("kty").is_some_and(Value::is_string)) {
        return Err("must hold keys with a 'kty' each");
    }
    let is_private = |key: &Value| PRIVATE.iter().any(|member| key.get(member).is_some());
    if keys.iter().any(is_private) {
        return Err("holds a private or secret key; register public keys only, and make a new pair");
    }
    Ok(())
}
