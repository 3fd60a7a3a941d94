//! A link: which person an identity elsewhere belongs to.

use crate::id::UserId;
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

/// How a link was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProof {
    /// A trusted issuer signed an assertion about the person (RFC 7523).
    Assertion,
}

impl LinkProof {
    /// The name under which the proof is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
        }
    }

    /// The proof of this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Assertion].into_iter().find(|proof| proof.as_str() == text)
    }
}
