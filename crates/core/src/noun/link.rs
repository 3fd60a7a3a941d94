//! A link: which person an identity elsewhere belongs to.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, LinkId, UserId};
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
    /// The subject, sealed for the app whose OpenID it is, where it is one: where the issuer is an app's
    /// own name space, [`app_issuer`]. A person has one such link per app.
    pub open_id: Option<Vec<u8>>,
}

const APP: &str = "app:";

/// The issuer under which the OpenIDs are kept that an app had for people before Portico knew them.
pub fn app_issuer(app: &ClientId) -> String {
    format!("{APP}{app}")
}

/// The app whose name space this issuer is, if it is one.
pub fn app_of(issuer: &str) -> Option<ClientId> {
    issuer.strip_prefix(APP)?.parse().ok()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkProof {
    /// A trusted issuer signed an assertion about the person (RFC 7523).
    Assertion,
    /// The person signed in at the provider in the browser in which the link was made.
    Login,
    /// The provider named the person in a browser, and they were asked nothing.
    Silent,
    /// A mini-program's login code, redeemed at the provider.
    LoginCode,
    /// The operator brought it from elsewhere, with many others.
    Import,
    /// The operator made it for one person.
    Support,
}

impl LinkProof {
    /// Every way there is.
    pub const ALL: [Self; 6] =
        [Self::Assertion, Self::Login, Self::Silent, Self::LoginCode, Self::Import, Self::Support];

    /// The name under which the proof is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Login => "login",
            Self::Silent => "silent",
            Self::LoginCode => "login_code",
            Self::Import => "import",
            Self::Support => "support",
        }
    }

    /// The proof stored under this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.as_str() == text)
    }
}
