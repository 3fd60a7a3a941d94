use axum::http::Method;
use serde_json::{Value, json};

use super::{ADMIN, TAXI, act, detail, get, post};
use crate::fixture::{Reply, World};

const SHOP: &str = "org.example.shop";
const RIDES: &str = "org.example.rides";

async fn register(world: &World, from: &str, to: &str) -> Reply {
    post(world, "agreements", json!({ "from": from, "to": to })).await
}

async fn remove(world: &World, from: &str, to: &str) -> Reply {
    world.admin_call(Method::DELETE, &format!("/admin/v1/agreements/{from}/{to}"), Some(ADMIN), "").await
}

fn pairs(page: &Value) -> Vec<(&str, &str)> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| (item["from"].as_str().unwrap(), item["to"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn an_agreement_is_registered_once_shown_and_ended() {
    let world = World::new().await;
    let made = register(&world, SHOP, TAXI).await;
    assert_eq!(made.status, 201);
    world.pass(portico_core::moment::Span::days(1));
    assert_eq!(register(&world, SHOP, TAXI).await.body, made.body, "the first time counts");
    let path = format!("agreements/{SHOP}/{TAXI}");
    assert_eq!(get(&world, &path).await.ok().body, made.body);
    assert_eq!(get(&world, &format!("agreements/{TAXI}/{SHOP}")).await.status, 404);
    remove(&world, SHOP, TAXI).await.ok();
    assert_eq!(get(&world, &path).await.status, 404);
    for (from, to) in [(SHOP, TAXI), (TAXI, SHOP), ("No", "App")] {
        assert_eq!(remove(&world, from, to).await.status, 404);
    }
}

#[tokio::test]
async fn an_agreement_is_between_two_apps_that_are_there() {
    let world = World::new().await;
    for (from, to) in
        [(SHOP, SHOP), (SHOP, "org.example.none"), ("org.example.none", SHOP), (SHOP, "super.app")]
    {
        let refused = register(&world, from, to).await;
        assert_eq!(refused.status, 400, "{from} {to}");
        assert!(!detail(&refused).is_empty());
    }
    act(&world, &format!("apps/{TAXI}/suspend")).await.ok();
    register(&world, SHOP, TAXI).await.ok();
    let gone = world.admin_call(Method::DELETE, &format!("/admin/v1/apps/{TAXI}"), Some(ADMIN), "").await;
    gone.ok();
    assert_eq!(get(&world, "agreements").await.ok().json()["items"], json!([]));
}

#[tokio::test]
async fn agreements_come_in_pages_all_or_those_of_an_app() {
    let world = World::new().await;
    let all = [(RIDES, SHOP), (SHOP, RIDES), (SHOP, TAXI), (TAXI, RIDES)];
    for (from, to) in all.iter().rev() {
        register(&world, from, to).await.ok();
    }
    let first = get(&world, "agreements?limit=3").await.ok().json();
    assert_eq!(pairs(&first), all[..3]);
    let next = first["next"].as_str().unwrap();
    let last = get(&world, &format!("agreements?limit=3&after={next}")).await.ok().json();
    assert_eq!((pairs(&last), &last["next"]), (all[3..].to_vec(), &Value::Null));
    let of_taxi = get(&world, &format!("agreements?app={TAXI}")).await.ok().json();
    assert_eq!(pairs(&of_taxi), all[2..]);
    for bad in ["after=x", "after=a/b", "app=No%20App", "ap=x"] {
        assert_eq!(get(&world, &format!("agreements?{bad}")).await.status, 400, "{bad}");
    }
}
