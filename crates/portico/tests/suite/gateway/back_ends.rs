//! Routes for other back ends, which bring a secret and no token.

use axum::http::StatusCode;
use portico_gateway::table::Table;

use super::gate::Gate;
use super::lasting::{SOON, echo, handshake, is_cut};
use super::{SHOP, configured};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The keys of such a route; the folder has its secret.
fn route() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, SECRET).unwrap();
    let keys = format!("token = \"none\"\nsecret_file = {file:?}\n[route.any]\nquery = [\"openid\"]\n");
    (folder, keys)
}

#[tokio::test]
async fn who_brings_the_secret_is_let_in_and_it_goes_no_further() {
    let (_folder, keys) = route();
    let gate = Gate::new(&keys).await;
    let bob = gate.caller("bob").await;
    let target = format!("/?openid={}", bob.here);
    assert_eq!(gate.refused(gate.bare("GET", &target)).await, (401, "invalid_client".into()));
    let wrong = gate.bare("GET", &target).header("x-portico-secret", "f".repeat(32));
    assert_eq!(gate.refused(wrong).await, (401, "invalid_client".into()));
    let right = gate.bare("GET", &target).header("x-portico-secret", SECRET);
    assert_eq!(right.send().await.unwrap().status(), StatusCode::OK);
    let seen = gate.back_end.one();
    assert_eq!(seen.target, format!("/?openid={}", bob.there));
    assert!(seen.header("x-portico-secret").is_empty());
}

#[tokio::test]
async fn peoples_tokens_that_a_back_end_passes_on_go_no_further() {
    let (_folder, keys) = route();
    let gate = Gate::new(&keys).await;
    let ana = gate.caller("ana").await;
    let request = gate.request("GET", "/", &ana.token).header("x-portico-secret", SECRET);
    let request = request.header("cookie", format!("a=1; token={}", ana.token));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let seen = gate.back_end.one();
    assert!(seen.header("authorization").is_empty(), "{seen:?}");
    assert_eq!(seen.header("cookie"), ["a=1"]);
}

#[tokio::test]
async fn their_websockets_end_when_the_upstreams_app_is_suspended() {
    let (_folder, keys) = route();
    let gate = Gate::new(&keys).await;
    gate.routes.replace(Table::new(configured(&echo().await, &keys)).unwrap());
    let (socket, answer) = handshake(&gate, &format!("X-Portico-Secret: {SECRET}")).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    let suspend = format!("/admin/v1/apps/{SHOP}/suspend");
    gate.town.world.admin_post(&suspend, serde_json::json!({})).await.ok();
    is_cut(socket, SOON).await;
}
