//! `migrate`: the one command that goes to the store itself.

use std::path::PathBuf;

use clap::Args;
use portico_sql::{postgres, sqlite};
use serde_json::json;

use super::{Failure, Outcome, server};
use crate::config::{Flags, StoreAddress};
use crate::data::DataFolder;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// The folder that holds the database [default: ./portico-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The store, sqlite:PATH or postgres://… [default: portico.db in the data folder]
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Brings the schema up to date and says what was done.
pub(super) async fn migrate(command: Migrate) -> Outcome {
    let flags = Flags { data: command.data, store: command.store, ..Flags::default() };
    let config = server::load(command.config, &flags).map_err(|error| Failure::Usage(error.0))?;
    let refused = |error: &dyn std::error::Error| Failure::Refused(error.to_string());
    let migrated = match &config.store {
        Some(StoreAddress::Postgres(address)) => {
            let migrated = postgres::migrate(address.expose(), &config.postgres.options()).await;
            migrated.map_err(|error| refused(&error))?
        }
        Some(StoreAddress::Sqlite(path)) => sqlite::migrate(path).map_err(|error| refused(&error))?,
        None => {
            let data = DataFolder::open(&config.data).map_err(|error| refused(&error))?;
            sqlite::migrate(data.database()).map_err(|error| refused(&error))?
        }
    };
    let held = migrated.held.map(|held| json!({ "name": held.name, "nodes": held.nodes }));
    Ok(json!({ "from": migrated.from, "to": migrated.to, "ran": migrated.ran, "held": held }))
}
