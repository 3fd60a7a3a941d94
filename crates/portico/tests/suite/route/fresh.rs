//! A way in that was enrolled on one factor, by somebody who could have proved two, signs in and counts as
//! none for three days.

use portico_core::moment::Span;
use serde_json::json;

use super::passkey::{add, enter};
use super::redeem::{authorize, parameter};
use crate::fixture::{Authenticator, Browser, HOST, World};

const PASSWORD: &str = "a long enough password";
const NEW: &str = "vR7-kept-well";
const OLD_MAIL: &str = "ana@people.example";
const NEW_MAIL: &str = "new@people.example";
const TWO: &str = "urn:portico:acr:2";
const WAIT: Span = Span::hours(72);

/// What the authorization endpoint says to somebody who may not be asked: nothing where the session is as
/// strong as this.
async fn lacks(world: &World, browser: &mut Browser, acr: &str) -> String {
    let more = [("acr_values", acr), ("prompt", "none")];
    let asked = authorize(HOST, "https://super.app/callback", "openid host", &more);
    parameter(browser.get(world, &asked).await.header("location"), "error")
}

/// The same of somebody who may be asked: where they are led.
async fn led(world: &World, browser: &mut Browser, acr: &str) -> String {
    let asked = authorize(HOST, "https://super.app/callback", "openid host", &[("acr_values", acr)]);
    browser.get(world, &asked).await.header("location").to_owned()
}

async fn by_password(world: &World, password: &str) -> Browser {
    let mut browser = Browser::default();
    let fields = [("username", "ana"), ("password", password)];
    assert_eq!(browser.fill(world, "/sign-in", "/sign-in", &fields).await.status, 303);
    world.posted().await;
    browser
}

async fn by_code(world: &World, typed: &str) -> Browser {
    let mut browser = Browser::default();
    browser.fill(world, "/sign-in", "/sign-in/code", &[("username", typed)]).await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str())];
    assert_eq!(browser.fill(world, "/sign-in/code", "/sign-in/code", &fields).await.status, 303);
    world.posted().await;
    browser
}

/// Adds an address in the settings.
async fn add_mail(world: &World, browser: &mut Browser) {
    const CONTACTS: &str = "/settings/contacts";
    let fields = [("action", "add"), ("contact", NEW_MAIL)];
    assert_eq!(browser.fill(world, CONTACTS, CONTACTS, &fields).await.status, 303);
    let code = world.code().await;
    let fields = [("action", "verify"), ("code", code.as_str())];
    assert_eq!(browser.fill(world, CONTACTS, CONTACTS, &fields).await.status, 303);
    world.posted().await;
}

/// Proves one thing more at the page that the authorization endpoint leads to: a password, or a code;
/// answers where the code went.
async fn step_up(world: &World, browser: &mut Browser, password: Option<&str>) -> Option<String> {
    let at = led(world, browser, TWO).await;
    assert!(at.starts_with("/sign-in/step-up?"), "{at}");
    let csrf = Browser::field(&browser.get(world, &at).await.ok(), "csrf");
    if let Some(password) = password {
        let fields = [("csrf", csrf.as_str()), ("action", "password"), ("password", password)];
        assert_eq!(browser.post(world, &at, &fields).await.status, 303);
        return None;
    }
    let sent = browser.post(world, &at, &[("csrf", csrf.as_str()), ("action", "send")]).await.ok();
    let (reference, letters) = (Browser::field(&sent, "reference"), world.posted().await);
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = letters[0].text.split_whitespace().find(digits).unwrap();
    let fields =
        [("csrf", csrf.as_str()), ("action", "code"), ("reference", reference.as_str()), ("code", code)];
    assert_eq!(browser.post(world, &at, &fields).await.status, 303);
    Some(letters[0].to.value().to_owned())
}

#[tokio::test]
async fn a_passkey_that_a_password_alone_added_signs_in_and_is_neither_second_factor_nor_phishing_resistant()
{
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut thief = by_password(&world, PASSWORD).await;
    let mut key = Authenticator::new();
    add(&world, &mut thief, &mut key).await.ok();
    for (acr, error) in [(TWO, "login_required"), ("phr", "unmet_authentication_requirements")] {
        assert_eq!(lacks(&world, &mut thief, acr).await, error, "{acr}: nothing to be had by the passkey");
        let mut elsewhere = Browser::default();
        enter(&world, &mut elsewhere, &mut key).await.ok();
        assert_eq!(lacks(&world, &mut elsewhere, acr).await, error, "{acr}");
        if acr == TWO {
            // Nor with the password beside it.
            step_up(&world, &mut elsewhere, Some(PASSWORD)).await;
            assert_eq!(lacks(&world, &mut elsewhere, TWO).await, error);
        }
    }
    world.pass(WAIT);
    let mut elsewhere = Browser::default();
    enter(&world, &mut elsewhere, &mut key).await.ok();
    assert_eq!(lacks(&world, &mut elsewhere, "phr").await, "");
}

