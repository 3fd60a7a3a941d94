//! What is known of a person's identity check; never a document.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// How far a person's identity was checked, as part of the profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kyc {
    /// How thoroughly.
    pub level: KycLevel,
    /// Where the check stands.
    pub status: KycStatus,
    /// When it was passed, if it was.
    pub verified_at: Option<Moment>,
    /// When the latest report was made, by the clock of who made it.
    #[serde(default)]
    pub reported_at: Option<Moment>,
}

impl Kyc {
    /// Whether both say the same of the person, whenever it was reported.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |kyc: &Self| (kyc.level, kyc.status, kyc.verified_at);
        said(self) == said(other)
    }
}

/// How thoroughly an identity was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycLevel {
    /// Not at all.
    #[default]
    None,
    /// By what the person stated.
    Basic,
    /// By documents.
    Full,
}

/// Where an identity check stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycStatus {
    /// None was begun.
    #[default]
    None,
    /// Under way.
    Pending,
    /// Passed.
    Verified,
    /// Not passed.
    Rejected,
    /// Passed, too long ago.
    Expired,
}

impl KycLevel {
    /// Every level by its name on the wire.
    pub const NAMED: [(&'static str, Self); 3] =
        [("none", Self::None), ("basic", Self::Basic), ("full", Self::Full)];

    /// The level's name on the wire.
    pub fn as_str(self) -> &'static str {
        Self::NAMED.iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }
}

impl KycStatus {
    /// Every status by its name on the wire.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("none", Self::None),
        ("pending", Self::Pending),
        ("verified", Self::Verified),
        ("rejected", Self::Rejected),
        ("expired", Self::Expired),
    ];

    /// The status' name on the wire.
    pub fn as_str(self) -> &'static str {
        Self::NAMED.iter().find(|(_, status)| *status == self).map_or("", |(name, _)| name)
    }
}
