//! What a host (a super app) has beyond what every client has.

use serde::{Deserialize, Serialize};

use crate::noun::client::KeySource;

/// A super app.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Issuers whose assertions sign people in without a page (RFC 7523 §2.1).
    pub trusted_issuers: Vec<TrustedIssuer>,
}

/// An issuer whose word about who a person is is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// The `iss` of its assertions.
    pub issuer: String,
    /// The keys with which it signs them.
    pub keys: KeySource,
    /// The `aud` its assertions carry; Portico's own issuer where none is given.
    pub audience: Option<String>,
    /// The claim that names the person, `sub` by default.
    pub user_claim: String,
}
