//! Copies to be kept elsewhere: of everything but people's keys, and of the keys alone.

use std::path::Path;

use async_trait::async_trait;

use crate::Unavailable;

/// Why no copy was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCopied {
    /// Copies of this store are made with tools of its own. The text says which; it is for the operator.
    #[error("{0}")]
    ByOtherMeans(&'static str),
    /// The store cannot answer now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Makes copies of a store while it is in use, each as the store is at one moment.
///
/// People's keys are never in an ordinary copy, so that erasing a person, which destroys the key,
/// is true of every copy as soon as the short-lived copies of the keys are gone.
#[async_trait]
pub trait Backup: Send + Sync {
    /// Writes everything but people's keys into a new file, readable by its owner alone.
    async fn copy(&self, to: &Path) -> Result<(), NotCopied>;
    /// Writes people's keys, still wrapped by the operator's, into a new file of its own.
    async fn copy_keys(&self, to: &Path) -> Result<(), NotCopied>;
}
