//! Rotating signing keys: the next key is published before it signs, the old one stays until the
//! last token it signed has expired.

use crate::change::Change;
use crate::moment::{Moment, Span};
use crate::noun::client::TokenAlg;
use crate::noun::event::Happening;
use crate::noun::key::SigningKeyRecord;

/// How long a relying party may keep a key set; sent as `Cache-Control`.
pub const KEY_SET_LIFE: Span = Span::minutes(5);
/// How long a key is published before it signs: twice as long as a key set may be kept.
pub const AHEAD: Span = Span::minutes(10);
/// How long a key stays published after it has signed for the last time: longer than any token
/// lives, a key set's life and a generous clock error included.
pub const AFTER: Span = Span::hours(2);

/// The key that signs with this algorithm now: the youngest whose time has come.
pub fn signing(keys: &[SigningKeyRecord], alg: TokenAlg, now: Moment) -> Option<&SigningKeyRecord> {
    let ready = keys.iter().filter(|key| key.alg == alg && key.signs_from <= now);
    ready.max_by_key(|key| key.signs_from)
}

/// The keys that are published now.
pub fn published(keys: &[SigningKeyRecord], now: Moment) -> impl Iterator<Item = &SigningKeyRecord> {
    keys.iter().filter(move |key| key.retires_at.is_none_or(|at| now < at))
}

/// Whether a new key of this algorithm is due: the youngest is older than the period.
pub fn is_due(keys: &[SigningKeyRecord], alg: TokenAlg, every: Span, now: Moment) -> bool {
    let youngest = keys.iter().filter(|key| key.alg == alg).map(|key| key.signs_from).max();
    youngest.is_none_or(|from| from + every <= now)
}

/// When a key made now begins to sign: at once if it is the first of its algorithm.
pub fn signs_from(keys: &[SigningKeyRecord], alg: TokenAlg, now: Moment) -> Moment {
    if keys.iter().any(|key| key.alg == alg) { now + AHEAD } else { now }
}

/// The changes that bring a new key in and set the end of those it replaces.
pub fn rotate(keys: &[SigningKeyRecord], made: SigningKeyRecord, now: Moment) -> Vec<Change> {
    let replaced = keys.iter().filter(|key| key.alg == made.alg && key.retires_at.is_none());
    let at = made.signs_from + AFTER;
    let mut changes: Vec<_> = replaced.map(|key| Change::KeyRetired { kid: key.kid.clone(), at }).collect();
    changes.push(Change::KeyMade(made));
    changes.push(Change::Happened { at: now, what: Happening::KeysRotated });
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::NOW;

    fn key(kid: &str, signs_from: Moment) -> SigningKeyRecord {
        SigningKeyRecord {
            kid: kid.into(),
            alg: TokenAlg::EdDsa,
            wrapped: vec![],
            public_jwk: serde_json::Value::Null,
            created_at: signs_from - AHEAD,
            signs_from,
            retires_at: None,
        }
    }

    #[test]
    fn a_new_key_is_published_at_once_and_signs_only_later() {
        let mut keys = vec![key("old", NOW)];
        let from = signs_from(&keys, TokenAlg::EdDsa, NOW);
        keys.push(key("new", from));
        let kid = |now| signing(&keys, TokenAlg::EdDsa, now).map(|key| key.kid.as_str());
        assert_eq!(kid(NOW), Some("old"));
        assert_eq!(kid(NOW + AHEAD), Some("new"));
        assert_eq!(published(&keys, NOW).count(), 2);
    }

    #[test]
    fn the_old_key_stays_until_its_last_token_has_expired() {
        let old = key("old", NOW);
        let changes = rotate(std::slice::from_ref(&old), key("new", NOW + AHEAD), NOW);
        let Change::KeyRetired { at, .. } = &changes[0] else { panic!() };
        assert!(*at >= NOW + AHEAD + Span::minutes(30));
        let retired = SigningKeyRecord { retires_at: Some(*at), ..old };
        assert_eq!(published(std::slice::from_ref(&retired), *at - Span::millis(1)).count(), 1);
        assert_eq!(published(std::slice::from_ref(&retired), *at).count(), 0);
    }

    #[test]
    fn a_key_is_due_by_age_and_the_first_one_signs_at_once() {
        let keys = [key("old", NOW)];
        assert!(!is_due(&keys, TokenAlg::EdDsa, Span::days(90), NOW + Span::days(89)));
        assert!(is_due(&keys, TokenAlg::EdDsa, Span::days(90), NOW + Span::days(90)));
        assert!(is_due(&keys, TokenAlg::Rs256, Span::days(90), NOW));
        assert_eq!(signs_from(&keys, TokenAlg::Rs256, NOW), NOW);
    }
}
