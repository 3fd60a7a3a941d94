//! Filling the store: many more apps and people than the ones that are measured.

use super::crowd;
use super::register::{self, post};
use crate::failure::Outcome;
use crate::server::Serving;
use serde_json::{Value, json};
use std::ops::Range;

/// People created by one call.
const BATCH: usize = 500;

/// Connections of the filling. More do not help: a batch is one commit.
const CONNECTIONS: usize = 4;

/// Registers the apps with these numbers, one call each, and creates this many people.
pub(crate) async fn fill(
    serving: &Serving,
    connections: usize,
    apps: Range<usize>,
    people: usize,
) -> Outcome<()> {
    register::apps(serving, connections, apps.start, apps.len()).await?;
    crowd::each(serving.admin, CONNECTIONS, people.div_ceil(BATCH), async |connection, batch| {
        let numbers = batch * BATCH..people.min((batch + 1) * BATCH);
        let users: Value = numbers
            .map(|person| json!({ "name": format!("Other {person:08}"), "username": format!("other-{person:08}") }))
            .collect();
        post(connection, &serving.admin_token, "/admin/v1/users", &users).await.map(drop)
    })
    .await
    .map(drop)
}
