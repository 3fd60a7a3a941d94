use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Reply, Tokens, World};

const PATH: &str = "/v1/me/addresses";

async fn send(world: &World, tokens: &Tokens, method: Method, path: &str, body: Value) -> Reply {
    world.json(method, path, Some(&tokens.access), &body).await
}

async fn add(world: &World, tokens: &Tokens, body: Value) -> Value {
    let reply = send(world, tokens, Method::POST, PATH, body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()
}

async fn list(world: &World, tokens: &Tokens) -> Value {
    world.get(PATH, Some(&tokens.access)).await.ok().json()["addresses"].clone()
}

fn path(address: &Value) -> String {
    format!("{PATH}/{}", address["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_address_is_added_changed_replaced_and_removed() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    assert_eq!(list(&world, &ana).await, json!([]));
    let sent = json!({
        "label": "Home", "street_address": "1 High Street\nFlat 2", "locality": "London",
        "postal_code": "N1 1AA", "country": "GB",
    });
    let home = add(&world, &ana, sent).await;
    assert_eq!(
        home,
        json!({
            "id": home["id"], "label": "Home", "street_address": "1 High Street\nFlat 2",
            "locality": "London", "postal_code": "N1 1AA", "country": "GB", "default": true,
            "formatted": "1 High Street\nFlat 2\nN1 1AA London\nGB",
        })
    );
    let work = add(&world, &ana, json!({ "locality": "Bath", "default": true })).await;
    assert_eq!((&work["default"], &list(&world, &ana).await[0]["default"]), (&json!(true), &json!(false)));
    assert_eq!(world.get(&path(&work), Some(&ana.access)).await.ok().json(), work);
    let patched =
        send(&world, &ana, Method::PATCH, &path(&home), json!({ "label": null, "region": "England" })).await;
    let patched = patched.ok().json();
    assert_eq!((patched.get("label"), &patched["region"]), (None, &json!("England")));
    assert_eq!(patched["street_address"], "1 High Street\nFlat 2");
    let put = send(&world, &ana, Method::PUT, &path(&home), json!({ "locality": "Leeds" })).await.ok().json();
    assert_eq!(put, json!({ "id": home["id"], "locality": "Leeds", "default": false, "formatted": "Leeds" }));
    assert_eq!(send(&world, &ana, Method::DELETE, &path(&work), json!({})).await.status, 204);
    assert_eq!(list(&world, &ana).await[0]["default"], true);
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let gone = send(&world, &ana, method, &path(&work), json!({ "locality": "Bath" })).await;
        assert_eq!(gone.refusal(), (404, "not_found".into()));
    }
}

#[tokio::test]
async fn one_persons_address_is_not_there_for_another() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let home = add(&world, &ana, json!({ "locality": "London" })).await;
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let other = send(&world, &bob, method, &path(&home), json!({ "locality": "Bath" })).await;
        assert_eq!(other.refusal(), (404, "not_found".into()));
    }
    assert_eq!(list(&world, &ana).await, json!([home]));
}

#[tokio::test]
async fn bad_input_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let home = add(&world, &ana, json!({ "locality": "London" })).await;
    for bad in [
        json!({}),
        json!([]),
        json!({ "locality": 7 }),
        json!({ "locality": "a\u{7}b" }),
        json!({ "locality": "x".repeat(101) }),
        json!({ "locality": "Bath", "country": "ZZ" }),
        json!({ "locality": "Bath", "zip": "1" }),
        json!({ "locality": "Bath", "default": 1 }),
    ] {
        for (method, path) in [(Method::POST, PATH.to_owned()), (Method::PUT, path(&home))] {
            let refused = send(&world, &ana, method, &path, bad.clone()).await;
            assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{bad}");
        }
    }
    let bearer = format!("Bearer {}", ana.access);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    assert_eq!(world.call(Method::POST, PATH, &headers, "{}").await.status, 415);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let large = json!({ "locality": "x".repeat(300_000) }).to_string();
    assert_eq!(world.call(Method::POST, PATH, &headers, &large).await.status, 413);
    let twice = r#"{"locality":"Bath","locality":"Leeds"}"#;
    assert!(world.call(Method::PATCH, &path(&home), &headers, twice).await.status.as_u16() < 500);
    world.json(Method::PUT, &path(&home), Some(&ana.access), &json!({ "locality": "London" })).await.ok();
    assert_eq!(list(&world, &ana).await, json!([home]));
}

#[tokio::test]
async fn there_are_twenty_addresses_at_most() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    for number in 0..20 {
        add(&world, &ana, json!({ "locality": format!("Town {number}") })).await;
    }
    let more = send(&world, &ana, Method::POST, PATH, json!({ "locality": "Bath" })).await;
    assert_eq!(more.refusal(), (409, "conflict".into()));
    let defaults = list(&world, &ana).await;
    assert_eq!(defaults.as_array().unwrap().iter().filter(|one| one["default"] == true).count(), 1);
}
