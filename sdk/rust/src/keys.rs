//! The issuer's public keys.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// How many keys of a set are looked at.
const MOST_KEYS: usize = 100;

/// A key set (RFC 7517 §5), each key decoded once.
#[derive(Default)]
pub(crate) struct KeySet(Vec<Key>);

struct Key {
    kid: String,
    alg: Algorithm,
    published: AlgorithmParameters,
    key: DecodingKey,
}

/// What a set knows of a key that a token names.
pub(crate) enum Found<'a> {
    Key(&'a DecodingKey),
    /// It signs by another algorithm.
    Other,
    Unknown,
}

impl KeySet {
    /// The keys with a name that are for signatures, by an algorithm that Portico uses. Others are passed over,
    /// as RFC 7517 §5 asks.
    pub(crate) fn from_jwks(set: &Value) -> Option<Self> {
        let keys = set["keys"].as_array()?;
        Some(Self(keys.iter().take(MOST_KEYS).filter_map(Key::from_jwk).collect()))
    }

    pub(crate) fn find(&self, kid: &str, alg: Algorithm) -> Found<'_> {
        let mut named = self.0.iter().filter(|key| key.kid == kid).peekable();
        if named.peek().is_none() {
            return Found::Unknown;
        }
        named.find(|key| key.alg == alg).map_or(Found::Other, |key| Found::Key(&key.key))
    }

    /// Whether every key of these is in `other` as well.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0
            .iter()
            .all(|key| other.0.iter().any(|same| key.kid == same.kid && key.published == same.published))
    }
}

impl Key {
    fn from_jwk(jwk: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let is_for_signatures =
            jwk.common.public_key_use.as_ref().is_none_or(|for_what| *for_what == PublicKeyUse::Signature);
        let alg = match jwk.common.key_algorithm? {
            KeyAlgorithm::EdDSA => Algorithm::EdDSA,
            KeyAlgorithm::ES256 => Algorithm::ES256,
            KeyAlgorithm::RS256 => Algorithm::RS256,
            _ => return None,
        };
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        let kid = jwk.common.key_id?;
        is_for_signatures.then_some(Self { kid, alg, published: jwk.algorithm, key })
    }
}
