//! A passkey: a WebAuthn credential with which a person signs in.

use crate::id::UserId;
use crate::moment::Moment;

/// How many passkeys a person may have.
pub const MOST_PASSKEYS: usize = 20;

/// One credential of one person. What is personal in it is sealed under the person's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The keyed hash of the credential's id, by which it is found.
    pub digest: [u8; 32],
    /// Whose it is.
    pub user: UserId,
    /// Public key, counter and flags (W3C WebAuthn §4, credential record), sealed.
    pub sealed_credential: Vec<u8>,
    /// What the person calls it, sealed.
    pub sealed_name: Vec<u8>,
    /// When it was added.
    pub created_at: Moment,
    /// When somebody last signed in with it, if ever.
    pub used_at: Option<Moment>,
}
