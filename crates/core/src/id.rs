//! Names of things. Every id is a type of its own, so that a session can never be passed for a person.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct NotAnId(
    /// The kind of id that was expected, in words.
    pub &'static str,
);

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        ///
        /// 128 random bits; printed as a prefix and 32 lower-case hexadecimal digits.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bytes, which the caller drew at random or read from a store.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId($kind))?;
                parse_hex(digits).map(Self).ok_or(NotAnId($kind))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Whether the text has the form of a random id: the letters of a kind, and 32 hexadecimal digits.
pub fn is_random(text: &str) -> bool {
    text.split_once('_').is_some_and(|(kind, digits)| {
        (1..=8).contains(&kind.len())
            && kind.bytes().all(|byte| byte.is_ascii_lowercase())
            && parse_hex(digits).is_some()
    })
}

fn parse_hex(digits: &str) -> Option<[u8; 16]> {
    if digits.len() != 32 || digits.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 16];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

random_id!(
    /// One person, inside. It never leaves towards a mini-program.
    UserId, "usr", "user id"
);
random_id!(
    /// One signed-in session, inside. What a client sees as `sid` is derived from it, per client.
    SessionId, "ses", "session id"
);
random_id!(
    /// One family of refresh tokens: every successor of the one that a sign-in gave.
    FamilyId, "fam", "refresh family id"
);
random_id!(
    /// One logout message to one back end.
    DeliveryId, "dlv", "delivery id"
);
random_id!(
    /// One token's `jti` (RFC 7519 §4.1.7).
    TokenId, "jti", "token id"
);

random_id!(
    /// One address of a person, inside. Every client knows it by an id of its own.
    AddressId, "adr", "address id"
);
random_id!(
    /// One payment method of a person, inside. Every client knows it by an id of its own.
    PaymentMethodId, "pay", "payment method id"
);
random_id!(
    /// One avatar of a person; a new picture has a new one.
    AvatarId, "ava", "avatar id"
);
random_id!(
    /// One node: one running process over a shared store, from when it entered until it left. A process
    /// that enters again is another node.
    NodeId, "nod", "node id"
);
random_id!(
    /// One link of a person to an identity elsewhere.
    LinkId, "lnk", "link id"
);

macro_rules! chosen_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        ///
        /// Chosen by whoever registers it: 2 to 100 of `a-z 0-9 . _ -`, beginning and ending
        /// with a letter or digit, no two dots in a row. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as it was registered.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if chosen_well(text) { Ok(Self(text.into())) } else { Err(NotAnId($kind)) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fn chosen_well(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (2..=100).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        && ends(text.bytes().next())
        && ends(text.bytes().last())
        && !text.contains("..")
}

chosen_id!(
    /// An OAuth client: a host or an app, by the `client_id` it presents (RFC 6749 §2.2).
    ClientId, "client id"
);
chosen_id!(
    /// A developer: the owner of a group of apps.
    DeveloperId, "developer id"
);
chosen_id!(
    /// A connection: another provider at which people may prove who they are.
    ConnectionId, "connection id"
);

/// The number of an event in the order in which events were committed, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct EventSeq(
    /// The number itself; 0 stands before the first event.
    pub u64,
);

/// The number of a closing in the order in which closings were committed, from 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct ClosingSeq(
    /// The number itself; 0 stands before the first closing.
    pub u64,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_id_reads_back_from_its_print() {
        let id = UserId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "usr_abababababababababababababababab");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let session = SessionId::from_bytes([1; 16]).to_string();
        assert_eq!(session.parse::<UserId>(), Err(NotAnId("user id")));
        assert!("usr_ABABABABABABABABABABABABABABABAB".parse::<UserId>().is_err());
        assert!("usr_é1111111111111111111111111111111".parse::<UserId>().is_err());
    }

    #[test]
    fn a_chosen_id_is_lower_case_and_starts_and_ends_well() {
        for good in ["org.example.taxi", "acme", "super-app_1", "ok"] {
            assert!(good.parse::<ClientId>().is_ok(), "{good}");
        }
        for bad in ["", "a", "Org.example", ".org", "org.", "a..b", "a b", "ä-b", "a/b", &"a".repeat(101)] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }
}
