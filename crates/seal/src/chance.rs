//! Where fresh random values come from.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::Secret;

/// A source of random bytes, handed to whatever needs some.
pub trait Chance: Send + Sync {
    /// Fills the whole of `out`.
    fn fill(&self, out: &mut [u8]);
}

/// The operating system's random source, through the cryptographic library's generator.
///
/// Panics when the system has no randomness to give: nothing safe could be done without.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out).expect("the system's random source answers");
    }
}

/// A fresh secret of 256 bits, as 43 characters of base64url.
pub fn secret(chance: &dyn Chance) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    chance.fill(&mut *bytes);
    Secret::from(URL_SAFE_NO_PAD.encode(*bytes))
}

/// The 16 bytes of a fresh random id.
pub fn id16(chance: &dyn Chance) -> [u8; 16] {
    let mut bytes = [0; 16];
    chance.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn a_secret_is_43_characters_of_base64url() {
        let text = secret(&Counting::from(0)).expose().to_owned();
        assert_eq!(text, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        assert_eq!(text.len(), 43);
    }

    #[test]
    fn the_system_does_not_give_the_same_id_twice() {
        assert_ne!(id16(&SystemChance), id16(&SystemChance));
        assert_ne!(secret(&SystemChance).expose(), secret(&SystemChance).expose());
    }
}
