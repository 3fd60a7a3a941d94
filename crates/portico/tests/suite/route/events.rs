use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use axum::http::Method;
use portico_core::moment::Span;
use serde_json::json;

use super::listen::{Listening, Said, run_hub};
use crate::fixture::{Launched, Tokens, World};

const HOST: &str = "super.app";
const TAXI: &str = "org.example.taxi";
const EVENTS: &str = "/v1/events";

async fn world() -> World {
    let world = World::new().await;
    run_hub(&world);
    world
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn listen(world: &World, token: &str) -> Listening {
    Listening::open(world, EVENTS, &bearer(token), None).await
}

async fn resume(world: &World, token: &str, last: &Said) -> Listening {
    Listening::open(world, EVENTS, &bearer(token), last.id.as_deref()).await
}

async fn rename(world: &World, tokens: &Tokens, name: &str) {
    let sent = json!({ "name": name });
    world.json(Method::PATCH, "/v1/me/profile", Some(&tokens.access), &sent).await.ok();
}

async fn keep(world: &World, tokens: &Tokens, scope: &str) {
    let sent = json!({ "scope": scope });
    world.json(Method::PATCH, "/v1/me/apps/org.example.taxi", Some(&tokens.access), &sent).await.ok();
}

async fn refused(world: &World, authorization: Option<&str>) -> (u16, String) {
    match Listening::try_open(world, EVENTS, authorization, None).await {
        Ok(_) => panic!("the stream opened"),
        Err(reply) => reply.refusal(),
    }
}

/// The `sid` by which a client knows the session of this token.
fn sid(world: &World, token: &str) -> String {
    use base64::Engine;
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["iss"], world.house.live.issuer());
    claims["sid"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_host_hears_what_changes_in_order_and_then_the_end() {
    let world = world().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    world.launch_granting(&ana, TAXI, None).await;
    let mut stream = listen(&world, &ana.access).await;
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(stream.headers[name], value);
    }
    rename(&world, &bob, "Bob").await;
    keep(&world, &ana, "profile.basic").await;
    rename(&world, &ana, "Anna").await;
    world.sign_out(&bob).await.ok();
    world.sign_out(&ana).await.ok();
    let consent = stream.hear().await;
    assert_eq!(consent.name, "consent_changed");
    assert_eq!(
        consent.data,
        json!({ "app_id": TAXI, "scope": "openid profile.basic", "removed": "phone.verified email.verified" })
    );
    let profile = stream.hear().await;
    assert_eq!((profile.name.as_str(), &profile.data), ("profile_changed", &json!({ "claims": ["name"] })));
    let end = stream.hear().await;
    assert_eq!(end.name, "session_expired");
    let sid = sid(&world, &ana.access);
    assert_eq!(end.data, json!({ "sid": sid, "reason": "signed_out", "at": world.now().seconds() }));
    assert!(end.id.is_some() && end.id != profile.id && profile.id != consent.id);
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_idle_stream_pings() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let mut stream = listen(&world, &ana.access).await;
    let started = tokio::time::Instant::now();
    assert!(stream.next().await.is_some_and(|said| said.name == "ping" && said.id.is_some()));
    assert!(stream.next().await.is_some_and(|said| said.name == "ping" && said.data == json!({})));
    assert_eq!(started.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_stream_on_a_dead_session_says_so_at_once() {
    let world = world().await;
    let (here, there) = (world.sign_in("ana").await, world.sign_in("ana").await);
    let token = world.launch_granting(&there, TAXI, None).await;
    world.json(Method::DELETE, "/v1/me/sessions", Some(&here.access), &json!({})).await.ok();
    let ended_at = world.now().seconds();
    world.pass(Span::seconds(7));
    for token in [&there.access, &token] {
        let mut stream = listen(&world, token).await;
        let end = stream.next().await.unwrap();
        assert_eq!(end.name, "session_expired");
        assert_eq!(end.data, json!({ "sid": sid(&world, token), "reason": "revoked", "at": ended_at }));
        assert_eq!(stream.next().await, None);
    }
    assert!(listen(&world, &here.access).await.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_good_opens_no_stream() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let bad = (401, "invalid_token".to_owned());
    assert_eq!(refused(&world, None).await, bad);
    assert_eq!(refused(&world, Some(&bearer("nonsense"))).await, bad);
    assert_eq!(refused(&world, Some(&bearer(&ana.refresh))).await, bad);
    assert_eq!(refused(&world, Some(&world.credentials(TAXI))).await, bad);
    world.form("/oauth/revoke", None, &[("token", &token), ("client_id", HOST)]).await.ok();
    assert_eq!(refused(&world, Some(&bearer(&token))).await, bad);
    world.pass(Span::minutes(10));
    assert_eq!(refused(&world, Some(&bearer(&ana.access))).await, bad);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_stream_tells_what_was_missed_once() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let mut stream = listen(&world, &ana.access).await;
    rename(&world, &ana, "One").await;
    let first = stream.hear().await;
    drop(stream);
    rename(&world, &ana, "Two").await;
    world.launch_granting(&ana, TAXI, None).await;
    let mut stream = resume(&world, &ana.access, &first).await;
    rename(&world, &ana, "Three").await;
    let names = [stream.hear().await.name, stream.hear().await.name, stream.hear().await.name];
    assert_eq!(names, ["profile_changed", "consent_changed", "profile_changed"]);
    assert!(stream.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_new_stream_tells_nothing_of_the_past() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    rename(&world, &ana, "One").await;
    let mut stream = listen(&world, &ana.access).await;
    let greeting = stream.next().await.unwrap();
    drop(stream);
    rename(&world, &ana, "Two").await;
    let mut stream = resume(&world, &ana.access, &greeting).await;
    assert_eq!(stream.hear().await.name, "profile_changed");
    assert!(stream.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_does_not_read_back_leads_half_an_hour_back() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    rename(&world, &ana, "Long ago").await;
    world.pass(Span::minutes(31));
    rename_by_refresh(&world, &ana, "Lately").await;
    let ana = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    let authorization = bearer(&ana.access);
    for last in ["", "1", "not-an-id", "7I0gB0bZcRxQ8YhMSq9yV7a3mXbU"] {
        let mut stream = Listening::open(&world, EVENTS, &authorization, Some(last)).await;
        assert_eq!(stream.hear().await.name, "profile_changed", "{last:?}");
        assert!(stream.is_quiet().await, "{last:?}");
    }
}

/// Changes the name with a token fetched just now.
async fn rename_by_refresh(world: &World, tokens: &Tokens, name: &str) {
    let fresh = Tokens::of(&world.refresh(&tokens.refresh).await.ok());
    rename(world, &fresh, name).await;
}

#[tokio::test(start_paused = true)]
async fn an_app_hears_only_what_concerns_itself() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, Some("openid profile.basic")).await;
    let bare = match world.launch(&ana, TAXI, Some("openid")).await {
        Launched::Token { token, .. } => token,
        other => panic!("{other:?}"),
    };
    let (mut stream, mut narrow) = (listen(&world, &token).await, listen(&world, &bare).await);
    world.launch_granting(&ana, "org.example.shop", None).await;
    rename(&world, &ana, "Anna").await;
    let profile = stream.hear().await;
    assert_eq!((profile.name.as_str(), &profile.data), ("profile_changed", &json!({ "claims": ["name"] })));
    keep(&world, &ana, "openid").await;
    rename(&world, &ana, "Ana").await;
    for stream in [&mut stream, &mut narrow] {
        let consent = stream.hear().await;
        assert_eq!(consent.data, json!({ "app_id": TAXI, "scope": "openid", "removed": "profile.basic" }));
    }
    world.sign_out(&ana).await.ok();
    for (stream, token) in [(&mut stream, &token), (&mut narrow, &bare)] {
        let end = stream.hear().await;
        assert_eq!((end.name.as_str(), &end.data["reason"]), ("session_expired", &json!("signed_out")));
        assert_eq!(end.data["sid"], sid(&world, token));
        assert_ne!(end.data["sid"], sid(&world, &ana.access));
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_does_not_learn_why_a_session_was_ended_from_elsewhere() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let (mut host, mut app) = (listen(&world, &ana.access).await, listen(&world, &token).await);
    world.json(Method::DELETE, "/v1/me", Some(&ana.access), &json!({})).await.ok();
    assert_eq!(host.hear().await.data["reason"], "erased");
    assert_eq!(app.hear().await.data["reason"], "revoked");
}

#[tokio::test(start_paused = true)]
async fn an_app_is_told_when_its_token_is_no_longer_good() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let (old, new) =
        (world.launch_granting(&ana, TAXI, None).await, world.launch_granting(&ana, TAXI, None).await);
    let (mut first, mut second) = (listen(&world, &old).await, listen(&world, &new).await);
    world.form("/oauth/revoke", None, &[("token", &old), ("client_id", HOST)]).await.ok();
    let told = first.hear().await;
    assert_eq!((told.name.as_str(), told.data), ("token_expired", json!({})));
    assert_eq!(first.next().await, None);
    assert!(second.is_quiet().await);
    world.pass(Span::seconds(1800));
    assert_eq!(second.hear().await.name, "token_expired");
    assert_eq!(second.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_app_is_cut_off() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let (mut host, mut app) = (listen(&world, &ana.access).await, listen(&world, &token).await);
    world.admin_post("/admin/v1/apps/org.example.taxi/suspend", json!({})).await.ok();
    assert_eq!(app.hear().await.name, "token_expired");
    assert_eq!(app.next().await, None);
    assert!(host.is_quiet().await);
    assert_eq!(refused(&world, Some(&bearer(&token))).await, (401, "invalid_token".into()));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_expires_says_so_before_anyone_sweeps() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let mut stream = listen(&world, &ana.access).await;
    assert!(stream.is_quiet().await);
    let expires_at = world.now() + Span::days(30);
    world.pass(Span::days(31));
    let end = stream.hear().await;
    assert_eq!(end.name, "session_expired");
    let sid = sid(&world, &ana.access);
    assert_eq!(end.data, json!({ "sid": sid, "reason": "expired", "at": expires_at.seconds() }));
    assert_eq!(stream.next().await, None);
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_woken_by_what_concerns_it_and_by_nothing_else() {
    let world = world().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let elsewhere = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let mut streams = [listen(&world, &ana.access).await, listen(&world, &token).await];
    let woken = [Arc::<Woken>::default(), Arc::default()];
    let count = || woken.each_ref().map(|woken| woken.0.load(Ordering::Relaxed));
    for (stream, woken) in streams.iter_mut().zip(&woken) {
        assert!(stream.next().await.is_some_and(|said| said.name == "ping"));
        assert!(stream.is_silent(&Waker::from(woken.clone())));
    }
    let mut bobs = listen(&world, &bob.access).await;
    rename(&world, &bob, "Bob").await;
    world.launch_granting(&bob, TAXI, None).await;
    world.sign_out(&elsewhere).await.ok();
    world.sign_out(&bob).await.ok();
    for name in ["profile_changed", "consent_changed", "session_expired"] {
        assert_eq!(bobs.hear().await.name, name);
    }
    assert_eq!(count(), [0, 0]);
    world.sign_out(&ana).await.ok();
    for stream in &mut streams {
        assert_eq!(stream.hear().await.name, "session_expired");
    }
    assert_eq!(count(), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_place_of_a_stream_that_hears_nothing_goes_on_with_what_others_hear() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let mut stream = listen(&world, &ana.access).await;
    rename(&world, &ana, "One").await;
    let first = stream.hear().await.id;
    assert!(stream.is_quiet().await);
    for minutes in [6, 4] {
        let bob = world.sign_in("bob").await;
        rename(&world, &bob, "Bob").await;
        world.pass(Span::minutes(minutes));
    }
    let ping = stream.next().await.unwrap();
    assert!(ping.name == "ping" && ping.id.is_some() && ping.id != first, "{ping:?}");
    drop(stream);
    world.pass(Span::minutes(10));
    rename_by_refresh(&world, &ana, "Two").await;
    // What was heard first is cleared away, the place that the ping named is not, and what followed it
    // lies longer ago than anyone is told of who comes without a place.
    world.pass(Span::minutes(42));
    portico_http::sweep::clear(&world.house).await.unwrap();
    let ana = world.sign_in("ana").await;
    let mut stream = resume(&world, &ana.access, &ping).await;
    assert_eq!(stream.hear().await.name, "profile_changed");
    assert!(stream.is_quiet().await);
}
