use std::sync::Arc;

use axum::http::Method;
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use serde_json::{Value, json};

use super::{ADMIN, TAXI, act, detail, get, post, walk};
use crate::fixture::{HOST, Launched, World, basic, manifest};

/// The example of the contract, section 1, by another id.
fn example() -> Value {
    json!({ "app_id": "org.example.cab", "name": "Taxi", "short_name": "Taxi", "description": "Rides in two taps",
      "icons": [{ "src": "https://taxi.example/48.png", "sizes": "48x48" }],
      "version": { "code": 1, "name": "1.0.0" }, "platform_version": { "min_code": 1 }, "pages": ["pages/index/index"],
      "req_permissions": [ { "name": "profile.basic",  "reason": "to greet you by name" },
                           { "name": "phone.verified", "reason": "so that the driver can call you" } ],
      "portico": { "developer": "acme", "kind": "webview", "entry": "https://taxi.example/",
                   "origins": ["https://taxi.example"], "redirect_uris": ["https://taxi.example/callback"],
                   "optional_permissions": [ { "name": "email.verified", "reason": "to send receipts" } ],
                   "backend": { "token_endpoint_auth_method": "client_secret_basic" },
                   "backchannel_logout_uri": "https://taxi.example/logout", "token_ttl": 1800 } })
}

#[tokio::test]
async fn the_example_of_the_contract_is_registered_and_its_secret_shown_once() {
    let world = World::new().await;
    let reply = post(&world, "apps", example()).await;
    assert_eq!(reply.status, 201);
    let made = reply.json();
    assert_eq!(made["app_id"], "org.example.cab");
    let wx = made["wx_app_id"].as_str().unwrap();
    assert!(wx.len() == 18 && wx.starts_with("wx"), "{wx}");
    assert_eq!(made["client_secret"].as_str().unwrap().len(), 43);
    assert_eq!(made.as_object().unwrap().len(), 3);
    let shown = get(&world, "apps/org.example.cab").await.ok();
    assert!(!shown.body.contains(made["client_secret"].as_str().unwrap()));
    assert_eq!(shown.json()["portico"]["backchannel_logout_uri"], "https://taxi.example/logout");
}

#[tokio::test]
async fn only_a_higher_version_updates_and_the_secret_stays() {
    let world = World::new().await;
    post(&world, "apps", example()).await.ok();
    let again = post(&world, "apps", example()).await;
    assert_eq!(again.refusal(), (409, "conflict".into()));
    let mut json = example();
    json["version"]["code"] = 2.into();
    json["name"] = "Cab".into();
    let updated = post(&world, "apps", json).await;
    assert_eq!(updated.status, 201);
    assert_eq!(updated.json().get("client_secret"), None);
    assert_eq!(get(&world, "apps/org.example.cab").await.json()["name"], "Cab");
}

#[tokio::test]
async fn a_list_of_manifests_is_registered_whole_or_not_at_all() {
    let world = World::new().await;
    let named = |id: &str| manifest(id, "acme", &[], &[]);
    let made = post(&world, "apps", json!([named("org.list.a"), named("org.list.b")])).await.ok().json();
    assert_eq!(made["apps"][1]["app_id"], "org.list.b");
    for (list, word) in [
        (json!([named("org.list.c"), manifest("org.list.d", "nobody", &[], &[])]), "entry 1: the developer"),
        (
            json!([named("org.list.c"), manifest("org.list.d", "acme", &["unknown"], &[])]),
            "entry 1: the scope",
        ),
        (json!([named("org.list.c"), named("org.list.c")]), "entry 1: 'org.list.c' is there twice"),
        (json!([named("org.list.c"), named(TAXI)]), "entry 1: 'org.example.taxi' is registered with version"),
        (json!(vec![named("org.list.c"); 101]), "1 to 100 entries"),
    ] {
        let reply = post(&world, "apps", list).await;
        assert!(detail(&reply).contains(word), "{}", reply.body);
    }
    assert_eq!(get(&world, "apps/org.list.c").await.status, 404);
}

