//! Secrets that are shown once and kept as digests.

use std::fmt;

use aws_lc_rs::{constant_time, digest as hash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// A text that must not be seen: wiped from memory when dropped, hidden in debug output, and without
/// `Display` or `Serialize`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, for the one place that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place; see [`digest`].
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of the text: how client secrets, codes and cookies are stored.
///
/// Right only for values of full entropy, such as [`crate::chance::secret`] draws; passwords go through
/// [`crate::PasswordHasher`].
pub fn digest(text: &str) -> [u8; 32] {
    digest_of(text.as_bytes())
}

/// SHA-256 of bytes, to tell whether they are still the same.
pub fn digest_of(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hash::digest(&hash::SHA256, bytes).as_ref());
    out
}

/// Whether the text is the one of which this is the digest, in time that does not depend on where
/// they differ.
pub fn matches(digest: &[u8; 32], text: &str) -> bool {
    constant_time::verify_slices_are_equal(digest, &self::digest(text)).is_ok()
}

/// The `S256` code challenge of a verifier (RFC 7636 §4.2).
pub fn pkce_s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_secret() {
        let secret = Secret::from("correct horse".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose(), "correct horse");
    }

    #[test]
    fn a_digest_matches_its_text_and_no_other() {
        let digest = Secret::from("correct horse".to_owned()).digest();
        assert!(matches(&digest, "correct horse"));
        for wrong in ["", "correct hors", "correct horsf", "Correct horse", "correct horse "] {
            assert!(!matches(&digest, wrong), "{wrong}");
        }
    }

    #[test]
    fn the_digest_of_abc_is_that_of_fips_180() {
        assert_eq!(digest("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(pkce_s256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
