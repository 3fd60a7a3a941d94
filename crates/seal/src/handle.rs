//! Finding a person by e-mail address, phone number or user name without storing them readably.

use std::fmt;

use aws_lc_rs::hmac;

use crate::RootKey;

/// The keyed index of handles: HMAC-SHA256 under a key derived from the root key.
///
/// Equal handles of one kind give equal indexes and nothing else can be read from them; without
/// the key no list of guessed addresses can be tried against the store.
pub struct HandleIndex(hmac::Key);

impl HandleIndex {
    /// The index of this store.
    pub fn derive(root: &RootKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &*root.deriving.key("handle index", b"")))
    }

    /// What stands in the store for a handle. `kind` is a constant such as `email`, without a zero
    /// byte; `normalised` comes from the function of that kind in this module.
    pub fn index(&self, kind: &str, normalised: &str) -> [u8; 32] {
        let mut mac = hmac::Context::with_key(&self.0);
        mac.update(kind.as_bytes());
        mac.update(b"\0");
        mac.update(normalised.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(mac.sign().as_ref());
        out
    }
}

impl fmt::Debug for HandleIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandleIndex(…)")
    }
}

/// An e-mail address as it is compared: trimmed and lower-cased, its domain in ASCII (RFC 5891). `None` for what cannot be one:
/// without text on both sides of an `@`, with two of them, with white space or control characters,
/// or beyond 254 bytes (RFC 5321 §4.5.3.1.3).
pub fn normalise_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let readable = email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if !readable || local.is_empty() || domain.is_empty() || domain.contains('@') {
        return None;
    }
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => Some(format!("{local}@{ascii}")),
        _ => Some(email),
    }
}

/// A phone number as it is compared: `+` and 7 to 15 digits (E.164). Spaces, dashes, dots and
/// parentheses are taken out and a leading `00` counts as `+`; `None` for anything else, a number
/// without its country among them.
pub fn normalise_phone(text: &str) -> Option<String> {
    let bare: String =
        text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/')).collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"))?;
    let numbered = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (numbered && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

/// A user name as it is compared: trimmed and lower-cased.
pub fn normalise_username(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn handles_of_different_kinds_text_or_stores_are_apart() {
        let index = HandleIndex::derive(&RootKey::generate(&Counting::from(0)));
        let other = HandleIndex::derive(&RootKey::generate(&Counting::from(1)));
        let email = index.index("email", "anna@example.org");
        assert_eq!(email, index.index("email", "anna@example.org"));
        assert_ne!(email, index.index("username", "anna@example.org"));
        assert_ne!(email, index.index("email", "boris@example.org"));
        assert_ne!(email, other.index("email", "anna@example.org"));
    }

    #[test]
    fn one_address_written_twice_is_one_address() {
        assert_eq!(normalise_email(" Anna@Example.ORG\n").as_deref(), Some("anna@example.org"));
        let ascii = Some("anna@xn--e1afmkfd.xn--p1ai");
        assert_eq!(normalise_email("Anna@ПРИМЕР.рф").as_deref(), ascii);
        assert_eq!(normalise_email("anna@xn--e1afmkfd.xn--p1ai").as_deref(), ascii);
        assert_ne!(
            normalise_email("anna@еxample.org"),
            normalise_email("anna@example.org"),
            "a Cyrillic letter"
        );
        for bad in ["", "anna", "@example.org", "anna@", "a@b@c", "an na@example.org", "a\u{7}@b.c"] {
            assert_eq!(normalise_email(bad), None, "{bad}");
        }
        assert_eq!(normalise_email(&format!("{}@example.org", "a".repeat(250))), None);
    }

    #[test]
    fn one_number_written_five_ways_is_one_number() {
        for text in
            ["+49 (30) 123-456", "0049 30 123456", "+4930123456", "+49.30.123.456", " +49\u{a0}30/123456 "]
        {
            assert_eq!(normalise_phone(text).as_deref(), Some("+4930123456"), "{text}");
        }
    }

    #[test]
    fn a_number_without_its_country_or_with_letters_is_refused() {
        for bad in [
            "",
            "+",
            "030 123456",
            "+0301234567",
            "+49 30 12345x",
            "+123456",
            "+1234567890123456",
            "++4930123456",
        ] {
            assert_eq!(normalise_phone(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_user_name_is_compared_without_case() {
        assert_eq!(normalise_username(" ÄNNA "), "änna");
    }
}