#[tokio::test]
async fn an_id_belongs_to_an_app_or_to_a_host() {
    let world = World::new().await;
    let host = post(&world, "hosts", json!({ "host_id": TAXI, "name": "x" })).await;
    assert_eq!(host.refusal(), (409, "conflict".into()));
    let app = post(&world, "apps", manifest(HOST, "acme", &[], &[])).await;
    assert_eq!(app.refusal(), (409, "conflict".into()));
}

#[tokio::test]
async fn a_suspended_app_has_no_good_token_and_a_resumed_one_has() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let rides = world.launch_granting(&ana, TAXI, None).await;
    let suspended = act(&world, "apps/org.example.taxi/suspend").await.ok().json();
    assert!(suspended["suspended_at"].is_string());
    assert_eq!(world.userinfo(&rides).await.status, 401);
    let Launched::Refused(error) = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(error, "invalid_target");
    act(&world, "apps/org.example.taxi/suspend").await.ok();
    assert_eq!(act(&world, "apps/org.example.taxi/resume").await.ok().json()["suspended_at"], Value::Null);
    assert_eq!(world.introspect(TAXI, &rides).await["active"], true);
}

#[tokio::test]
async fn a_suspended_host_launches_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    act(&world, &format!("hosts/{HOST}/suspend")).await.ok();
    let Launched::Refused(_) = world.launch(&ana, TAXI, None).await else { panic!() };
    act(&world, &format!("hosts/{HOST}/resume")).await.ok();
    world.launch_granting(&ana, TAXI, None).await;
}

#[tokio::test]
async fn after_a_new_secret_the_old_one_opens_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let made = act(&world, "apps/org.example.taxi/rotate-secret").await.ok().json();
    let fresh = basic(TAXI, made["client_secret"].as_str().unwrap());
    let old = world.form("/oauth/introspect", Some(&world.credentials(TAXI)), &[("token", &token)]).await;
    assert_eq!(old.status, 401);
    let new = world.form("/oauth/introspect", Some(&fresh), &[("token", &token)]).await.ok();
    assert_eq!(new.json()["active"], true);
    let none = act(&world, &format!("hosts/{HOST}/rotate-secret")).await;
    assert_eq!(none.refusal(), (400, "invalid_request".into()));
}

