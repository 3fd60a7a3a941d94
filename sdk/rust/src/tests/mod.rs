//! The whole of it, against a Portico that says what a test has it say.

mod asked;
mod fake;
mod guard;
mod key;
mod live;
mod logout;
mod token;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::{Clock, Moment};

pub(crate) fn vectors(name: &str) -> Value {
    let file = format!("{}/../vectors/back-end/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The moment of the vectors, in seconds.
const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://id.example";
const TAXI: &str = "org.example.taxi";

/// A clock that goes when it is told to.
#[derive(Clone, Default)]
struct Hands(Arc<AtomicU64>);

impl Hands {
    fn forward(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        let steady = Duration::from_millis(self.0.load(Ordering::Relaxed));
        Moment { since_epoch: Duration::from_secs(NOW) + steady, steady }
    }
}

/// Waits for what another task will do.
async fn until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it never came to be");
}

/// A launch token of the vectors' person with other claims, signed by the vectors' key of today.
fn token_with(claims: Value) -> String {
    token_by("ed25519-today", claims)
}

fn token_by(kid: &str, claims: Value) -> String {
    let mut all = json!({
        "iss": ISSUER, "aud": TAXI, "client_id": TAXI, "sub": "ana", "sid": "her-session", "jti": "jti_1",
        "scope": "openid profile.basic phone.verified", "iat": NOW - 60, "exp": NOW + 1740, "act": { "sub": "super.app" },
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let keys = vectors("test-private-keys");
    let seed = URL_SAFE_NO_PAD.decode(private(&keys, kid)["d"].as_str().unwrap()).unwrap();
    // PKCS#8 around a seed (RFC 8410 §7).
    let pkcs8 = [b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", &*seed].concat();
    let header =
        Header { typ: Some("at+jwt".into()), kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, &all, &EncodingKey::from_ed_der(&pkcs8)).unwrap()
}

fn private<'a>(keys: &'a Value, kid: &str) -> &'a Value {
    let all = keys["keys"].as_array().unwrap_or_else(|| panic!("no list of keys"));
    all.iter().find(|key| key["kid"] == kid).unwrap()
}
