//! `keys`, `deliveries`, `audit`, `figures` and `nodes`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::admin::Admin;
use super::{Outcome, Slice};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// List the keys that are published
    List,
    /// Make the next keys; they sign once every relying party has had time to see them
    Rotate,
}

pub(super) async fn keys(admin: &Admin, command: Keys) -> Outcome {
    match command {
        Keys::List => admin.get(&["keys"], &[]).await,
        Keys::Rotate => admin.act(&["keys", "rotate"]).await,
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Deliveries {
    /// List logout messages
    List {
        /// Only those in this state
        #[arg(long, value_parser = PossibleValuesParser::new(["pending", "delivered", "failed"]))]
        state: Option<String>,
        #[command(flatten)]
        slice: Slice,
    },
    /// Send a message again, or all that were given up
    Retry {
        /// The message; without it, all that were given up
        delivery_id: Option<String>,
    },
}

pub(super) async fn deliveries(admin: &Admin, command: Deliveries) -> Outcome {
    match command {
        Deliveries::List { state, slice } => {
            admin.get(&["deliveries"], &slice.query_with("state", state)).await
        }
        Deliveries::Retry { delivery_id: Some(id) } => admin.act(&["deliveries", &id, "retry"]).await,
        Deliveries::Retry { delivery_id: None } => admin.act(&["deliveries", "retry"]).await,
    }
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Only what was done to whatever has this id
    #[arg(long, value_name = "ID")]
    target: Option<String>,
    #[command(flatten)]
    slice: Slice,
}

pub(super) async fn audit(admin: &Admin, audit: Audit) -> Outcome {
    admin.get(&["audit"], &audit.slice.query_with("target", audit.target)).await
}

pub(super) async fn figures(admin: &Admin) -> Outcome {
    admin.get(&["figures"], &[]).await
}

pub(super) async fn nodes(admin: &Admin) -> Outcome {
    admin.get(&["nodes"], &[]).await
}
