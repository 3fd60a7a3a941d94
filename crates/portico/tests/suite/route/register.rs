use std::sync::Arc;

use axum::http::StatusCode;
use portico_reach::Address;
use portico_sql::memory::Memory;

use super::code::{ELSEWHERE, leading_to, suspend, unverified, without_chance};
use crate::fixture::{Browser, Reply, World};

async fn ask(world: &World, browser: &mut Browser, name: &str, contact: &str) -> Reply {
    browser.fill(world, "/register", "/register", &[("name", name), ("contact", contact)]).await
}

async fn answer(world: &World, browser: &mut Browser, code: &str, password: &str) -> Reply {
    let fields = [("step", "check"), ("code", code), ("password", password)];
    browser.fill(world, "/register/code", "/register/code", &fields).await
}

async fn export(world: &World, browser: &mut Browser) -> Reply {
    browser.get(world, "/settings").await
}

#[tokio::test]
async fn an_address_proved_by_a_code_becomes_an_account() {
    let world = World::new().await;
    for (contact, password) in [("Ana@New.example", "vR7-kept-well"), ("+49 30 1234567", "")] {
        let mut browser = Browser::default();
        browser.hold("portico_session", "fixed");
        let sent = ask(&world, &mut browser, "Ana", contact).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/register/code"));
        let code = world.code().await;
        let done = answer(&world, &mut browser, &code, password).await;
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, "/settings"),
            "{}",
            done.body
        );
        assert!(!["", "fixed"].contains(&browser.cookie("portico_session").unwrap_or_default()));
        assert_eq!(export(&world, &mut browser).await.status, StatusCode::OK);
        assert!(world.posted().await.is_empty(), "no notice of a new device");
        let fields = [("username", contact), ("password", password)];
        let again = Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await;
        assert_eq!(again.status, if password.is_empty() { 400 } else { 303 });
        world.posted().await;
    }
}

