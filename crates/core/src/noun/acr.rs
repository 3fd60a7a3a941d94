//! How strongly a person has proved who they are: the levels behind `acr` (OIDC Core §2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A level; a later one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Acr {
    /// One factor.
    #[serde(rename = "urn:portico:acr:1")]
    One,
    /// Two factors of different kinds, or a passkey that has verified its user.
    #[serde(rename = "urn:portico:acr:2")]
    Two,
    /// A passkey that has verified its user: no stranger's page can ask for it (`phr` of the OpenID
    /// Connect Extended Authentication Profile ACR values).
    #[serde(rename = "phr")]
    PhishingResistant,
}

/// A text that is no level of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a level of authentication that is known here")]
pub struct NotAnAcr;

impl Acr {
    /// Every level, weakest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::PhishingResistant];

    /// The level as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "urn:portico:acr:1",
            Self::Two => "urn:portico:acr:2",
            Self::PhishingResistant => "phr",
        }
    }
}

impl fmt::Display for Acr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Acr {
    type Err = NotAnAcr;

    fn from_str(text: &str) -> Result<Self, NotAnAcr> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == text).ok_or(NotAnAcr)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_level_reads_back_on_the_wire_and_in_the_store() {
        for acr in Acr::ALL {
            assert_eq!(acr.as_str().parse(), Ok(acr));
            assert_eq!(serde_json::to_string(&acr).unwrap(), format!("\"{acr}\""));
        }
        assert_eq!("urn:portico:acr:3".parse::<Acr>(), Err(NotAnAcr));
        assert!(Acr::One < Acr::Two && Acr::Two < Acr::PhishingResistant);
    }
}