#[tokio::test]
async fn a_mailbox_that_a_password_alone_added_is_sent_no_second_factor() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut thief = by_password(&world, PASSWORD).await;
    add_mail(&world, &mut thief).await;
    let page = thief.get(&world, "/settings/contacts").await.ok();
    let row = page.body.split("<li").find(|row| row.contains(NEW_MAIL)).unwrap();
    let id = row.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [("action", "main"), ("kind", "email"), ("id", id.as_str())];
    assert_eq!(thief.fill(&world, "/settings/contacts", "/settings/contacts", &fields).await.status, 303);
    world.posted().await;
    let mut other = by_code(&world, NEW_MAIL).await;
    step_up(&world, &mut other, Some(PASSWORD)).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "login_required", "the new mailbox and the password");
    assert_eq!(step_up(&world, &mut thief, None).await.as_deref(), Some(OLD_MAIL), "the one that counts");
    world.pass(WAIT);
    let mut other = by_code(&world, NEW_MAIL).await;
    step_up(&world, &mut other, Some(PASSWORD)).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "");
}

#[tokio::test]
async fn taking_the_second_factor_away_first_wins_nothing() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut thief = by_password(&world, PASSWORD).await;
    let page = thief.get(&world, "/settings/contacts").await.ok();
    let id = Browser::field(&page, "id");
    let fields = [("action", "remove"), ("kind", "email"), ("id", id.as_str())];
    assert_eq!(thief.fill(&world, "/settings/contacts", "/settings/contacts", &fields).await.status, 303);
    world.posted().await;
    add_mail(&world, &mut thief).await;
    assert_eq!(lacks(&world, &mut thief, TWO).await, "unmet_authentication_requirements");
    world.pass(WAIT);
    assert_eq!(lacks(&world, &mut thief, TWO).await, "login_required");
}

#[tokio::test]
async fn a_password_that_a_mailbox_alone_set_is_no_second_factor() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut thief = Browser::default();
    thief.fill(&world, "/recover", "/recover", &[("username", "ana")]).await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str()), ("password", NEW)];
    assert_eq!(thief.fill(&world, "/recover/code", "/recover/code", &fields).await.status, 303);
    world.posted().await;
    assert_eq!(lacks(&world, &mut thief, TWO).await, "unmet_authentication_requirements");
    let mut other = by_password(&world, NEW).await;
    step_up(&world, &mut other, None).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "unmet_authentication_requirements");
    // Changing it by itself changes nothing about that.
    let fields = [("old_password", NEW), ("password", PASSWORD)];
    assert_eq!(other.fill(&world, "/settings/password", "/settings/password", &fields).await.status, 303);
    world.posted().await;
    assert_eq!(lacks(&world, &mut thief, TWO).await, "login_required", "that session is over");
    let mut other = by_password(&world, PASSWORD).await;
    step_up(&world, &mut other, None).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "unmet_authentication_requirements");
    world.pass(WAIT);
    let mut other = by_password(&world, PASSWORD).await;
    step_up(&world, &mut other, None).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "");
}

#[tokio::test]
async fn the_first_second_factor_and_what_two_factors_enrol_count_at_once() {
    let world = World::new().await;
    let bare = json!({ "name": "ana", "username": "ana", "email": OLD_MAIL, "email_verified": true });
    world.admin_post("/admin/v1/users", bare).await.ok();
    let (mut ana, mut key) = (by_code(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    let mut strong = Browser::default();
    enter(&world, &mut strong, &mut key).await.ok();
    world.posted().await;
    assert_eq!(lacks(&world, &mut strong, "phr").await, "");
    add_mail(&world, &mut strong).await;
    let password = [("password", PASSWORD)];
    assert_eq!(strong.fill(&world, "/settings/password", "/settings/password", &password).await.status, 303);
    world.posted().await;
    let mut other = by_code(&world, NEW_MAIL).await;
    step_up(&world, &mut other, Some(PASSWORD)).await;
    assert_eq!(lacks(&world, &mut other, TWO).await, "");
}
