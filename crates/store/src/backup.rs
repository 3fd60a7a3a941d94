//! Copies to be kept elsewhere: of everything but people's keys, and of the keys alone.

use std::path::Path;

use async_trait::async_trait;

use crate::Unavailable;

/// Makes copies of a store while it is in use, each as the store is at one moment.
///
/// People's keys are never in an ordinary copy, so that erasing a person, which destroys the key,
/// is true of every copy as soon as the short-lived copies of the keys are gone.
#[async_trait]
pub trait Backup: Send + Sync {
    /// Writes everything but people's keys into a new file, readable by its owner alone.
    async fn copy(&self, to: &Path) -> Result<(), Unavailable>;
    /// Writes people's keys, still wrapped by the operator's, into a new file of its own.
    async fn copy_keys(&self, to: &Path) -> Result<(), Unavailable>;
}
