//! The operator's key, which lies beside the store and never in it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::aead::{Aead, Unsealable};
use crate::derive::Deriving;
use crate::{Chance, Secret};

/// The 256-bit key that wraps every other key in the store.
///
/// As a file it is one line of base64. Whoever has the store without this key has no personal
/// data, no signing key and no OpenID; whoever loses it has lost the store.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    deriving: Deriving,
}

/// A text that is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a master key: expected 32 bytes as one line of base64")]
pub struct NotAMasterKey;

impl MasterKey {
    /// A fresh key, for an empty store.
    pub fn generate(chance: &dyn Chance) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        chance.fill(&mut *bytes);
        Self::new(bytes)
    }

    /// Reads what [`Self::to_text`] wrote; white space around it does not matter.
    pub fn parse(text: &str) -> Result<Self, NotAMasterKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        match Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| NotAMasterKey)?) {
            decoded if decoded.len() == bytes.len() => bytes.copy_from_slice(&decoded),
            _ => return Err(NotAMasterKey),
        }
        Ok(Self::new(bytes))
    }

    /// The content of the key's file: base64 and a line feed.
    pub fn to_text(&self) -> Secret {
        Secret::from(STANDARD.encode(*self.bytes) + "\n")
    }

    /// Encrypts a key for the store. It opens only under the same purpose.
    ///
    /// Each purpose has an AES key of its own, so the 2³² seals that random nonces allow are
    /// counted per purpose.
    pub fn wrap(&self, purpose: &str, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        self.wrapping(purpose).seal(purpose.as_bytes(), plain, chance)
    }

    /// Opens what [`Self::wrap`] encrypted. Refuses another master key, another purpose and any change.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.wrapping(purpose).open(purpose.as_bytes(), wrapped).map(Zeroizing::new)
    }

    /// A value that is the same for the same key and says nothing about it: kept in the store, so
    /// that a wrong master key is recognised at start.
    pub fn check_value(&self) -> [u8; 32] {
        *self.deriving.key("check value", b"")
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { deriving: Deriving::new("portico master key", &bytes), bytes }
    }

    fn wrapping(&self, purpose: &str) -> Aead {
        Aead::new(&self.deriving.key("wrap", purpose.as_bytes()))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn a_master_key_reads_back_from_its_file() {
        let key = MasterKey::generate(&Counting::from(0));
        assert_eq!(key.to_text().expose(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
        let read = MasterKey::parse(key.to_text().expose()).unwrap();
        assert_eq!(read.check_value(), key.check_value());
    }

    #[test]
    fn a_text_of_another_length_or_alphabet_is_no_master_key() {
        for bad in ["", "AAEC", "not base64 at all", &"A".repeat(44), &"A".repeat(64)] {
            assert_eq!(MasterKey::parse(bad).err(), Some(NotAMasterKey), "{bad}");
        }
    }

    #[test]
    fn a_wrong_master_key_is_recognised_and_opens_nothing() {
        let (right, wrong) =
            (MasterKey::generate(&Counting::from(0)), MasterKey::generate(&Counting::from(1)));
        let wrapped = right.wrap("root key", b"plain", &Counting::from(9));
        assert_ne!(right.check_value(), wrong.check_value());
        assert_eq!(right.unwrap("root key", &wrapped).unwrap().as_slice(), b"plain");
        assert_eq!(wrong.unwrap("root key", &wrapped).err(), Some(Unsealable));
    }

    #[test]
    fn what_was_wrapped_for_one_purpose_does_not_open_for_another() {
        let key = MasterKey::generate(&Counting::from(0));
        let wrapped = key.wrap("root key", b"plain", &Counting::from(9));
        assert_eq!(key.unwrap("signing key", &wrapped).err(), Some(Unsealable));
    }

    #[test]
    fn debug_output_hides_the_key() {
        assert_eq!(format!("{:?}", MasterKey::generate(&Counting::from(0))), "MasterKey(…)");
    }
}
