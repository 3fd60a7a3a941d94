//! Keys from keys: HKDF-SHA256 (RFC 5869).

use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

/// A key that others are derived from.
pub(crate) struct Deriving(hkdf::Prk);

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Deriving {
    /// Prepares a 256-bit key; `domain` keeps two kinds of such keys apart even if their bytes were equal.
    pub(crate) fn new(domain: &str, key: &[u8; 32]) -> Self {
        Self(hkdf::Salt::new(hkdf::HKDF_SHA256, domain.as_bytes()).extract(key))
    }

    /// The 256-bit key for one use. `purpose` is a constant without a zero byte, so that no two pairs
    /// of purpose and name read alike.
    pub(crate) fn key(&self, purpose: &'static str, name: &[u8]) -> Zeroizing<[u8; 32]> {
        debug_assert!(!purpose.contains('\0'));
        let mut out = Zeroizing::new([0; 32]);
        let info: [&[u8]; 3] = [purpose.as_bytes(), b"\0", name];
        self.0
            .expand(&info, Length(out.len()))
            .and_then(|okm| okm.fill(&mut *out))
            .expect("32 bytes are within what HKDF can give");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_different_purposes_names_and_domains_differ() {
        let keys = [
            *Deriving::new("a", &[7; 32]).key("x", b"n"),
            *Deriving::new("b", &[7; 32]).key("x", b"n"),
            *Deriving::new("a", &[8; 32]).key("x", b"n"),
            *Deriving::new("a", &[7; 32]).key("y", b"n"),
            *Deriving::new("a", &[7; 32]).key("x", b"m"),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert_eq!(keys.iter().position(|other| other == key), Some(i));
        }
        assert_eq!(keys[0], *Deriving::new("a", &[7; 32]).key("x", b"n"));
    }
}
