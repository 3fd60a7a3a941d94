//! The operator's API.

mod agreements;
mod audit;
mod door;
mod links;
mod migrate;
mod people;
mod registry;
mod system;

use axum::http::Method;
use serde_json::Value;

use crate::fixture::{Reply, World};

pub(super) const ADMIN: &str = "the-operators-token-of-the-tests-0123456789";
const TAXI: &str = "org.example.taxi";

/// Posts without a body.
async fn act(world: &World, path: &str) -> Reply {
    world.admin_call(Method::POST, &format!("/admin/v1/{path}"), Some(ADMIN), "").await
}

async fn post(world: &World, path: &str, body: Value) -> Reply {
    world.admin_post(&format!("/admin/v1/{path}"), body).await
}

async fn get(world: &World, path: &str) -> Reply {
    world.admin_get(&format!("/admin/v1/{path}")).await
}

/// The detail of a refusal.
fn detail(reply: &Reply) -> String {
    reply.json()["detail"].as_str().unwrap_or_default().to_owned()
}

/// The ids of all items, walked in pages of two.
async fn walk(world: &World, path: &str, id: &str) -> Vec<String> {
    let (mut ids, mut after) = (vec![], String::new());
    loop {
        let page = get(world, &format!("{path}?limit=2{after}")).await.ok().json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        ids.extend(items.iter().map(|item| item[id].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            None => return ids,
            Some(next) => after = format!("&after={next}"),
        }
    }
}
