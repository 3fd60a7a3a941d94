//! Signed tokens in compact form (RFC 7515 §7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::claims::present;
use crate::error::Cause;
use crate::keys::{Found, KeySet};

/// The longest token that is looked at, in bytes.
pub(crate) const LONGEST_TOKEN: usize = 16 * 1024;

/// A kind of token.
pub(crate) struct Kind {
    /// The header's `typ`. Upper and lower case and a leading `application/` do not matter (RFC 7515 §4.1.9).
    pub(crate) typ: &'static str,
    pub(crate) algs: &'static [Algorithm],
}

/// The part of a header that is used (RFC 7515 §4.1).
#[derive(Deserialize)]
struct Header {
    typ: Option<String>,
    alg: Algorithm,
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<Value>,
}

/// The claims of a token of this kind that one of these keys signed. Nothing that they say is looked at.
pub(crate) fn open(token: &str, kind: &Kind, keys: &KeySet) -> Result<Map<String, Value>, Cause> {
    if token.len() > LONGEST_TOKEN {
        return Err(Cause::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Cause::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(Cause::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Cause::Malformed)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Cause::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| Cause::Malformed)?;
    if header.crit.is_some() {
        return Err(Cause::Malformed);
    }
    if !header.typ.is_some_and(|typ| is_typ(&typ, kind.typ)) {
        return Err(Cause::Type);
    }
    if !kind.algs.contains(&header.alg) {
        return Err(Cause::Algorithm);
    }
    let kid = header.kid.ok_or(Cause::Malformed)?;
    let claims = claims(payload).ok_or(Cause::Malformed)?;
    match keys.find(&kid, header.alg) {
        Found::Key(key) => verify(message, &signature, key, header.alg)?,
        Found::Other => return Err(Cause::Algorithm),
        Found::Unknown => return Err(Cause::UnknownKey),
    }
    Ok(claims)
}

/// The claims of a token, whoever signed it: only of one that Portico has called active.
pub(crate) fn claims_unverified(token: &str) -> Option<Map<String, Value>> {
    claims(token.split('.').nth(1)?)
}

fn claims(payload: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn is_typ(typ: &str, wanted: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == wanted
}

/// By AWS-LC, whichever other library the process may have chosen for its own tokens.
fn verify(message: &str, signature: &Vec<u8>, key: &DecodingKey, alg: Algorithm) -> Result<(), Cause> {
    let verifier = (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&alg, key).map_err(|_| Cause::Algorithm)?;
    verifier.verify(message.as_bytes(), signature).map_err(|_| Cause::Signature)
}
