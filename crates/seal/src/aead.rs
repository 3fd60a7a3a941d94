//! The one form in which anything is encrypted: AES-256-GCM with a random nonce in front.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::Chance;

/// The form written today: version, nonce, ciphertext and tag, one after the other.
const VERSION: u8 = 1;

/// The bytes were not sealed with this key for this use, or have been changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be opened with this key")]
pub struct Unsealable;

/// A parsed key. At most 2³² seals per key keep random nonces apart; who holds one says why that holds.
pub(crate) struct Aead(LessSafeKey);

impl Aead {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Encrypts `plain` so that it opens only with the same `bound` data beside it.
    pub(crate) fn seal(&self, bound: &[u8], plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        chance.fill(&mut nonce);
        let mut out = Vec::with_capacity(1 + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound),
                &mut out[1 + NONCE_LEN..],
            )
            .expect("the plaintext is far below what GCM can encrypt");
        out.extend_from_slice(tag.as_ref());
        out
    }

    pub(crate) fn open(&self, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (&version, rest) = sealed.split_first().ok_or(Unsealable)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Unsealable)?;
        if version != VERSION {
            return Err(Unsealable);
        }
        let mut out = body.to_vec();
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut out)
            .map_err(|_| Unsealable)?
            .len();
        out.truncate(length);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn the_same_text_sealed_twice_looks_different_and_opens_the_same() {
        let (key, chance) = (Aead::new(&[3; 32]), Counting::from(0));
        let (one, two) = (key.seal(b"b", b"text", &chance), key.seal(b"b", b"text", &chance));
        assert_ne!(one, two);
        assert_eq!(key.open(b"b", &one).unwrap(), b"text");
        assert_eq!(key.open(b"b", &two).unwrap(), b"text");
        assert_eq!(one.len(), 1 + 12 + 4 + 16);
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_end_cut_off() {
        let key = Aead::new(&[3; 32]);
        let sealed = key.seal(b"b", b"text", &Counting::from(0));
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(b"b", &changed), Err(Unsealable), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(b"b", &sealed[..length]), Err(Unsealable), "length {length}");
        }
        assert_eq!(key.open(b"c", &sealed), Err(Unsealable));
    }

    #[test]
    fn nothing_at_all_can_be_sealed_too() {
        let key = Aead::new(&[3; 32]);
        let sealed = key.seal(b"", b"", &Counting::from(0));
        assert_eq!(key.open(b"", &sealed).unwrap(), b"");
    }
}
