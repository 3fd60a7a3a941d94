use axum::http::StatusCode;
use serde_json::json;

use super::code::{ELSEWHERE, leading_to, suspend, unverified, without_chance};
use crate::fixture::{Browser, Reply, World};

const TAXI: &str = "org.example.taxi";

async fn ask(world: &World, browser: &mut Browser, typed: &str) -> Reply {
    browser.fill(world, "/recover", "/recover", &[("username", typed)]).await
}

async fn answer(world: &World, browser: &mut Browser, code: &str, password: &str) -> Reply {
    let fields = [("step", "check"), ("code", code), ("password", password)];
    browser.fill(world, "/recover/code", "/recover/code", &fields).await
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_its_tokens() {
    let world = World::new().await;
    // Somebody whom the host knows, with an app open.
    let tokens = world.sign_in("ana").await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    assert_eq!(world.introspect(TAXI, &token).await["active"], true);
    let mut browser = Browser::default();
    browser.hold("portico_session", "fixed");
    let sent = ask(&world, &mut browser, "ana@people.example").await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/recover/code"));
    let code = world.code().await;
    let done = answer(&world, &mut browser, &code, "vR7-kept-well").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/settings"), "{}", done.body);
    assert!(!["", "fixed"].contains(&browser.cookie("portico_session").unwrap_or_default()));
    assert_eq!(browser.get(&world, "/settings").await.status, StatusCode::OK);
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    assert_eq!(world.refresh(&tokens.refresh).await.refusal(), (400, "invalid_grant".to_owned()));
    let deliveries = world.admin_get("/admin/v1/deliveries").await.ok().body;
    assert!(deliveries.contains(TAXI), "the app is told: {deliveries}");
    let told: Vec<_> = world.posted().await.into_iter().map(|letter| letter.subject).collect();
    assert_eq!(told, ["Your password was changed"], "one message and no other");
    let fields = [("username", "ana@people.example"), ("password", "vR7-kept-well")];
    assert_eq!(Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await.status, 303);
}

#[tokio::test]
async fn an_answer_does_not_tell_who_is_known() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    unverified(&world, "bob").await;
    let suspended = world.create_person("eve", "a long password").await;
    suspend(&world, &suspended).await;
    let mut answers = vec![];
    for (typed, sent) in [("ana", 1), ("bob@people.example", 0), ("eve", 0), ("nobody", 0)] {
        let mut browser = Browser::default();
        let mut all = vec![without_chance(&ask(&world, &mut browser, typed).await)];
        assert!(world.letters().is_empty(), "nothing is written before the answer");
        assert_eq!(world.posted().await.len(), sent, "{typed}");
        all.push(without_chance(&browser.get(&world, "/recover/code").await));
        all.push(without_chance(&answer(&world, &mut browser, "wrong", "vR7-kept-well").await));
        answers.push(all);
    }
    assert!(answers.iter().all(|all| *all == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_code_stays_good() {
    let world = World::new().await;
    world.create_person("ana-petrova", "a long password").await;
    let mut browser = Browser::default();
    ask(&world, &mut browser, "ana-petrova").await;
    let code = world.code().await;
    for weak in ["", "short", "qwertyuiop", "ana-petrova", "ana-petrova@people.example", &"x".repeat(1025)] {
        assert_eq!(answer(&world, &mut browser, &code, weak).await.status, 400, "{weak}");
    }
    let fields = [("username", "ana-petrova"), ("password", "a long password")];
    let other = Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await;
    assert_eq!(other.status, 303, "the old password still stands");
    assert_eq!(answer(&world, &mut browser, &code, "vR7-kept-well").await.status, 303);
}

#[tokio::test]
async fn a_form_of_another_browser_changes_nothing() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    let fields = [("username", "ana"), ("csrf", "x")];
    assert_eq!(Browser::default().post(&world, "/recover", &fields).await.status, 400);
    assert!(world.posted().await.is_empty());
    let mut browser = Browser::default();
    ask(&world, &mut browser, "ana").await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str()), ("password", "vR7-kept-well"), ("csrf", "x")];
    assert_eq!(browser.post(&world, "/recover/code", &fields).await.status, 400);
    // A code that signs in sets no password.
    let mut other = Browser::default();
    other.fill(&world, "/sign-in", "/sign-in/code", &[("username", "ana")]).await;
    let code = world.code().await;
    let reference = other.cookie("portico_code_sign_in").unwrap_or_default().to_owned();
    other.hold("portico_code_recover", &reference);
    assert_eq!(answer(&world, &mut other, &code, "vR7-kept-well").await.status, 400);
    let fields = [("username", "ana"), ("password", "a long password")];
    assert_eq!(Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await.status, 303);
}

#[tokio::test]
async fn the_page_leads_nowhere_but_to_our_own_addresses() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    for onward in ELSEWHERE {
        let mut browser = Browser::default();
        let (page, code) = (leading_to("/recover", onward), leading_to("/recover/code", onward));
        browser.fill(&world, &page, &page, &[("username", "ana")]).await;
        let digits = world.code().await;
        let fields = [("step", "check"), ("code", digits.as_str()), ("password", "vR7-kept-well")];
        let done = browser.fill(&world, &code, &code, &fields).await;
        assert_eq!(done.header("location"), "/settings", "{onward}");
        world.posted().await;
    }
}
