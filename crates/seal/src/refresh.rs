//! Refresh tokens that need no row of their own.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portico_core::id::FamilyId;

use crate::{RootKey, Secret};

const NAMED: usize = 16 + 4;
const TOKEN: usize = NAMED + 32;

/// The key that refresh tokens are checked by, derived from the root key.
///
/// A token is its family, its generation and HMAC-SHA256 over both. The same family and generation
/// always give the same token, so a successor whose answer was lost can be given again without
/// having been stored.
pub struct RefreshKey(hmac::Key);

impl RefreshKey {
    /// The key of this store.
    pub fn derive(root: &RootKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &*root.deriving.key("refresh token", b"")))
    }

    /// The token of this generation: 70 characters of base64url.
    pub fn token(&self, family: FamilyId, generation: u32) -> Secret {
        let mut bytes = [0; TOKEN];
        bytes[..16].copy_from_slice(family.as_bytes());
        bytes[16..NAMED].copy_from_slice(&generation.to_be_bytes());
        let tag = hmac::sign(&self.0, &bytes[..NAMED]);
        bytes[NAMED..].copy_from_slice(tag.as_ref());
        Secret::from(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The family and generation of a token that this key made; `None` for any other text. Whether
    /// it is the family's current generation is for the caller to say.
    pub fn read(&self, token: &str) -> Option<(FamilyId, u32)> {
        let mut bytes = [0; TOKEN];
        if URL_SAFE_NO_PAD.decode_slice(token, &mut bytes) != Ok(TOKEN) {
            return None;
        }
        let (named, tag) = bytes.split_at(NAMED);
        hmac::verify(&self.0, named, tag).ok()?;
        let (family, generation) = named.split_first_chunk::<16>()?;
        Some((FamilyId::from_bytes(*family), u32::from_be_bytes(generation.try_into().ok()?)))
    }
}

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    const FAMILY: FamilyId = FamilyId::from_bytes([0xfa; 16]);

    fn key(first: u8) -> RefreshKey {
        RefreshKey::derive(&RootKey::generate(&Counting::from(first)))
    }

    #[test]
    fn a_token_reads_back_and_its_successor_can_be_given_again() {
        let key = key(0);
        for generation in [0, 1, 70_000, u32::MAX] {
            let token = key.token(FAMILY, generation);
            assert_eq!(token.expose().len(), 70);
            assert_eq!(key.read(token.expose()), Some((FAMILY, generation)));
            assert_eq!(key.token(FAMILY, generation).expose(), token.expose());
        }
    }

    #[test]
    fn tokens_once_given_stay_good_in_every_later_version() {
        assert_eq!(
            key(0).token(FAMILY, 3).expose(),
            "-vr6-vr6-vr6-vr6-vr6-gAAAAMMM6HuWxZoaY1P0o1hi5kJ-CNhQ_VTEJ_77D222T2PBA"
        );
    }

    #[test]
    fn a_token_of_another_store_or_with_a_changed_character_is_none() {
        let (ours, theirs) = (key(0), key(1));
        let token = ours.token(FAMILY, 3);
        assert_eq!(theirs.read(token.expose()), None);
        for i in 0..token.expose().len() {
            let mut changed = token.expose().to_owned().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            assert_eq!(ours.read(&String::from_utf8(changed).unwrap()), None, "at {i}");
        }
    }

    #[test]
    fn garbage_of_any_length_is_none() {
        let key = key(0);
        for length in [0, 1, 69, 70, 71, 72, 5000] {
            assert_eq!(key.read(&"A".repeat(length)), None, "{length}");
        }
        assert_eq!(key.read(&format!("{}=", key.token(FAMILY, 1).expose())), None);
        assert_eq!(key.read("ééé"), None);
    }
}
