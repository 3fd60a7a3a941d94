//! Keys in the store, always wrapped by the master key.

use crate::moment::Moment;
use crate::noun::client::TokenAlg;

/// A key that signs tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningKeyRecord {
    /// The RFC 7638 thumbprint, used as `kid`.
    pub kid: String,
    /// Its algorithm.
    pub alg: TokenAlg,
    /// The private key (PKCS#8), wrapped.
    pub wrapped: Vec<u8>,
    /// The public half as a JWK.
    pub public_jwk: serde_json::Value,
    /// When it was made and published.
    pub created_at: Moment,
    /// When it begins to sign.
    pub signs_from: Moment,
    /// When it is no longer published, once a successor has been made.
    pub retires_at: Option<Moment>,
}
