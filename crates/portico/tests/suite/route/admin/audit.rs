use std::collections::BTreeSet;

use axum::http::Method;
use portico_core::moment::Span;
use portico_core::rule::deliver::{Outcome, after_attempt};
use serde_json::{Value, json};

use super::{ADMIN, TAXI, act, detail, get, post};
use crate::access::source_methods;
use crate::fixture::{World, manifest};

/// A call of the operator's that the trail keeps: method, path, body, and what the line says.
type Row = (&'static str, &'static str, fn() -> Value, &'static str, &'static str);

fn nothing() -> Value {
    Value::Null
}

/// Every route that changes something or shows something personal. `{user}`, `{session}` and `{delivery}`
/// are those of the furnished world.
const AUDITED: &[Row] = &[
    (
        "POST",
        "/admin/v1/developers",
        || json!({"developer_id": "cargo", "name": "C"}),
        "developer.registered",
        "cargo",
    ),
    ("POST", "/admin/v1/hosts", || json!({"host_id": "new.app", "name": "N"}), "host.registered", "new.app"),
    ("POST", "/admin/v1/hosts/{id}/suspend", nothing, "host.suspended", "super.app"),
    ("POST", "/admin/v1/hosts/{id}/resume", nothing, "host.resumed", "super.app"),
    ("POST", "/admin/v1/hosts/{id}/rotate-secret", nothing, "host.secret_rotated", "secret.app"),
    (
        "POST",
        "/admin/v1/apps",
        || manifest("org.example.new", "acme", &[], &[]),
        "app.registered",
        "org.example.new",
    ),
    ("DELETE", "/admin/v1/apps/{id}", nothing, "app.removed", TAXI),
    ("POST", "/admin/v1/apps/{id}/suspend", nothing, "app.suspended", TAXI),
    ("POST", "/admin/v1/apps/{id}/resume", nothing, "app.resumed", TAXI),
    ("POST", "/admin/v1/apps/{id}/rotate-secret", nothing, "app.secret_rotated", TAXI),
    (
        "POST",
        "/admin/v1/apps/{id}/preauthorise",
        || json!({"scope": "phone.verified"}),
        "app.preauthorised",
        TAXI,
    ),
    ("POST", "/admin/v1/apps/{id}/move", || json!({"developer": "bazaar"}), "app.moved", TAXI),
    (
        "POST",
        "/admin/v1/apps/{id}/migrate-openids",
        || json!({"from": "org.example.shop", "openids": ["o-1"]}),
        "app.openids_migrated",
        TAXI,
    ),
    (
        "POST",
        "/admin/v1/agreements",
        || json!({"from": "org.example.shop", "to": TAXI}),
        "app.agreement_registered",
        "org.example.shop",
    ),
    ("DELETE", "/admin/v1/agreements/{from}/{to}", nothing, "app.agreement_ended", TAXI),
    (
        "POST",
        "/admin/v1/links",
        || json!({"app": TAXI, "links": [{"openid": "o-1", "email": "nobody@people.example"}]}),
        "app.openids_imported",
        TAXI,
    ),
    ("GET", "/admin/v1/links?app={from}", nothing, "app.openids_read", TAXI),
    (
        "POST",
        "/admin/v1/scopes",
        || json!({"name": "x.y", "title": "X", "description": "Y"}),
        "scope.registered",
        "x.y",
    ),
    (
        "POST",
        "/admin/v1/connections",
        || json!({"connection_id": "login", "kind": "oidc", "name": "L", "issuer": "https://l.example", "client_id": "c"}),
        "connection.registered",
        "login",
    ),
    ("DELETE", "/admin/v1/connections/{id}", nothing, "connection.removed", "there"),
    ("POST", "/admin/v1/users", || json!({"name": "N"}), "person.created", ""),
    ("GET", "/admin/v1/users/{id}", nothing, "person.read", "{user}"),
    ("GET", "/admin/v1/users/{id}/sessions", nothing, "person.sessions_read", "{user}"),
    ("DELETE", "/admin/v1/users/{id}/sessions/{session}", nothing, "person.session_ended", "{user}"),
    ("GET", "/admin/v1/users/{id}/consents", nothing, "person.consents_read", "{user}"),
    ("GET", "/admin/v1/users/{id}/links", nothing, "person.links_read", "{user}"),
    ("DELETE", "/admin/v1/users/{id}/links/{link}", nothing, "person.unlinked", "{user}"),
    ("GET", "/admin/v1/users/{id}/export", nothing, "person.exported", "{user}"),
    (
        "PUT",
        "/admin/v1/users/{id}/kyc",
        || json!({"level": "basic", "status": "pending"}),
        "person.identity_checked",
        "{user}",
    ),
    ("POST", "/admin/v1/users/{id}/end-sessions", nothing, "person.sessions_ended", "{user}"),
    ("POST", "/admin/v1/users/{id}/suspend", nothing, "person.suspended", "{user}"),
    ("POST", "/admin/v1/users/{id}/resume", nothing, "person.resumed", "{user}"),
    ("POST", "/admin/v1/users/{id}/erase", nothing, "person.erased", "{user}"),
    ("POST", "/admin/v1/deliveries/retry", nothing, "delivery.retried", "{delivery}"),
    ("POST", "/admin/v1/deliveries/{id}/retry", nothing, "delivery.retried", "{delivery}"),
    ("POST", "/admin/v1/keys/rotate", nothing, "key.made", ""),
];

