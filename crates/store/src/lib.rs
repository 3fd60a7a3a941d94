//! The promise every store keeps: finders, and one atomic commit. And the suite that proves it.

mod backup;
mod commit;
#[cfg(feature = "contract")]
pub mod contract;
mod nodes;
mod read;

pub use backup::{Backup, NotCopied};
pub use commit::{Commit, CommitError, Committed, Taken};
pub use nodes::{Nodes, Schema, SharedStore};
pub use read::{
    ImportFacts, Known, Page, Read, Resolution, Resolved, SealedAvatar, SealedOpenId, StoredSecret,
    Unavailable,
};

/// A whole store. Chosen once, in the wiring, and never asked about again.
pub trait Store: Read + Commit + Backup {}

impl<S: Read + Commit + Backup> Store for S {}