#[tokio::test]
async fn whether_an_address_is_known_only_its_owner_learns() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    unverified(&world, "bob").await;
    let suspended = world.create_person("eve", "a long password").await;
    suspend(&world, &suspended).await;
    let mut answers = vec![];
    for (contact, said) in [
        ("new@people.example", Some("Your code for a new account")),
        ("ana@people.example", Some("You already have an account")),
        ("bob@people.example", Some("Your code for a new account")),
        ("eve@people.example", None),
    ] {
        let mut browser = Browser::default();
        let mut all = vec![without_chance(&ask(&world, &mut browser, "Someone", contact).await)];
        assert!(world.letters().is_empty(), "nothing is written before the answer");
        let letters = world.posted().await;
        assert_eq!(letters.first().map(|letter| letter.subject.as_str()), said, "{contact}");
        assert!(letters.iter().all(|letter| letter.to == Address::Email(contact.into())));
        assert!(letters.iter().all(|letter| !letter.text.contains("Someone")), "a stranger's words");
        all.push(without_chance(&browser.get(&world, "/register/code").await));
        all.push(without_chance(&answer(&world, &mut browser, "wrong", "vR7-kept-well").await));
        answers.push(all);
    }
    assert!(answers.iter().all(|all| *all == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn the_owner_of_a_known_address_is_signed_in_and_nothing_of_theirs_changes() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    let mut browser = Browser::default();
    ask(&world, &mut browser, "Mallory", "ana@people.example").await;
    let code = world.code().await;
    let said = answer(&world, &mut browser, &code, "vR7-kept-well").await;
    assert_eq!(said.status, 200);
    assert!(said.body.contains("already have an account") && said.body.contains("was not taken"));
    assert!(said.body.contains("href=\"/settings\"") && said.header("cache-control").contains("no-store"));
    assert_eq!(browser.get(&world, "/settings").await.status, 200, "and signed in");
    world.posted().await;
    let mut other = Browser::default();
    ask(&world, &mut other, "Mallory", "ana@people.example").await;
    let code = world.code().await;
    assert_eq!(answer(&world, &mut other, &code, "").await.status, 303, "nothing was typed to be told of");
    for (password, status) in [("vR7-kept-well", 400), ("a long password", 303)] {
        let fields = [("username", "ana"), ("password", password)];
        let reply = Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await;
        assert_eq!(reply.status, status, "{password}");
    }
}

#[tokio::test]
async fn what_is_no_name_address_or_password_is_said_and_nothing_is_sent() {
    let world = World::new().await;
    for (name, contact) in [
        ("", "a@b.example"),
        ("  ", "a@b.example"),
        ("a\r\nBcc: x@y.example", "a@b.example"),
        (&"x".repeat(101), "a@b.example"),
        ("Ana", ""),
        ("Ana", "ana"),
        ("Ana", "030 1234567"),
        ("Ana", "a@b@c"),
        ("Ana", "a@b.example\r\nBcc: x@y.example"),
        ("Ana", "an\u{200b}a@b.example"),
        ("Ana", "\u{202e}ana@b.example"),
        ("Ana", "x,y@b.example"),
        ("Ana", "<x@b.example"),
        ("Ana", "a..b@b.example"),
        ("Ana", "a@b.example."),
        ("Ana", "a@127.0.0.1"),
        ("Ana", "a@[::1]"),
        ("Ana", "a@b"),
        ("Ana", "\"a b\"@b.example"),
        ("Ana", "vi\u{212a}e@b.example"),
        ("Ana", "\u{1f600}@b.example"),
    ] {
        let reply = ask(&world, &mut Browser::default(), name, contact).await;
        assert_eq!(reply.status, 400, "{name:?} {contact:?}");
        assert!(reply.body.contains("role=\"alert\""));
    }
    assert!(world.posted().await.is_empty());
    let mut browser = Browser::default();
    ask(&world, &mut browser, "Ana Petrova", "ana.petrova@new.example").await;
    let code = world.code().await;
    for weak in ["short", "password1", "Ana Petrova", "ana.petrova"] {
        assert_eq!(answer(&world, &mut browser, &code, weak).await.status, 400, "{weak}");
    }
    assert_eq!(
        answer(&world, &mut browser, &code, "vR7-kept-well").await.status,
        303,
        "the code is still good"
    );
}

#[tokio::test]
async fn a_form_of_another_browser_makes_no_account() {
    let world = World::new().await;
    let fields = [("name", "Ana"), ("contact", "a@b.example"), ("csrf", "x")];
    assert_eq!(Browser::default().post(&world, "/register", &fields).await.status, 400);
    let (mut browser, mut other) = (Browser::default(), Browser::default());
    ask(&world, &mut browser, "Ana", "a@b.example").await;
    let code = world.code().await;
    ask(&world, &mut other, "Bob", "b@b.example").await;
    let foreign = Browser::field(&other.get(&world, "/register/code").await, "csrf");
    for csrf in ["", foreign.as_str()] {
        let fields = [("step", "check"), ("code", code.as_str()), ("csrf", csrf)];
        assert_eq!(browser.post(&world, "/register/code", &fields).await.status, 400);
    }
    // A code for one thing is none for another.
    let reference = browser.cookie("portico_code_register").unwrap_or_default().to_owned();
    browser.hold("portico_code_sign_in", &reference);
    let fields = [("step", "check"), ("code", code.as_str())];
    assert_eq!(browser.fill(&world, "/sign-in/code", "/sign-in/code", &fields).await.status, 400);
    assert_eq!(browser.cookie("portico_session").unwrap_or_default(), "");
}

#[tokio::test]
async fn the_page_leads_nowhere_but_to_our_own_addresses() {
    let world = World::new().await;
    for (number, onward) in ELSEWHERE.into_iter().enumerate() {
        let mut browser = Browser::default();
        let (page, code) = (leading_to("/register", onward), leading_to("/register/code", onward));
        let contact = format!("ana{number}@new.example");
        browser.fill(&world, &page, &page, &[("name", "Ana"), ("contact", &contact)]).await;
        let digits = world.code().await;
        let done = browser.fill(&world, &code, &code, &[("step", "check"), ("code", &digits)]).await;
        assert_eq!(done.header("location"), "/settings", "{onward}");
    }
}

#[tokio::test]
async fn an_address_that_somebody_only_said_was_theirs_leaves_their_profile() {
    let world = World::new().await;
    let bob = serde_json::json!({
        "name": "bob", "username": "bob", "password": "a long password",
        "email": "new@people.example", "phone": "+49301234567", "phone_verified": true,
    });
    world.admin_post("/admin/v1/users", bob).await.ok();
    let mut browser = Browser::default();
    ask(&world, &mut browser, "Ana", "new@people.example").await;
    let code = world.code().await;
    assert_eq!(answer(&world, &mut browser, &code, "vR7-kept-well").await.status, 303);
    let told = world.posted().await;
    assert_eq!(told.len(), 1, "bob alone is told");
    assert!(told[0].to == Address::Phone("+49301234567".into()));
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    let mut held = 0;
    for person in people["items"].as_array().unwrap() {
        let user = person["user_id"].as_str().unwrap().parse().unwrap();
        let person = world.house.live.person(user).await.unwrap().unwrap();
        held += person.profile.emails.iter().filter(|email| email.value == "new@people.example").count();
    }
    assert_eq!(held, 1, "one profile holds it");
}

#[tokio::test]
async fn mail_to_localhost_arrives_on_a_developers_machine_alone() {
    let there = World::at(Arc::new(Memory::default()), "https://id.example").await;
    for (world, status) in [(World::new().await, 303), (there, 400)] {
        let reply = ask(&world, &mut Browser::default(), "Ana", "ana@localhost").await;
        assert_eq!(reply.status, status);
    }
}
