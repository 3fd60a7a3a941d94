//! Filling the store: many more apps and people than the ones that are measured.

use super::crowd;
use super::register::{self, post};
use crate::failure::Outcome;
use crate::server::Serving;
use serde_json::json;

/// Registers apps with the numbers from `first` up to `last`, and people up to this many, one call each.
pub(crate) async fn fill(
    serving: &Serving,
    connections: usize,
    apps: std::ops::Range<usize>,
    people: usize,
) -> Outcome<()> {
    register::apps(serving, connections, apps.start, apps.len()).await?;
    crowd::each(serving.admin, connections, people, async |connection, person| {
        let user = json!({ "name": format!("Other {person:08}"), "username": format!("other-{person:08}") });
        post(connection, &serving.admin_token, "/admin/v1/users", &user).await.map(drop)
    })
    .await
    .map(drop)
}
