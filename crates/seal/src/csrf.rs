//! Tokens in forms, so that no other site can send them.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::RootKey;

/// The key of the signed double-submit token: what the form carries is a keyed function of a random
/// cookie, so a site that can plant a cookie still cannot make the token that fits.
pub struct CsrfKey(hmac::Key);

impl CsrfKey {
    /// The key of this store.
    pub fn derive(root: &RootKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &*root.deriving.key("form token", b"")))
    }

    /// The token for forms shown to the browser that holds this cookie value: 43 characters of base64url.
    pub fn token(&self, binding: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, binding.as_bytes()))
    }

    /// Whether a form's token belongs to the cookie it came with, in constant time. An empty cookie
    /// has no token.
    pub fn check(&self, binding: &str, token: &str) -> bool {
        let mut tag = [0; 32];
        !binding.is_empty()
            && URL_SAFE_NO_PAD.decode_slice(token, &mut tag) == Ok(tag.len())
            && hmac::verify(&self.0, binding.as_bytes(), &tag).is_ok()
    }
}

impl fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn a_form_is_taken_only_with_the_cookie_it_was_shown_to() {
        let key = CsrfKey::derive(&RootKey::generate(&Counting::from(0)));
        let token = key.token("cookie");
        assert_eq!(token.len(), 43);
        assert!(key.check("cookie", &token));
        assert!(!key.check("another", &token));
        assert!(!key.check("cookie", "cookie"));
        assert!(!key.check("cookie", ""));
        assert!(!key.check("cookie", &token[..42]));
        assert!(!key.check("cookie", &format!("{token}A")));
    }

    #[test]
    fn a_form_without_a_cookie_is_refused_whatever_it_says() {
        let key = CsrfKey::derive(&RootKey::generate(&Counting::from(0)));
        assert!(!key.check("", &key.token("")));
    }

    #[test]
    fn another_store_makes_other_tokens() {
        let ours = CsrfKey::derive(&RootKey::generate(&Counting::from(0)));
        let theirs = CsrfKey::derive(&RootKey::generate(&Counting::from(1)));
        assert!(!ours.check("cookie", &theirs.token("cookie")));
    }
}
