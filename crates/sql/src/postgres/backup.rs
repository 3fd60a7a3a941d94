//! Copies: PostgreSQL has tools of its own for them, which know more than this program could.

use std::path::Path;

use async_trait::async_trait;
use portico_store::{Backup, NotCopied};

use super::Postgres;

const MEANS: &str = "this store is on PostgreSQL, which is copied with pg_dump: everything but the rows of \
     person_key, and person_key by itself; the operator's guide has both commands";

#[async_trait]
impl Backup for Postgres {
    async fn copy(&self, _: &Path) -> Result<(), NotCopied> {
        Err(NotCopied::ByOtherMeans(MEANS))
    }

    async fn copy_keys(&self, _: &Path) -> Result<(), NotCopied> {
        Err(NotCopied::ByOtherMeans(MEANS))
    }
}
