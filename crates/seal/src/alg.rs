//! The signature algorithms that are used here, and no others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A JOSE signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1), by the name it has there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alg {
    /// Ed25519, for everything that is ours to choose.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, which every OpenID Connect client knows.
    #[serde(rename = "RS256")]
    Rs256,
}

/// The name of an algorithm that nothing here signs or accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of EdDSA, ES256, RS256")]
pub struct NotAnAlg;

impl Alg {
    /// Every algorithm, the preferred one first.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The JOSE name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Alg {
    type Err = NotAnAlg;

    fn from_str(name: &str) -> Result<Self, NotAnAlg> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name).ok_or(NotAnAlg)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn algorithms_go_by_their_jose_names_only() {
        for alg in Alg::ALL {
            assert_eq!(alg.to_string().parse(), Ok(alg));
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
        }
        for bad in ["none", "HS256", "eddsa", "RS512", ""] {
            assert_eq!(bad.parse::<Alg>(), Err(NotAnAlg), "{bad}");
        }
    }
}
