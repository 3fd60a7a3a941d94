//! What guards an account against somebody who has got hold of a session of it.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::noun::person::HandleKind;

/// What is remembered for the person's safety. It lies in the sealed profile, and no app sees it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    /// Addresses that were main ones until lately, oldest first.
    pub former: Vec<Former>,
    /// How often every browser that knew the person was forgotten.
    pub forgotten: u64,
    /// Ways in that sign in, and do not count as a second factor yet.
    pub fresh: Vec<Fresh>,
    /// Until when the person counts as one who could prove two factors, although one was taken away since.
    pub two_until: Option<Moment>,
}

/// A way in that has still to wait.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    /// Which one.
    pub way: Way,
    /// From when on it counts like any other.
    pub counts_from: Moment,
}

/// A way in, told from the others of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The password.
    Password,
    /// A code to the address of this keyed index.
    Contact([u8; 32]),
    /// The passkey of this digest.
    Passkey([u8; 32]),
    /// The identity elsewhere of this keyed index.
    Link([u8; 32]),
}

/// An address that was the main one of its kind.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Of which kind it is.
    pub kind: HandleKind,
    /// The address or number.
    pub value: String,
    /// Until when it is remembered.
    pub until: Moment,
}
