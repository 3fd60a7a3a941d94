//! `apps`, `hosts`, `developers`, `scopes`, `connections`.

use clap::Subcommand;
use serde_json::json;

use super::admin::Admin;
use super::{Input, Outcome, Slice};

#[derive(Debug, Subcommand)]
pub(super) enum Apps {
    /// Register an app from its manifest, or update it where the version is higher
    Register(Input),
    /// Show an app
    Show { app_id: String },
    /// List apps
    List {
        /// Only those whose id begins like this
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        #[command(flatten)]
        slice: Slice,
    },
    /// Suspend an app: nothing of it is good any more
    Suspend { app_id: String },
    /// Let a suspended app work again
    Resume { app_id: String },
    /// Give an app a new secret; the old one is good no longer
    RotateSecret { app_id: String },
    /// Remove an app with everything that people decided about it
    Remove { app_id: String },
    /// Give a mini-program to another developer; its UnionIDs are others from then on
    Move { app_id: String, developer: String },
    /// Turn OpenIDs of another mini-program into this one's: {"from": app, "openids": […]}
    MigrateOpenids {
        app_id: String,
        #[command(flatten)]
        input: Input,
    },
    /// Allow an app a scope of its manifest on every person's behalf
    Preauthorise { app_id: String, scope: String },
}

pub(super) async fn apps(admin: &Admin, command: Apps) -> Outcome {
    match command {
        Apps::Register(input) => admin.post_file(&["apps"], &input).await,
        Apps::Show { app_id } => admin.get(&["apps", &app_id], &[]).await,
        Apps::List { prefix, slice } => admin.get(&["apps"], &slice.query_with("prefix", prefix)).await,
        Apps::Suspend { app_id } => admin.act(&["apps", &app_id, "suspend"]).await,
        Apps::Resume { app_id } => admin.act(&["apps", &app_id, "resume"]).await,
        Apps::RotateSecret { app_id } => admin.act(&["apps", &app_id, "rotate-secret"]).await,
        Apps::Remove { app_id } => admin.delete(&["apps", &app_id]).await,
        Apps::Move { app_id, developer } => {
            let body = json!({ "developer": developer }).to_string();
            Ok(admin.post(&["apps", &app_id, "move"], body).await?)
        }
        Apps::MigrateOpenids { app_id, input } => {
            admin.post_file(&["apps", &app_id, "migrate-openids"], &input).await
        }
        Apps::Preauthorise { app_id, scope } => {
            let body = json!({ "scope": scope }).to_string();
            Ok(admin.post(&["apps", &app_id, "preauthorise"], body).await?)
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Hosts {
    /// Register a super app, or replace its registration
    Register(Input),
    /// Show a super app
    Show { host_id: String },
    /// List super apps
    List(Slice),
    /// Suspend a super app
    Suspend { host_id: String },
    /// Let a suspended super app work again
    Resume { host_id: String },
    /// Give a super app a new secret; the old one is good no longer
    RotateSecret { host_id: String },
}

pub(super) async fn hosts(admin: &Admin, command: Hosts) -> Outcome {
    match command {
        Hosts::Register(input) => admin.post_file(&["hosts"], &input).await,
        Hosts::Show { host_id } => admin.get(&["hosts", &host_id], &[]).await,
        Hosts::List(slice) => admin.get(&["hosts"], &slice.query()).await,
        Hosts::Suspend { host_id } => admin.act(&["hosts", &host_id, "suspend"]).await,
        Hosts::Resume { host_id } => admin.act(&["hosts", &host_id, "resume"]).await,
        Hosts::RotateSecret { host_id } => admin.act(&["hosts", &host_id, "rotate-secret"]).await,
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Developers {
    /// Register a developer, or change the name
    Register(Input),
    /// Show a developer
    Show { developer_id: String },
    /// List developers
    List(Slice),
}

pub(super) async fn developers(admin: &Admin, command: Developers) -> Outcome {
    match command {
        Developers::Register(input) => admin.post_file(&["developers"], &input).await,
        Developers::Show { developer_id } => admin.get(&["developers", &developer_id], &[]).await,
        Developers::List(slice) => admin.get(&["developers"], &slice.query()).await,
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Scopes {
    /// Put a scope into the catalogue, or change its words
    Register(Input),
    /// List the catalogue
    List(Slice),
}

pub(super) async fn scopes(admin: &Admin, command: Scopes) -> Outcome {
    match command {
        Scopes::Register(input) => admin.post_file(&["scopes"], &input).await,
        Scopes::List(slice) => admin.get(&["scopes"], &slice.query()).await,
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Connections {
    /// Register a provider at which people may sign in, or replace its registration
    Register(Input),
    /// Show a connection, without its secret
    Show { connection_id: String },
    /// List connections
    List(Slice),
    /// Remove a connection: nobody signs in with it any more
    Remove { connection_id: String },
}

pub(super) async fn connections(admin: &Admin, command: Connections) -> Outcome {
    match command {
        Connections::Register(input) => admin.post_file(&["connections"], &input).await,
        Connections::Show { connection_id } => admin.get(&["connections", &connection_id], &[]).await,
        Connections::List(slice) => admin.get(&["connections"], &slice.query()).await,
        Connections::Remove { connection_id } => admin.delete(&["connections", &connection_id]).await,
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Agreements {
    /// Let one app resolve its OpenIDs to those of another
    Register(Input),
    /// Show an agreement
    Show { from: String, to: String },
    /// List agreements
    List {
        /// Those of this app only, either way round
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        #[command(flatten)]
        slice: Slice,
    },
    /// End an agreement: nothing is resolved any more
    Remove { from: String, to: String },
}

pub(super) async fn agreements(admin: &Admin, command: Agreements) -> Outcome {
    match command {
        Agreements::Register(input) => admin.post_file(&["agreements"], &input).await,
        Agreements::Show { from, to } => admin.get(&["agreements", &from, &to], &[]).await,
        Agreements::List { app, slice } => admin.get(&["agreements"], &slice.query_with("app", app)).await,
        Agreements::Remove { from, to } => admin.delete(&["agreements", &from, &to]).await,
    }
}
