//! By what one app knows the people of another.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Counting, Reply, Tokens, World};

const RIDES: &str = "org.example.rides";
const SHOP: &str = "org.example.shop";
const TAXI: &str = "org.example.taxi";

async fn agree(world: &World, from: &str, to: &str) {
    world.admin_post("/admin/v1/agreements", json!({ "from": from, "to": to })).await.ok();
}

async fn resolve(world: &World, caller: &str, body: &Value) -> Reply {
    let credentials = world.credentials(caller);
    let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
    world.call(Method::POST, "/v1/identities/resolve", &headers, &body.to_string()).await
}

fn from_shop(open_ids: &[&str]) -> Value {
    json!({ "from": SHOP, "to": RIDES, "openids": open_ids })
}

/// The person's OpenID at an app, which they open.
async fn open(world: &World, tokens: &Tokens, app: &str) -> String {
    let token = world.launch_granting(tokens, app, None).await;
    world.introspect(app, &token).await["sub"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_openid_is_answered_in_order_and_what_is_nobodys_is_null() {
    let world = World::new().await;
    agree(&world, SHOP, RIDES).await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let (shop, rides) = (open(&world, &ana, SHOP).await, open(&world, &ana, RIDES).await);
    // Bob has opened one of the two.
    let bobs = open(&world, &bob, SHOP).await;
    let mut mistyped = shop.clone();
    mistyped.replace_range(3..4, if &shop[3..4] == "A" { "B" } else { "A" });
    let asked = ["nobody", &shop, &bobs, &rides, &mistyped, "", &shop];
    let row = |open_id: &str, resolved: Option<&str>| json!({ "openid": open_id, "resolved": resolved });
    let is_hers = |open_id: &str| row(open_id, (open_id == shop).then_some(rides.as_str()));
    let expected = json!({ "results": asked.map(is_hers) });
    for caller in [SHOP, RIDES] {
        assert_eq!(resolve(&world, caller, &from_shop(&asked)).await.ok().json(), expected);
    }
    assert_eq!(resolve(&world, SHOP, &from_shop(&[])).await.ok().json(), json!({ "results": [] }));
}

#[tokio::test]
async fn without_an_agreement_this_way_round_every_answer_is_the_same() {
    let world = World::new().await;
    agree(&world, RIDES, SHOP).await;
    agree(&world, TAXI, RIDES).await;
    let between = |from: &str, to: &str| json!({ "from": from, "to": to, "openids": ["o-1"] });
    let mut told = vec![];
    for (caller, body) in [
        (SHOP, between(SHOP, RIDES)),
        (SHOP, between(TAXI, RIDES)),
        (SHOP, between(SHOP, "org.example.none")),
        (SHOP, between("org.example.none", SHOP)),
        (SHOP, between("No App", SHOP)),
        (SHOP, between(SHOP, "super.app")),
    ] {
        let refused = resolve(&world, caller, &body).await;
        assert_eq!(refused.refusal(), (403, "access_denied".to_owned()), "{body}");
        told.push(refused.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
    resolve(&world, SHOP, &between(RIDES, SHOP)).await.ok();
    world
        .admin_call(Method::POST, &format!("/admin/v1/apps/{RIDES}/suspend"), Some(crate::fixture::ADMIN), "")
        .await
        .ok();
    assert_eq!(resolve(&world, SHOP, &between(RIDES, SHOP)).await.body, told[0]);
}

#[tokio::test]
async fn without_an_agreement_the_store_is_asked_the_same_whether_the_app_is_there_or_not() {
    let store = Arc::new(Counting::default());
    let world = World::over(store.clone()).await;
    agree(&world, SHOP, TAXI).await;
    resolve(&world, SHOP, &json!({ "from": SHOP, "to": TAXI, "openids": ["o-1"] })).await.ok();
    for to in [RIDES, "org.example.none", "super.app"] {
        store.asked();
        let body = json!({ "from": SHOP, "to": to, "openids": ["o-1"] });
        assert_eq!(resolve(&world, SHOP, &body).await.status, 403, "{to}");
        assert_eq!(store.asked(), ["agreement"], "{to}");
    }
}

#[tokio::test]
async fn a_thousand_of_the_longest_openids_are_answered_and_any_digits_may_be_one() {
    let world = World::new().await;
    agree(&world, SHOP, RIDES).await;
    let long = "o".repeat(512);
    let answer = resolve(&world, SHOP, &from_shop(&[&*long; 1000])).await.ok().json();
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(1000));
    let larger = resolve(&world, SHOP, &from_shop(&["o".repeat(4 * 1024 * 1024).as_str()])).await;
    assert_eq!(larger.status, 413);
    let card = "4111111111111111";
    let answer = resolve(&world, SHOP, &from_shop(&[card])).await.ok().json();
    assert_eq!(answer["results"], json!([{ "openid": card, "resolved": null }]));
    let elsewhere = json!({ "from": card, "to": RIDES, "openids": [] });
    assert_eq!(resolve(&world, SHOP, &elsewhere).await.status, 400);
}

#[tokio::test]
async fn a_thousand_of_the_longest_openids_are_answered_however_they_are_escaped() {
    let world = World::new().await;
    agree(&world, SHOP, RIDES).await;
    let credentials = world.credentials(SHOP);
    let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
    // 512 bytes of UTF-8 each, as client libraries write them and as they could be written.
    for (escaped, times) in [("\\ud83d\\ude00", 128), ("\\u00e9", 256), ("\\u006f", 512)] {
        let list = vec![format!("\"{}\"", escaped.repeat(times)); 1000].join(", ");
        let body = format!(r#"{{"from": "{SHOP}", "to": "{RIDES}", "openids": [{list}]}}"#);
        let answer = world.call(Method::POST, "/v1/identities/resolve", &headers, &body).await.ok().json();
        assert_eq!(answer["results"].as_array().map(Vec::len), Some(1000), "{escaped}");
    }
}

#[tokio::test]
async fn an_agreement_that_was_ended_resolves_nothing() {
    let world = World::new().await;
    agree(&world, SHOP, RIDES).await;
    resolve(&world, SHOP, &from_shop(&["o-1"])).await.ok();
    let path = format!("/admin/v1/agreements/{SHOP}/{RIDES}");
    world.admin_call(Method::DELETE, &path, Some(crate::fixture::ADMIN), "").await.ok();
    assert_eq!(resolve(&world, SHOP, &from_shop(&["o-1"])).await.status, 403);
}

#[tokio::test]
async fn a_thousand_openids_are_answered_and_one_more_is_refused() {
    let world = World::new().await;
    agree(&world, SHOP, RIDES).await;
    let answer = resolve(&world, SHOP, &from_shop(&["o"; 1000])).await.ok().json();
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(1000));
    assert_eq!(resolve(&world, SHOP, &from_shop(&["o"; 1001])).await.refusal().0, 400);
    for bad in [
        json!({ "from": SHOP, "to": RIDES }),
        json!({ "from": SHOP, "to": RIDES, "openids": "o" }),
        json!({ "from": SHOP, "to": RIDES, "openids": [1] }),
        json!({ "from": SHOP, "to": RIDES, "openid": "o" }),
        json!([]),
    ] {
        assert_eq!(resolve(&world, SHOP, &bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn openids_from_elsewhere_resolve_and_are_resolved_to_with_one_question_to_the_store_about_all() {
    let store = Arc::new(Counting::default());
    let world = World::over(store.clone()).await;
    agree(&world, SHOP, RIDES).await;
    let mut known = vec![];
    for name in ["ana", "bob"] {
        known.push(world.create_person(name, "a long password").await);
    }
    let link =
        |app: &str, open_id: &str, user: &str| json!({ "app": app, "openid": open_id, "user_id": user });
    for line in
        [link(SHOP, "wx-ana", &known[0]), link(SHOP, "wx-bob", &known[1]), link(RIDES, "r-ana", &known[0])]
    {
        world.admin_post("/admin/v1/links", line).await.ok();
    }
    let results = |first: Option<&str>| {
        let row = |open_id: &str, resolved: Option<&str>| json!({ "openid": open_id, "resolved": resolved });
        json!({ "results": [row("wx-ana", first), row("wx-bob", None), row("r-ana", None)] })
    };
    let asked = from_shop(&["wx-ana", "wx-bob", "r-ana"]);
    assert_eq!(resolve(&world, SHOP, &asked).await.ok().json(), results(Some("r-ana")));
    store.asked();
    resolve(&world, SHOP, &asked).await.ok();
    assert_eq!(store.asked(), ["agreement", "resolve"]);
    let erase = format!("/admin/v1/users/{}/erase", known[0]);
    world.admin_call(Method::POST, &erase, Some(crate::fixture::ADMIN), "").await.ok();
    assert_eq!(resolve(&world, SHOP, &asked).await.ok().json(), results(None));
}