#[tokio::test]
async fn a_removed_app_is_gone_with_what_people_decided() {
    let mut world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let path = "/admin/v1/apps/org.example.taxi";
    world.admin_call(Method::DELETE, path, Some(ADMIN), "").await.ok();
    assert_eq!(world.userinfo(&token).await.status, 401);
    assert_eq!(world.admin_call(Method::DELETE, path, Some(ADMIN), "").await.status, 404);
    world.register_app(manifest(TAXI, "acme", &["profile.basic"], &[])).await;
    let Launched::Ask { scope, .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(scope, "profile.basic");
}

/// Ana has the app open when it is removed at one node and registered again; at another she opens it again.
/// Answers how many messages wait for its back end when she has signed out.
async fn told_after_registering_again(one: &mut World, other: Option<&World>) -> usize {
    let ana = one.sign_in("ana").await;
    other.unwrap_or(one).launch_granting(&ana, TAXI, None).await;
    let path = "/admin/v1/apps/org.example.taxi";
    one.admin_call(Method::DELETE, path, Some(ADMIN), "").await.ok();
    one.register_app(manifest(TAXI, "acme", &["profile.basic"], &[])).await;
    other.unwrap_or(one).launch_granting(&ana, TAXI, None).await;
    one.sign_out(&ana).await.ok();
    let deliveries = one.admin_get("/admin/v1/deliveries?state=pending").await.ok().json();
    deliveries["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_app_that_was_registered_again_is_told_when_the_session_ends() {
    let mut world = World::new().await;
    assert_eq!(told_after_registering_again(&mut world, None).await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_was_registered_again_at_another_node_is_told_when_the_session_ends() {
    let (store, master) = (Arc::new(Memory::new()), MasterKey::generate(&SystemChance).to_text());
    let mut one = World::node(&store, &master, None).await;
    let other = World::node(&store, &master, Some(&one)).await;
    for node in [&one, &other] {
        let live = Arc::clone(&node.house.live);
        tokio::spawn(async move { live.keep_lease().await });
    }
    assert_eq!(told_after_registering_again(&mut one, Some(&other)).await, 1);
}

#[tokio::test]
async fn what_the_operator_preauthorised_is_not_asked() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let shop = "apps/org.example.shop/preauthorise";
    let done = post(&world, shop, json!({ "scope": "profile.basic" })).await.ok().json();
    assert_eq!(done["preauthorised"], "profile.basic");
    let Launched::Token { scope, .. } = world.launch(&ana, "org.example.shop", None).await else { panic!() };
    assert_eq!(scope, "openid profile.basic");
    let beyond = post(&world, shop, json!({ "scope": "kyc.status" })).await;
    assert_eq!(beyond.refusal(), (400, "invalid_scope".into()));
}

#[tokio::test]
async fn a_registered_scope_can_be_asked_for() {
    let mut world = World::new().await;
    let mut service = manifest("org.example.orders", "acme", &[], &[]);
    service["portico"]["kind"] = "service".into();
    world.register_app(service).await;
    let orders = json!({ "name": "orders.history", "title": "Orders", "served_by": "org.example.orders" });
    assert_eq!(post(&world, "scopes", orders).await.status, 201);
    world.register_app(manifest("org.example.shelf", "acme", &[], &["orders.history"])).await;
    assert_eq!(get(&world, "scopes/orders.history").await.ok().json()["title"]["en"], "Orders");
    let stranger = json!({ "name": "x.y", "title": "X", "served_by": TAXI });
    assert_eq!(post(&world, "scopes", stranger).await.status, 400);
    let own = json!({ "name": "openid", "title": "X" });
    assert_eq!(post(&world, "scopes", own).await.refusal(), (409, "conflict".into()));
    let path = "/admin/v1/apps/org.example.orders";
    assert_eq!(world.admin_call(Method::DELETE, path, Some(ADMIN), "").await.status, 409);
}

#[tokio::test]
async fn a_developer_can_be_renamed() {
    let world = World::new().await;
    let before = get(&world, "developers/acme").await.ok().json();
    world.pass(portico_core::moment::Span::days(1));
    let made = post(&world, "developers", json!({ "developer_id": "acme", "name": "Acme Ltd" })).await;
    assert_eq!(
        (made.status.as_u16(), made.json()),
        (201, json!({ "developer_id": "acme", "name": "Acme Ltd" }))
    );
    let after = get(&world, "developers/acme").await.ok().json();
    assert_eq!((&after["name"], &after["registered_at"]), (&json!("Acme Ltd"), &before["registered_at"]));
}

#[tokio::test]
async fn a_host_with_a_secret_gets_it_once() {
    let world = World::new().await;
    let sheet = json!({ "host_id": "third.app", "name": "Third", "token_endpoint_auth_method": "client_secret_basic" });
    let made = post(&world, "hosts", sheet.clone()).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["client_secret"].as_str().unwrap().len(), 43);
    assert_eq!(post(&world, "hosts", sheet).await.ok().json(), json!({ "host_id": "third.app" }));
}

#[tokio::test]
async fn collections_are_walked_page_by_page_in_order() {
    let world = World::new().await;
    assert_eq!(walk(&world, "apps", "app_id").await, ["org.example.rides", "org.example.shop", TAXI]);
    assert_eq!(walk(&world, "hosts", "host_id").await, ["other.app", HOST]);
    assert_eq!(walk(&world, "developers", "developer_id").await, ["acme", "bazaar"]);
    let scopes = walk(&world, "scopes", "name").await;
    assert!(scopes.len() == 8 && scopes.is_sorted(), "{scopes:?}");
}
