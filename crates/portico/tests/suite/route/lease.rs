//! A node that has lost its lease answers 503 and never a guess; its streams are silent.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::listen::{Listening, run_hub};
use crate::access::{PUBLIC, answer, callers};
use crate::fixture::{Browser, World};

const TAXI: &str = "org.example.taxi";
/// Longer than a lease.
const TOO_LONG: Duration = Duration::from_secs(3);

async fn node() -> World {
    let master = MasterKey::generate(&SystemChance).to_text();
    World::node(&Arc::new(Memory::new()), &master, None).await
}

fn keep_lease(world: &World) -> tokio::task::JoinHandle<()> {
    let live = Arc::clone(&world.house.live);
    tokio::spawn(async move { live.keep_lease().await })
}

#[tokio::test(start_paused = true)]
async fn without_a_lease_nobody_is_told_anything_but_to_come_back() {
    let world = node().await;
    let tokens = world.sign_in("ana").await;
    let callers = callers(&world, &tokens).await;
    sleep(TOO_LONG).await;
    let mut wrong = vec![];
    for (method, path, table) in PUBLIC {
        let protected = path.starts_with("/v1/") || *path == "/oauth/userinfo";
        for (caller, usual) in table.iter().enumerate() {
            let reply = answer(&world, method, path, callers.headers[caller].as_deref()).await;
            let got = reply.status().as_u16();
            let right = match got {
                503 => reply.headers().contains_key("retry-after") || *path == "/health/ready",
                // What needs no memory is answered as ever; nothing that does is.
                _ => got == *usual && !(protected && (200..300).contains(&got)),
            };
            if !right {
                wrong.push(format!("{method} {path} caller {caller}: {got}, usually {usual}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_neither_active_nor_inactive_without_a_lease_and_right_again_with_one() {
    let world = node().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let ask =
        async || world.form("/oauth/introspect", Some(&world.credentials(TAXI)), &[("token", &token)]).await;
    assert_eq!(ask().await.ok().json()["active"], true);
    sleep(TOO_LONG).await;
    let reply = ask().await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.body);
    assert!(reply.headers.contains_key("retry-after"));
    let ready = world.get("/health/ready", None).await.status;
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.get("/health/live", None).await.status, StatusCode::OK);
    world.house.live.join().await.unwrap();
    assert_eq!(ask().await.ok().json()["active"], true);
    assert_eq!(world.get("/health/ready", None).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_node_is_not_ready_before_it_must_refuse() {
    let world = node().await;
    let ana = world.sign_in("ana").await;
    world.house.live.join().await.unwrap();
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(world.get("/health/ready", None).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.get("/oauth/userinfo", Some(&ana.access)).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_about_to_stop_is_not_ready_and_answers_everything() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.house.drain();
    let ready = world.get("/health/ready", None).await;
    assert_eq!(
        (ready.status, ready.json()),
        (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "draining" }))
    );
    assert_eq!(world.get("/health/live", None).await.status, StatusCode::OK);
    assert_eq!(world.get("/oauth/userinfo", Some(&ana.access)).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn the_settings_are_a_page_that_says_to_come_back() {
    let world = node().await;
    world.create_person("ana", "a long enough password").await;
    let mut browser = Browser::default();
    browser.sign_in(&world, "/settings", "ana", "a long enough password").await;
    assert_eq!(browser.get(&world, "/settings").await.status, StatusCode::OK);
    sleep(TOO_LONG).await;
    let page = browser.get(&world, "/settings").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.headers.contains_key("retry-after"));
}

#[tokio::test(start_paused = true)]
async fn streams_of_a_node_without_a_lease_are_silent_and_go_on_when_it_is_back() {
    let world = node().await;
    run_hub(&world);
    let lease = keep_lease(&world);
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let sid = world.introspect(TAXI, &token).await["sid"].clone();
    let mut feed = Listening::open(&world, "/v1/feed", &world.credentials(TAXI), None).await;
    let mut events = Listening::open(&world, "/v1/events", &format!("Bearer {}", ana.access), None).await;
    assert_eq!(events.next().await.unwrap().name, "ping");
    while feed.next().await.unwrap().name != "caught_up" {}
    assert_eq!(feed.next().await.unwrap().name, "ping");
    lease.abort();
    sleep(TOO_LONG).await;
    // A ping that was due while the lease was still held may be on its way.
    let _ = timeout(Duration::from_millis(1), feed.next()).await;
    assert!(timeout(Duration::from_secs(5), feed.next()).await.is_err(), "it is silent");
    assert!(timeout(Duration::from_secs(40), events.next()).await.is_err(), "this one too");
    let lease = keep_lease(&world);
    assert_eq!(feed.next().await.unwrap().name, "ping");
    world.sign_out(&ana).await.ok();
    let ended = feed.hear().await;
    assert_eq!((ended.name.as_str(), &ended.data["sid"]), ("session_ended", &sid));
    assert_eq!(events.hear().await.name, "session_expired");
    lease.abort();
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_at_another_node_from_where_it_was() {
    let store = Arc::new(Memory::new());
    let master = MasterKey::generate(&SystemChance).to_text();
    let one = World::node(&store, &master, None).await;
    let leases = [keep_lease(&one)];
    let ana = one.sign_in("ana").await;
    one.launch_granting(&ana, TAXI, None).await;
    let mut feed = Listening::open(&one, "/v1/feed", &one.credentials(TAXI), None).await;
    let place = loop {
        let said = feed.next().await.unwrap();
        if said.name == "caught_up" {
            break said.id.unwrap();
        }
    };
    drop(feed);
    let two = World::node(&store, &master, Some(&one)).await;
    let also = keep_lease(&two);
    // Without a bus between them the call waits until the other's lease has seen it.
    one.sign_out(&ana).await.ok();
    let mut feed = Listening::open(&two, "/v1/feed", &two.credentials(TAXI), Some(&place)).await;
    assert_eq!(feed.hear().await.name, "session_ended");
    leases.iter().chain([&also]).for_each(|lease| lease.abort());
}
