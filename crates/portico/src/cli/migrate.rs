//! `migrate`: the one command that goes to the store itself.

use std::path::PathBuf;

use clap::Args;
use portico_sql::{Migrated, postgres, sqlite};
use serde_json::{Value, json};

use super::{Failure, server};
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

/// The exit status where something is held back: everything before it ran, so nothing failed, and yet the
/// schema is not what this version wants, so whoever goes on by the status must not go on.
const HELD: u8 = 3;

/// Brings the schema up to date.
pub(super) async fn migrate(command: Migrate) -> Result<Migrated, Failure> {
    let flags = Flags { data: command.data, store: command.store, ..Flags::default() };
    let config = server::load(command.config, &flags).map_err(|error| Failure::Usage(error.0))?;
    let refused = |error: &dyn std::error::Error| Failure::Refused(error.to_string());
    match &config.store {
        Some(StoreAddress::Postgres(address)) => {
            let migrated = postgres::migrate(address.expose(), &config.postgres.options()).await;
            migrated.map_err(|error| refused(&error))
        }
        Some(StoreAddress::Sqlite(path)) => sqlite::migrate(path).map_err(|error| refused(&error)),
        None => {
            let data = DataFolder::open(&config.data).map_err(|error| refused(&error))?;
            sqlite::migrate(data.database()).map_err(|error| refused(&error))
        }
    }
}

/// What was done, as the command prints it.
pub(super) fn report(migrated: &Migrated) -> Value {
    let held = migrated.held.as_ref().map(|held| json!({ "name": held.name, "nodes": held.nodes }));
    json!({ "from": migrated.from, "to": migrated.to, "ran": migrated.ran, "held": held })
}

/// What waits, in plain words, and the exit status that says so; none where everything ran.
pub(super) fn waits(migrated: &Migrated) -> Option<(String, u8)> {
    let held = migrated.held.as_ref()?;
    let nodes = held.nodes.join(", ");
    let line = format!(
        "{} waits for nodes that do not know it: {nodes}; migrate again when they are gone",
        held.name
    );
    Some((line, HELD))
}

#[cfg(test)]
mod tests {
    use portico_sql::Held;

    use super::*;

    fn migrated(held: Option<Held>) -> Migrated {
        Migrated { from: 14, to: 15, ran: vec!["0015_node"], held }
    }

    #[test]
    fn what_is_held_back_is_in_the_answer_and_the_status_says_so() {
        let nodes = vec!["north".to_owned(), "south".to_owned()];
        let held = migrated(Some(Held { name: "0016_less", nodes }));
        let (line, status) = waits(&held).expect("it waits");
        assert!(line.contains("0016_less") && line.contains("north, south"), "{line}");
        assert_eq!(status, 3);
        let answer = json!({
            "from": 14, "to": 15, "ran": ["0015_node"],
            "held": { "name": "0016_less", "nodes": ["north", "south"] },
        });
        assert_eq!(report(&held), answer);
    }

    #[test]
    fn where_everything_ran_nothing_waits() {
        let all = migrated(None);
        assert_eq!((waits(&all), report(&all)["held"].is_null()), (None, true));
    }
}
