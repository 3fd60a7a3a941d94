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
