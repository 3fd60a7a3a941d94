//! The assertions of a super app that signs its people in itself (RFC 7523).

use crate::failure::{During, Outcome};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

/// The issuer that the host trusts.
pub(crate) const ISSUER: &str = "https://accounts.super.example";

const KEY_ID: &str = "bench";

/// Signs assertions with a key made for this run.
pub struct Signer {
    key: EncodingKey,
    public: String,
    audience: String,
    issued: Cell<u64>,
}

impl Signer {
    /// A fresh Ed25519 key; its assertions are meant for this audience.
    pub fn fresh(audience: &str) -> Outcome<Self> {
        let pair = Ed25519KeyPair::generate().during("making a key")?;
        let private = pair.to_pkcs8v1().during("making a key")?;
        Ok(Self {
            key: EncodingKey::from_ed_der(private.as_ref()),
            public: URL_SAFE_NO_PAD.encode(pair.public_key()),
            audience: audience.into(),
            issued: Cell::new(0),
        })
    }

    /// The `trusted_issuers` entry of the host.
    pub fn trusted_issuer(&self) -> Value {
        let key = json!({
            "kty": "OKP", "crv": "Ed25519", "x": self.public, "kid": KEY_ID, "alg": "EdDSA", "use": "sig"
        });
        json!({
            "issuer": ISSUER, "audience": self.audience, "user_claim": "sub", "jwks": { "keys": [key] }
        })
    }

    /// A new assertion for this person, good for two minutes. All are of the same length.
    pub fn assertion(&self, person: usize) -> Outcome<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).during("the clock")?.as_secs();
        let number = self.issued.replace(self.issued.get() + 1);
        let claims = json!({
            "iss": ISSUER, "aud": self.audience, "sub": format!("person-{person:08}"),
            "iat": now, "exp": now + 120, "jti": format!("{number:012}"),
            "name": format!("Person {person:08}"),
            "picture": format!("https://pictures.super.example/{person:08}.png"),
            "email": format!("person-{person:08}@people.example"), "email_verified": true,
        });
        let header = Header { kid: Some(KEY_ID.into()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.key).during("signing an assertion")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation};

    #[test]
    fn an_assertion_holds_under_the_key_that_the_host_registers() {
        let signer = Signer::fresh("http://127.0.0.1:1").unwrap();
        let entry = signer.trusted_issuer();
        let key = DecodingKey::from_ed_components(entry["jwks"]["keys"][0]["x"].as_str().unwrap()).unwrap();
        let mut wanted = Validation::new(Algorithm::EdDSA);
        wanted.set_audience(&["http://127.0.0.1:1"]);
        wanted.set_issuer(&[ISSUER]);
        let read = |person| {
            let assertion = signer.assertion(person).unwrap();
            jsonwebtoken::decode::<Value>(&assertion, &key, &wanted).unwrap().claims
        };
        let (first, second) = (read(7), read(7));
        assert_eq!(first["sub"], "person-00000007");
        assert_ne!(first["jti"], second["jti"]);
    }
}
