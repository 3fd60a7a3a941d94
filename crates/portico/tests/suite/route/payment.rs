use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Reply, Tokens, World};

const PATH: &str = "/v1/me/payment-methods";

async fn send(world: &World, tokens: &Tokens, method: Method, path: &str, body: Value) -> Reply {
    world.json(method, path, Some(&tokens.access), &body).await
}

fn card() -> Value {
    json!({
        "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04",
        "reference": "pm_1NXWPnOoE5DtLMgq",
    })
}

#[tokio::test]
async fn a_payment_method_is_kept_and_its_reference_is_never_shown_in_full() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let added = send(&world, &ana, Method::POST, PATH, card()).await;
    assert_eq!(added.status, 201);
    let visa = added.json();
    assert_eq!(
        visa,
        json!({
            "id": visa["id"], "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04",
            "reference": "…LMgq", "default": true,
        })
    );
    let path = format!("{PATH}/{}", visa["id"].as_str().unwrap());
    let wallet = send(&world, &ana, Method::POST, PATH, json!({ "kind": "wallet", "default": true })).await;
    let put = send(&world, &ana, Method::PUT, &path, json!({ "kind": "card", "last4": "2222" })).await;
    assert_eq!(put.ok().json()["reference"], "…LMgq", "a replacement keeps the reference");
    send(&world, &ana, Method::PATCH, &path, json!({ "default": true })).await.ok();
    let listed = world.get(PATH, Some(&ana.access)).await.ok();
    assert!(!listed.body.contains("pm_1"), "{}", listed.body);
    let listed = listed.json();
    let defaults = listed["payment_methods"].as_array().unwrap().iter().map(|m| m["default"].clone());
    assert_eq!(defaults.collect::<Vec<_>>(), [true, false]);
    let export = world.get("/v1/me/export", Some(&ana.access)).await.ok();
    assert!(!export.body.contains("pm_1") && export.body.contains("…LMgq"));
    assert_eq!(send(&world, &ana, Method::DELETE, &path, json!({})).await.status, 204);
    let left = world.get(PATH, Some(&ana.access)).await.ok().json();
    assert_eq!(left["payment_methods"][0]["id"], wallet.json()["id"]);
    assert_eq!(left["payment_methods"][0]["default"], true);
}

#[tokio::test]
async fn bad_input_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let visa = send(&world, &ana, Method::POST, PATH, card()).await.ok().json();
    let path = format!("{PATH}/{}", visa["id"].as_str().unwrap());
    for bad in [
        json!({}),
        json!({ "kind": "Card" }),
        json!({ "kind": "card", "last4": "11112" }),
        json!({ "kind": "card", "expires": "2027-13" }),
        json!({ "kind": "card", "reference": "…LMgq" }),
        json!({ "kind": "card", "number": "1" }),
        json!({ "kind": "card", "default": "true" }),
    ] {
        for (method, path) in [(Method::POST, PATH), (Method::PUT, path.as_str())] {
            let refused = send(&world, &ana, method, path, bad.clone()).await;
            assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{bad}");
        }
    }
    let other = send(&world, &bob, Method::DELETE, &path, json!({})).await;
    assert_eq!(other.refusal(), (404, "not_found".into()));
    assert_eq!(world.get(&path, Some(&ana.access)).await.ok().json(), visa);
}