/// A person with a live session, and a logout message that was given up.
struct Furnished {
    world: World,
    user: String,
    session: String,
    delivery: String,
    link: String,
}

impl Furnished {
    async fn new() -> Self {
        let world = World::new().await;
        let secret = json!({"host_id": "secret.app", "name": "S", "token_endpoint_auth_method": "client_secret_basic"});
        post(&world, "hosts", secret).await.ok();
        let there = json!({
            "connection_id": "there", "kind": "oidc", "name": "T", "issuer": "https://t.example", "client_id": "c",
        });
        post(&world, "connections", there).await.ok();
        let agreement = json!({ "from": TAXI, "to": "org.example.shop" });
        post(&world, "agreements", agreement).await.ok();
        let ana = world.sign_in("ana").await;
        world.launch_granting(&ana, TAXI, None).await;
        world.sign_out(&ana).await.ok();
        world.pass(Span::days(4));
        let store = world.house.live.store();
        let due = store.deliveries_due(None, world.now(), 10).await.unwrap();
        let given_up = after_attempt(&due[0], Outcome::Answered(500), world.now());
        world.house.commit(given_up).await.unwrap();
        world.sign_in("ana").await;
        let user = super::walk(&world, "users", "user_id").await.remove(0);
        let sessions = store.sessions_of(user.parse().unwrap()).await.unwrap();
        let link = store.links_of(user.parse().unwrap()).await.unwrap()[0].id().to_string();
        Self { user, session: sessions[0].id.to_string(), delivery: due[0].id.to_string(), link, world }
    }

    fn filled(&self, text: &str) -> String {
        let text = text.replace("{from}", TAXI).replace("{to}", "org.example.shop");
        let text = text.replace("{user}", &self.user).replace("{session}", &self.session);
        text.replace("{delivery}", &self.delivery).replace("{link}", &self.link)
    }

