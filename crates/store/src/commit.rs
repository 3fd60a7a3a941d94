//! The one way in which anything changes.

use async_trait::async_trait;
use portico_core::Change;
use portico_core::id::ClosingSeq;
use portico_core::noun::event::Event;

use crate::Unavailable;

/// Applies a list of changes.
#[async_trait]
pub trait Commit: Send + Sync {
    /// Applies the whole list, in order, or nothing of it.
    ///
    /// When this answers `Ok`, the changes are durable and every later [`crate::Read`] sees them.
    /// Guards are checked in the same transaction, so that nothing can come between check and
    /// change. Dropping the future does not say whether the list was applied.
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError>;
}

/// What a commit gave back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The events of the list with their numbers, in order.
    pub events: Vec<Event>,
    /// The number of the list's closing, where it holds one and the engine keeps closings.
    pub closing: Option<ClosingSeq>,
}

/// Why nothing was applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// What the rule relied on is no longer so: load and decide again.
    #[error("what was relied on has changed")]
    Conflict,
    /// Something that must be unique is there already.
    #[error("{0:?} is taken")]
    Taken(Taken),
    /// The store cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A client of that id, or with that WeChat-style id.
    Client,
    /// A username.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A connection of that id.
    Connection,
    /// An identity elsewhere.
    Link,
    /// A passkey.
    Passkey,
    /// An assertion.
    Assertion,
    /// A secret of the house.
    Secret,
    /// A random id or digest, which never happens by chance.
    Id,
}
