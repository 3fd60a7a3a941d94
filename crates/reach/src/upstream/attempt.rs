//! What a browser carries while it is away at a provider.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portico_core::moment::{Moment, Span};
use portico_seal::{Chance, MasterKey, digest, secret};
use serde::{Deserialize, Serialize};

/// How long a person may take at the provider.
pub const ATTEMPT_LIFE: Span = Span::minutes(10);

/// One attempt to sign in at a provider, from leaving until coming back.
///
/// It lies in a cookie of the browser that began it, sealed under the master key, so nothing is
/// stored and no other browser can finish it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back as it was sent (RFC 6749 §10.12): 256 random bits, in letters and digits as WeChat wants it.
    pub state: String,
    /// Comes back in the ID token (OIDC Core §15.5.2): 256 random bits.
    pub nonce: String,
    /// The PKCE verifier (RFC 7636 §4.1): 256 random bits.
    pub verifier: String,
    /// Whether the person was to prove anew who they are, at the provider too.
    pub fresh: bool,
    /// When it began.
    pub begun_at: Moment,
    /// What is to be done with whoever comes back, as the caller writes it.
    pub about: String,
}

impl Attempt {
    /// A new attempt that begins now.
    pub fn begin(chance: &dyn Chance, about: String, fresh: bool, now: Moment) -> Self {
        let draw = || secret(chance).expose().to_owned();
        let state = digest(&draw()).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { state, nonce: draw(), verifier: draw(), fresh, begun_at: now, about }
    }

    /// The attempt as a cookie's value. It opens only for the same `at`, which names the provider.
    pub fn seal(&self, at: &str, master: &MasterKey, chance: &dyn Chance) -> String {
        let plain = serde_json::to_vec(self).expect("texts, a flag and a number are JSON");
        URL_SAFE_NO_PAD.encode(master.wrap(&purpose(at), &plain, chance))
    }

    /// Opens what [`Self::seal`] made for the same provider, at most ten minutes ago.
    pub fn open(text: &str, at: &str, master: &MasterKey, now: Moment) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = master.unwrap(&purpose(at), &sealed).ok()?;
        let attempt: Self = serde_json::from_slice(&plain).ok()?;
        (now < attempt.begun_at + ATTEMPT_LIFE).then_some(attempt)
    }
}

fn purpose(at: &str) -> String {
    format!("attempt at {at}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_seal::SystemChance;

    use super::*;

    #[test]
    fn an_attempt_opens_for_its_provider_and_store_until_ten_minutes_have_passed() {
        let (master, other) = (MasterKey::generate(&SystemChance), MasterKey::generate(&SystemChance));
        let now = Moment::from_seconds(1_700_000_000);
        let attempt = Attempt::begin(&SystemChance, "there".into(), false, now);
        let sealed = attempt.seal("google", &master, &SystemChance);
        let open = |at: &str, master: &MasterKey, seconds| {
            Attempt::open(&sealed, at, master, now + Span::seconds(seconds)).map(|opened| opened.state)
        };
        assert_eq!(open("google", &master, 599), Some(attempt.state.clone()));
        assert_eq!(open("google", &master, 600), None);
        assert_eq!(open("gitlab", &master, 0), None);
        assert_eq!(open("google", &other, 0), None);
        for bad in ["", "AA", "é", &sealed[1..]] {
            assert!(Attempt::open(bad, "google", &master, now).is_none(), "{bad}");
        }
    }

    #[test]
    fn no_two_of_what_an_attempt_draws_are_the_same() {
        let attempt = Attempt::begin(&SystemChance, String::new(), false, Moment::from_seconds(0));
        assert_ne!(attempt.state, attempt.nonce);
        assert_ne!(attempt.nonce, attempt.verifier);
        assert_eq!(attempt.verifier.len(), 43);
        assert!(attempt.state.len() == 64 && attempt.state.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
