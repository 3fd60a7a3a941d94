//! A person: the account and the master profile.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::moment::Moment;
use crate::noun::address::Address;
use crate::noun::avatar::Avatar;
use crate::noun::guard::Guard;
use crate::noun::kyc::Kyc;
use crate::noun::payment::PaymentMethod;

/// An account as it is stored. What is personal in it is sealed under the person's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The inner id.
    pub id: UserId,
    /// When the account was made.
    pub created_at: Moment,
    /// Since when the person may not sign in, if so.
    pub blocked_at: Option<Moment>,
    /// Since when the person is erased, if so; nothing personal is left then.
    pub erased_at: Option<Moment>,
    /// The password's Argon2id hash as a PHC string, if there is a password.
    pub password: Option<String>,
    /// The person's key, wrapped by the operator's; empty once erased.
    pub wrapped_key: Vec<u8>,
    /// The [`Profile`], sealed under that key; empty once erased.
    pub sealed_profile: Vec<u8>,
}

impl Person {
    /// Whether the person may use the account.
    pub fn is_live(&self) -> bool {
        self.blocked_at.is_none() && self.erased_at.is_none()
    }
}

/// The master profile, open. It exists in memory only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name that apps may show.
    pub name: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// The name to sign in with.
    pub username: Option<String>,
    /// E-mail addresses, the main one first.
    #[serde(default)]
    pub emails: Vec<Contact>,
    /// Phone numbers (E.164), the main one first.
    #[serde(default)]
    pub phones: Vec<Contact>,
    /// Addresses in the order in which they were added; if there are any, one is the default.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// Payment methods in the order in which they were added; if there are any, one is the default.
    #[serde(default)]
    pub payment_methods: Vec<PaymentMethod>,
    /// How far the person's identity was checked.
    #[serde(default)]
    pub kyc: Kyc,
    /// The person's own picture, which goes before [`Self::picture`].
    #[serde(default)]
    pub avatar: Option<Avatar>,
    /// What guards the account.
    #[serde(default)]
    pub guard: Guard,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(..)")
    }
}

/// An e-mail address or phone number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The address or number, as shown.
    pub value: String,
    /// When the person proved that it is theirs, if they did.
    pub verified_at: Option<Moment>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(..)")
    }
}

impl Profile {
    /// The main e-mail address, if it is verified.
    pub fn verified_email(&self) -> Option<&str> {
        verified(&self.emails)
    }

    /// The main phone number, if it is verified.
    pub fn verified_phone(&self) -> Option<&str> {
        verified(&self.phones)
    }

    /// The address to take where one is wanted.
    pub fn default_address(&self) -> Option<&Address> {
        self.addresses.iter().find(|address| address.is_default)
    }
}

fn verified(contacts: &[Contact]) -> Option<&str> {
    contacts.first().filter(|contact| contact.verified_at.is_some()).map(|contact| contact.value.as_str())
}

/// A way to find a person: a keyed index of something only they have. Unique over all people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    /// What kind of thing it is.
    pub kind: HandleKind,
    /// The keyed hash of the normalised text.
    pub index: [u8; 32],
    /// Whether the person has proved it.
    pub verified: bool,
}

/// The kinds of [`Handle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandleKind {
    /// A chosen name.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

impl HandleKind {
    /// The name under which the kind is stored and indexed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}
