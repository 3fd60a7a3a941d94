use axum::http::Method;
use portico_core::Change;
use portico_core::id::{TokenId, UserId};
use portico_core::moment::Span;
use portico_core::noun::event::Happening;
use serde_json::json;

use super::listen::{Listening, Said, run_hub};
use crate::fixture::{World, basic, manifest};

const HOST: &str = "super.app";
const TAXI: &str = "org.example.taxi";
const SHOP: &str = "org.example.shop";
const FEED: &str = "/v1/feed";

async fn world() -> World {
    let world = World::new().await;
    run_hub(&world);
    world
}

async fn follow(world: &World, app: &str, last: Option<&str>) -> Listening {
    Listening::open(world, FEED, &world.credentials(app), last).await
}

async fn refused(world: &World, path: &str, authorization: Option<&str>) -> (u16, String) {
    match Listening::try_open(world, path, authorization, None).await {
        Ok(_) => panic!("the feed opened"),
        Err(reply) => reply.refusal(),
    }
}

async fn suspend(world: &World, verb: &str) {
    world.admin_post(&format!("/admin/v1/apps/{TAXI}/{verb}"), json!({})).await.ok();
}

/// What is said up to `caught_up`, by name.
async fn until_caught_up(feed: &mut Listening) -> (Vec<String>, Said) {
    let mut names = Vec::new();
    loop {
        let said = feed.hear().await;
        if said.name == "caught_up" {
            return (names, said);
        }
        names.push(said.name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_feed_resets_tells_half_an_hour_and_is_caught_up() {
    let world = world().await;
    let old = world.sign_in("old").await;
    world.launch_granting(&old, TAXI, None).await;
    world.sign_out(&old).await.ok();
    world.pass(Span::minutes(31));
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let active = world.introspect(TAXI, &token).await;
    let stranger = world.sign_in("bob").await;
    world.launch_granting(&stranger, SHOP, None).await;
    world.sign_out(&stranger).await.ok();
    world.sign_out(&ana).await.ok();
    let mut feed = follow(&world, TAXI, None).await;
    assert_eq!(feed.headers["content-type"], "text/event-stream");
    let reset = feed.next().await.unwrap();
    assert_eq!((reset.name.as_str(), reset.data, reset.id), ("reset", json!({}), None));
    let granted = feed.next().await.unwrap();
    assert_eq!(granted.name, "grant_changed");
    let scope = "openid profile.basic phone.verified email.verified";
    assert_eq!(granted.data, json!({ "sub": active["sub"], "scope": scope }));
    let ended = feed.next().await.unwrap();
    assert_eq!((ended.name.as_str(), ended.data), ("session_ended", json!({ "sid": active["sid"] })));
    let caught_up = feed.next().await.unwrap();
    assert_eq!((caught_up.name.as_str(), caught_up.data), ("caught_up", json!({})));
    let started = tokio::time::Instant::now();
    assert_eq!(feed.next().await.unwrap().name, "ping");
    assert!(started.elapsed().as_millis() <= 1001);
    assert!(feed.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_feed_tells_only_what_was_missed() {
    let world = world().await;
    let mut feed = follow(&world, TAXI, None).await;
    let (names, caught_up) = until_caught_up(&mut feed).await;
    assert_eq!(names, ["reset"]);
    drop(feed);
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    world.form("/oauth/revoke", None, &[("token", &token), ("client_id", HOST)]).await.ok();
    let mut feed = follow(&world, TAXI, caught_up.id.as_deref()).await;
    let (names, caught_up) = until_caught_up(&mut feed).await;
    assert_eq!(names, ["grant_changed", "token_revoked"]);
    world.sign_out(&ana).await.ok();
    assert_eq!(feed.hear().await.name, "session_ended");
    drop(feed);
    let mut feed = follow(&world, TAXI, caught_up.id.as_deref()).await;
    assert_eq!(until_caught_up(&mut feed).await.0, ["session_ended"]);
}

#[tokio::test(start_paused = true)]
async fn an_id_of_another_app_or_of_nobody_resets() {
    let world = world().await;
    let mut shop = follow(&world, SHOP, None).await;
    let (_, foreign) = until_caught_up(&mut shop).await;
    for last in [foreign.id.as_deref().unwrap(), "", "1", "garbage"] {
        let mut feed = follow(&world, TAXI, Some(last)).await;
        assert_eq!(feed.next().await.unwrap().name, "reset", "{last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_is_named_as_it_stands_in_the_token() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let (mut taxi, mut shop) = (follow(&world, TAXI, None).await, follow(&world, SHOP, None).await);
    until_caught_up(&mut taxi).await;
    until_caught_up(&mut shop).await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let jti = world.introspect(TAXI, &token).await["jti"].clone();
    world.form("/oauth/revoke", Some(&world.credentials(TAXI)), &[("token", &token)]).await.ok();
    assert_eq!(taxi.hear().await.name, "grant_changed");
    let revoked = taxi.hear().await;
    assert_eq!((revoked.name.as_str(), revoked.data), ("token_revoked", json!({ "jti": jti })));
    assert!(shop.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn only_an_app_with_its_own_credentials_opens_the_feed() {
    let mut world = world().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let wrong = (401, "invalid_client".to_owned());
    assert_eq!(refused(&world, FEED, None).await, wrong);
    assert_eq!(refused(&world, FEED, Some(&basic(TAXI, &world.secrets[SHOP]))).await, wrong);
    assert_eq!(refused(&world, FEED, Some(&basic("org.example.nobody", "x"))).await, wrong);
    assert_eq!(refused(&world, FEED, Some(&format!("Bearer {token}"))).await, wrong);
    assert_eq!(refused(&world, FEED, Some(&format!("Bearer {}", ana.access))).await, wrong);
    assert_eq!(refused(&world, "/v1/feed?client_id=super.app", None).await, wrong);
    let in_query = format!("/v1/feed?client_id={TAXI}&client_secret={}", world.secrets[TAXI]);
    assert_eq!(refused(&world, &in_query, None).await, (400, "invalid_request".into()));
    let mut public = manifest("org.example.public", "acme", &[], &[]);
    public["portico"]["backend"] = json!({ "token_endpoint_auth_method": "none" });
    world.register_app(public).await;
    assert_eq!(refused(&world, "/v1/feed?client_id=org.example.public", None).await, wrong);
    let answer = match Listening::try_open(&world, FEED, None, None).await {
        Ok(_) => panic!("the feed opened"),
        Err(reply) => reply,
    };
    assert!(answer.header("www-authenticate").starts_with("Basic"));
}

#[tokio::test(start_paused = true)]
async fn a_suspended_app_is_told_and_stays_out_until_it_is_back() {
    let world = world().await;
    let (mut taxi, mut shop) = (follow(&world, TAXI, None).await, follow(&world, SHOP, None).await);
    until_caught_up(&mut taxi).await;
    until_caught_up(&mut shop).await;
    suspend(&world, "suspend").await;
    let told = taxi.hear().await;
    assert_eq!((told.name.as_str(), told.data), ("app_suspended", json!({})));
    assert_eq!(taxi.next().await, None);
    assert!(shop.is_quiet().await);
    let out = refused(&world, FEED, Some(&world.credentials(TAXI))).await;
    assert_eq!(out, (401, "invalid_client".into()));
    suspend(&world, "resume").await;
    let mut taxi = follow(&world, TAXI, None).await;
    assert_eq!(until_caught_up(&mut taxi).await.0, ["reset"]);
    assert!(taxi.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_ends_the_feed_that_the_old_one_opened() {
    let world = world().await;
    let mut feed = follow(&world, TAXI, None).await;
    until_caught_up(&mut feed).await;
    world.admin_post(&format!("/admin/v1/apps/{TAXI}/rotate-secret"), json!({})).await.ok();
    assert_eq!(feed.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn rotated_keys_are_told_to_everyone() {
    let world = world().await;
    let (mut taxi, mut shop) = (follow(&world, TAXI, None).await, follow(&world, SHOP, None).await);
    until_caught_up(&mut taxi).await;
    until_caught_up(&mut shop).await;
    world.house.commit(world.house.live.rotation(true)).await.unwrap();
    for feed in [&mut taxi, &mut shop] {
        let told = feed.hear().await;
        assert_eq!((told.name.as_str(), told.data), ("keys_rotated", json!({})));
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_fell_far_behind_hears_everything_once_and_in_order() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    let mut feed = follow(&world, TAXI, None).await;
    until_caught_up(&mut feed).await;
    let scopes = ["openid profile.basic", "openid"];
    let token = ana.access.as_str();
    for scope in scopes {
        let sent = json!({ "scope": scope });
        world.json(Method::PATCH, &format!("/v1/me/apps/{TAXI}"), Some(token), &sent).await.ok();
    }
    let revoked = flood(&world, 1500).await;
    world.sign_out(&ana).await.ok();
    for scope in scopes {
        assert_eq!(feed.hear().await.data["scope"], scope);
    }
    for token in revoked {
        assert_eq!(feed.hear().await.data, json!({ "jti": token }));
    }
    assert!(feed.hear().await.data["sid"].is_string());
    assert!(feed.is_quiet().await);
}

/// Revokes so many tokens of the app, more than the hub holds for a listener, while much else happens
/// that concerns nobody here.
async fn flood(world: &World, count: u128) -> Vec<TokenId> {
    let nobody = Happening::ProfileChanged { user: UserId::from_bytes([0xee; 16]), claims: vec![] };
    let revoked: Vec<_> = (0..count).map(|number| TokenId::from_bytes(number.to_be_bytes())).collect();
    for some in revoked.chunks(500) {
        let events = some.iter().flat_map(|token| {
            [Happening::TokenRevoked { client: TAXI.parse().unwrap(), token: *token }, nobody.clone()]
        });
        let changes = events.map(|what| Change::Happened { at: world.now(), what }).collect();
        world.house.commit(changes).await.unwrap();
    }
    // Lets the hub pass everything on while nobody listens.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    revoked
}