    async fn lines(&self) -> Vec<Value> {
        get(&self.world, "audit?limit=1000").await.ok().json()["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn whatever_the_operator_does_is_in_the_trail() {
    for (method, path, body, act, target) in AUDITED {
        let furnished = Furnished::new().await;
        let before = furnished.lines().await.len();
        let path = furnished.filled(&path.replace("{id}", target));
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let reply = furnished.world.admin_call(method, &path, Some(ADMIN), &body().to_string()).await;
        assert!(reply.status.is_success(), "{path}: {} {}", reply.status, reply.body);
        let lines = furnished.lines().await;
        assert!(lines.len() > before, "{path} left no line");
        let line = &lines[0];
        assert_eq!((&line["act"], &line["operator"]), (&json!(act), &json!("operator")), "{path}");
        let id = line["target"]["id"].as_str().unwrap();
        assert!(!id.is_empty() && (target.is_empty() || id == furnished.filled(target)), "{path}: {line}");
    }
}

#[tokio::test]
async fn a_store_that_makes_no_copies_says_so_and_leaves_no_line() {
    let world = World::new().await;
    let trail = async || get(&world, "audit?limit=1").await.ok().json()["items"].clone();
    let before = trail().await;
    for path in ["backup", "backup/keys"] {
        // The store of these tests is in memory.
        let refused = get(&world, path).await;
        assert_eq!(refused.status, 409);
        assert_eq!(refused.json()["detail"], "a store in memory is not kept");
        assert_eq!(trail().await, before);
    }
}

#[test]
fn every_route_that_changes_something_is_in_the_table() {
    let tabled: BTreeSet<_> =
        AUDITED.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    let routes = source_methods().into_iter().filter(|(_, path)| path.starts_with("/admin/"));
    let changing: BTreeSet<_> = routes.filter(|(method, _)| method != "GET").collect();
    assert!(changing.len() > 15, "the source was not read: {changing:?}");
    let missing: Vec<_> = changing.difference(&tabled).collect();
    assert!(missing.is_empty(), "nothing says that these are audited: {missing:?}");
    let gone: Vec<_> = tabled.iter().filter(|(method, _)| method != "GET").collect();
    assert_eq!(gone.len(), changing.len(), "a route of the table is not there");
}

#[tokio::test]
async fn what_is_refused_leaves_no_line() {
    let furnished = Furnished::new().await;
    let before = furnished.lines().await.len();
    for path in ["apps/none.such/suspend", "users/usr_00000000000000000000000000000000/erase", "keys/none"] {
        assert_eq!(act(&furnished.world, path).await.status, 404, "{path}");
    }
    assert_eq!(post(&furnished.world, "developers", json!({})).await.status, 400);
    let refused = json!([{ "name": "A" }, { "name": "B", "email": "nowhere" }]);
    assert_eq!(post(&furnished.world, "users", refused).await.status, 400);
    assert_eq!(furnished.lines().await.len(), before);
}

#[tokio::test]
async fn the_trail_holds_no_secret_and_nothing_personal() {
    let furnished = Furnished::new().await;
    let world = &furnished.world;
    let rotated = act(world, &format!("apps/{TAXI}/rotate-secret")).await.ok().json();
    get(world, &format!("users/{}", furnished.user)).await.ok();
    let trail = get(world, "audit?limit=1000").await.ok().body.to_lowercase();
    for private in [rotated["client_secret"].as_str().unwrap(), "name of ana", "people.example", "+7999"] {
        assert!(!trail.contains(&private.to_lowercase()), "{private}");
    }
}

#[tokio::test]
async fn the_trail_comes_in_pages_and_by_target() {
    let world = World::new().await;
    for path in [&format!("apps/{TAXI}/suspend"), &format!("apps/{TAXI}/resume")] {
        act(&world, path).await.ok();
    }
    let of_taxi = get(&world, &format!("audit?target={TAXI}")).await.ok().json();
    let acts: Vec<_> = of_taxi["items"].as_array().unwrap().iter().map(|line| line["act"].clone()).collect();
    assert_eq!(acts, ["app.resumed", "app.suspended", "app.registered"]);
    let first = get(&world, "audit?limit=2").await.ok().json();
    let next = first["next"].as_str().unwrap();
    let second = get(&world, &format!("audit?limit=2&after={next}")).await.ok().json();
    let seq = |page: &Value, place: usize| page["items"][place]["seq"].as_u64().unwrap();
    assert!(seq(&first, 1) > seq(&second, 0));
    for bad in ["after=x", "after=-1", "limit=0", "traget=x"] {
        assert_eq!(get(&world, &format!("audit?{bad}")).await.status, 400, "{bad}");
    }
    assert!(detail(&get(&world, "audit?traget=x").await).contains("'target'"));
}
