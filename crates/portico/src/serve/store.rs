//! The store that is configured, and whether nodes share it.

use std::sync::Arc;

use portico_sql::postgres::Postgres;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::{SharedStore, Store, Unavailable};

use super::ServeError;
use crate::config::{Config, StoreAddress};
use crate::data::DataFolder;

/// A store that is open.
pub(super) enum Opened {
    /// This process has it to itself.
    Alone(Arc<dyn Store>),
    /// Other nodes may have it open too.
    Shared(Arc<dyn SharedStore>),
}

impl Opened {
    /// The store, whoever else has it.
    pub(super) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Alone(store) => store.clone(),
            Self::Shared(store) => store.clone(),
        }
    }
}

/// Opens the store.
pub(super) async fn open(config: &Config, data: &DataFolder) -> Result<Opened, ServeError> {
    let path = match &config.store {
        Some(StoreAddress::Postgres(address)) => {
            let store = Postgres::open(address.expose(), &config.postgres.options()).await?;
            return Ok(Opened::Shared(Arc::new(store)));
        }
        Some(StoreAddress::Sqlite(path)) => path.clone(),
        None => data.database(),
    };
    let opened = tokio::task::spawn_blocking(move || Sqlite::open(path, SqliteOptions::default())).await;
    let opened = opened.map_err(|_| Unavailable("the store did not open".into()))?;
    Ok(Opened::Alone(Arc::new(opened?)))
}
