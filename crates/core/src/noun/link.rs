//! A link: which person an identity elsewhere belongs to.

use crate::id::{LinkId, UserId};
use crate::moment::Moment;

/// An identity at another issuer, tied to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The issuer that knows the person under the subject.
    pub issuer: String,
    /// The keyed hash of the subject there; unique within the issuer.
    pub subject_index: [u8; 32],
    /// The person.
    pub user: UserId,
    /// How it was proved.
    pub proof: LinkProof,
    /// When it was made.
    pub linked_at: Moment,
}

impl Link {
    /// By what the person names it: half of the keyed hash, which says nothing without the key.
    pub fn id(&self) -> LinkId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.subject_index[..16]);
        LinkId::from_bytes(bytes)
    }
}

/// A link that was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastLink {
    /// The link as it was.
    pub link: Link,
    /// When it was undone.
    pub unlinked_at: Moment,
}

/// How a link was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProof {
    /// A trusted issuer signed an assertion about the person (RFC 7523).
    Assertion,
    /// The person signed in at the provider in the browser in which the link was made.
    Login,
}

impl LinkProof {
    /// Every way there is.
    pub const ALL: [Self; 2] = [Self::Assertion, Self::Login];

    /// The name under which the proof is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Login => "login",
        }
    }

    /// The proof stored under this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.as_str() == text)
    }
}
