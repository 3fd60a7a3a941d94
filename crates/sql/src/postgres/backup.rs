//! Copies: PostgreSQL has its own tools for them.

use std::path::Path;

use async_trait::async_trait;
use portico_store::{Backup, Unavailable};

use super::Postgres;

#[async_trait]
impl Backup for Postgres {
    async fn copy(&self, _: &Path) -> Result<(), Unavailable> {
        Err(Unavailable("PostgreSQL is copied with pg_dump".to_owned()))
    }

    async fn copy_keys(&self, to: &Path) -> Result<(), Unavailable> {
        self.copy(to).await
    }
}
