use axum::http::StatusCode;
use portico_core::moment::Span;
use serde_json::{Value, json};

use crate::fixture::{Authenticator, Browser, ISSUER, Reply, World};

const ADD: &str = "/settings/security/passkeys";
const SIGN_IN: &str = "/sign-in/passkey";
const PASSWORD: &str = "a long enough password";

/// A browser in which this person has just signed in by password, at the page of their security.
async fn signed_in(world: &World, name: &str) -> Browser {
    world.create_person(name, PASSWORD).await;
    let mut browser = Browser::default();
    browser.sign_in(world, "/sign-in", name, PASSWORD).await;
    browser
}

/// The form token that a page hands to its script.
async fn token(world: &World, browser: &mut Browser, path: &str) -> String {
    let page = browser.get(world, path).await.ok();
    let rest = page.body.split("data-csrf=\"").nth(1).expect("the page has a place for passkeys");
    rest.split('"').next().unwrap().to_owned()
}

/// Both halves of a ceremony; `answer` makes of the options what the authenticator would.
async fn ceremony(
    world: &World,
    browser: &mut Browser,
    (page, path): (&str, &str),
    answer: impl FnOnce(&Value) -> Value,
) -> Reply {
    let csrf = token(world, browser, page).await;
    let from = (ISSUER, csrf.as_str());
    let options = browser.script(world, &format!("{path}/options"), from, "{}").await.ok().json();
    let sent = json!({ "reference": options["reference"], "credential": answer(&options["publicKey"]) });
    browser.script(world, path, from, &sent.to_string()).await
}

pub async fn add(world: &World, browser: &mut Browser, key: &mut Authenticator) -> Reply {
    ceremony(world, browser, ("/settings/security", ADD), |options| key.create(options)).await
}

pub async fn enter(world: &World, browser: &mut Browser, key: &mut Authenticator) -> Reply {
    ceremony(world, browser, ("/sign-in", SIGN_IN), |options| key.get(options)).await
}

/// What people were told of passkeys since the last look.
fn told(world: &World) -> Vec<String> {
    let subjects = world.letters().into_iter().map(|letter| letter.subject);
    subjects.filter(|subject| subject.contains("passkey")).collect()
}

/// How many passkeys are on the page.
async fn listed(world: &World, browser: &mut Browser) -> usize {
    let page = browser.get(world, "/settings/security").await.ok();
    page.body.matches("value=\"rename_passkey\"").count()
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_without_a_name_and_is_told_of() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    let added = add(&world, &mut ana, &mut key).await.ok().json();
    assert_eq!(added["to"], "/settings/security?done=passkey-added");
    assert_eq!(listed(&world, &mut ana).await, 1);
    assert_eq!(told(&world), ["A passkey was added to your account"]);
    let mut elsewhere = Browser::default();
    let entered = enter(&world, &mut elsewhere, &mut key).await.ok();
    assert_eq!(entered.json()["to"], "/settings");
    assert!(entered.header("set-cookie").contains("portico_session="));
    let page = elsewhere.get(&world, "/settings/security").await.ok();
    assert!(page.body.contains("<h3 class=\"name\">Passkey</h3>"), "{}", page.body);
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn a_name_in_the_form_must_be_that_of_the_passkeys_person() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    signed_in(&world, "bob").await;
    add(&world, &mut ana, &mut key).await.ok();
    for (name, status) in
        [("bob", 403), ("nobody", 403), ("Ana", 200), ("ana@people.example", 200), ("", 200)]
    {
        let mut browser = Browser::default();
        let csrf = token(&world, &mut browser, "/sign-in").await;
        let from = (ISSUER, csrf.as_str());
        let options = browser.script(&world, "/sign-in/passkey/options", from, "{}").await.ok().json();
        let credential = key.get(&options["publicKey"]);
        let sent = json!({ "reference": options["reference"], "credential": credential, "username": name });
        assert_eq!(browser.script(&world, SIGN_IN, from, &sent.to_string()).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn what_is_offered_at_sign_in_tells_nobody_who_has_passkeys() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    let mut browser = Browser::default();
    let csrf = token(&world, &mut browser, "/sign-in").await;
    let reply = browser.script(&world, "/sign-in/passkey/options", (ISSUER, &csrf), "{}").await.ok();
    assert_eq!(reply.json()["publicKey"]["allowCredentials"], json!([]));
    assert!(!reply.body.contains("usr_") && !reply.body.contains("ana"));
}

#[tokio::test]
async fn the_user_handle_is_the_same_for_all_passkeys_of_a_person_and_not_the_inner_id() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let mut handles = vec![];
    for _ in 0..2 {
        let mut key = Authenticator::new();
        let answer = |options: &Value| {
            handles.push(options["user"]["id"].as_str().unwrap().to_owned());
            assert_eq!(options["user"]["name"], "ana");
            key.create(options)
        };
        ceremony(&world, &mut ana, ("/settings/security", ADD), answer).await.ok();
    }
    assert_eq!((handles[0].len(), &handles[0]), (22, &handles[1]));
}

#[tokio::test]
async fn an_answer_for_another_origin_is_refused() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    key.origin = "https://evil.example".to_owned();
    assert_eq!(add(&world, &mut ana, &mut key).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(listed(&world, &mut ana).await, 0);
    key.origin = ISSUER.to_owned();
    add(&world, &mut ana, &mut key).await.ok();
    key.origin = "http://localhost:9999".to_owned();
    assert_eq!(enter(&world, &mut Browser::default(), &mut key).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_call_from_another_site_or_without_the_pages_token_begins_nothing() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let csrf = token(&world, &mut ana, "/settings/security").await;
    let other = token(&world, &mut Browser::default(), "/sign-in").await;
    for path in [format!("{ADD}/options"), ADD.to_owned(), format!("{SIGN_IN}/options"), SIGN_IN.to_owned()] {
        for from in
            [("https://evil.example", &*csrf), ("null", &csrf), ("", &csrf), (ISSUER, ""), (ISSUER, &other)]
        {
            let reply = ana.script(&world, &path, from, "{}").await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {from:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_taken_once_in_time_and_from_the_browser_that_asked() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    let mut browser = Browser::default();
    let csrf = token(&world, &mut browser, "/sign-in").await;
    let from = (ISSUER, csrf.as_str());
    let begin = async |browser: &mut Browser, key: &mut Authenticator| {
        let options = browser.script(&world, "/sign-in/passkey/options", from, "{}").await.ok().json();
        json!({ "reference": options["reference"], "credential": key.get(&options["publicKey"]) }).to_string()
    };
    let sent = begin(&mut browser, &mut key).await;
    let mut stranger = Browser::default();
    let theirs = token(&world, &mut stranger, "/sign-in").await;
    let stolen = stranger.script(&world, SIGN_IN, (ISSUER, &theirs), &sent).await;
    assert_eq!(stolen.status, StatusCode::CONFLICT);
    browser.script(&world, SIGN_IN, from, &sent).await.ok();
    assert_eq!(browser.script(&world, SIGN_IN, from, &sent).await.status, StatusCode::CONFLICT);
    let late = begin(&mut browser, &mut key).await;
    world.pass(Span::minutes(10));
    assert_eq!(browser.script(&world, SIGN_IN, from, &late).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_ceremony_of_one_person_or_kind_is_none_of_another() {
    let world = World::new().await;
    let (mut ana, mut bob) = (signed_in(&world, "ana").await, signed_in(&world, "bob").await);
    let mut key = Authenticator::new();
    let csrf = token(&world, &mut ana, "/settings/security").await;
    let options = ana.script(&world, &format!("{ADD}/options"), (ISSUER, &csrf), "{}").await.ok().json();
    let sent = json!({ "reference": options["reference"], "credential": key.create(&options["publicKey"]) });
    let theirs = token(&world, &mut bob, "/settings/security").await;
    let reply = bob.script(&world, ADD, (ISSUER, &theirs), &sent.to_string()).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert_eq!(listed(&world, &mut bob).await, 0);
    ana.script(&world, ADD, (ISSUER, &csrf), &sent.to_string()).await.ok();
    // The same authenticator for somebody else: the credential has its person.
    assert_eq!(add(&world, &mut bob, &mut key).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn garbage_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    for (page, path) in [("/settings/security", ADD), ("/sign-in", SIGN_IN)] {
        let csrf = token(&world, &mut ana, page).await;
        let from = (ISSUER, csrf.as_str());
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "{\"reference\":1}",
            "{\"reference\":\"x\",\"credential\":{},\"more\":1}",
        ] {
            assert_eq!(ana.script(&world, path, from, body).await.status, 400, "{path} {body}");
        }
        for credential in [json!(null), json!({}), json!({ "id": "x", "rawId": "!", "type": "public-key" })] {
            let options = ana.script(&world, &format!("{path}/options"), from, "{}").await.ok().json();
            let sent = json!({ "reference": options["reference"], "credential": credential }).to_string();
            assert_eq!(ana.script(&world, path, from, &sent).await.status, 400, "{path} {sent}");
        }
        let huge = format!("{{\"reference\":\"{}\"}}", "x".repeat(40_000));
        assert_eq!(ana.script(&world, path, from, &huge).await.status, 413, "{path}");
    }
    assert_eq!(listed(&world, &mut ana).await, 0);
}

#[tokio::test]
async fn a_key_without_verification_an_unknown_one_and_a_removed_one_sign_nobody_in() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    key.verifies = false;
    assert_eq!(enter(&world, &mut Browser::default(), &mut key).await.status, StatusCode::FORBIDDEN);
    key.verifies = true;
    enter(&world, &mut Browser::default(), &mut key).await.ok();
    let right = key.id.clone();
    key.id = vec![7; 16];
    assert_eq!(enter(&world, &mut Browser::default(), &mut key).await.status, StatusCode::FORBIDDEN);
    key.id = right;
    let page = ana.get(&world, "/settings/security").await.ok();
    let (csrf, passkey) = (Browser::field(&page, "csrf"), Browser::field(&page, "passkey"));
    let fields = [("csrf", csrf.as_str()), ("action", "remove_passkey"), ("passkey", &passkey)];
    let removed = ana.post(&world, "/settings/security", &fields).await;
    assert_eq!(removed.header("location"), "/settings/security?done=passkey-removed");
    assert_eq!(enter(&world, &mut Browser::default(), &mut key).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        told(&world),
        ["A passkey was added to your account", "A passkey was removed from your account"]
    );
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_its_person_told() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    key.counter = 10;
    enter(&world, &mut Browser::default(), &mut key).await.ok();
    world.letters();
    key.counter = 5;
    let refused = enter(&world, &mut Browser::default(), &mut key).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("cop"), "{}", refused.body);
    assert_eq!(told(&world), ["A passkey of yours was refused"]);
}

#[tokio::test]
async fn adding_and_removing_need_a_recent_sign_in() {
    let world = World::new().await;
    let (mut ana, mut key) = (signed_in(&world, "ana").await, Authenticator::new());
    add(&world, &mut ana, &mut key).await.ok();
    let csrf = token(&world, &mut ana, "/settings/security").await;
    world.pass(Span::seconds(301));
    let late = ana.script(&world, &format!("{ADD}/options"), (ISSUER, &csrf), "{}").await;
    assert_eq!(late.refusal(), (403, "reauthentication_required".to_owned()));
    let page = ana.get(&world, "/settings/security").await.ok();
    assert!(!page.body.contains("remove_passkey") && page.body.contains("/sign-in?continue="));
    let (csrf, passkey) = (Browser::field(&page, "csrf"), Browser::field(&page, "passkey"));
    let remove = [("csrf", csrf.as_str()), ("action", "remove_passkey"), ("passkey", &passkey)];
    assert_eq!(ana.post(&world, "/settings/security", &remove).await.status, 400);
    let rename =
        [("csrf", csrf.as_str()), ("action", "rename_passkey"), ("passkey", &passkey), ("name", "Blue")];
    let renamed = ana.post(&world, "/settings/security", &rename).await;
    assert_eq!(renamed.header("location"), "/settings/security?done=passkey-renamed");
    assert!(ana.get(&world, "/settings/security").await.body.contains("<bdi>Blue</bdi>"));
}

#[tokio::test]
async fn somebody_elses_passkey_is_not_there_to_rename_or_remove() {
    let world = World::new().await;
    let (mut ana, mut bob) = (signed_in(&world, "ana").await, signed_in(&world, "bob").await);
    for browser in [&mut ana, &mut bob] {
        add(&world, browser, &mut Authenticator::new()).await.ok();
    }
    let hers = Browser::field(&ana.get(&world, "/settings/security").await, "passkey");
    let csrf = Browser::field(&bob.get(&world, "/settings/security").await, "csrf");
    for (action, passkey) in [("rename_passkey", &*hers), ("remove_passkey", &hers), ("remove_passkey", "é")]
    {
        let fields = [("csrf", csrf.as_str()), ("action", action), ("passkey", passkey), ("name", "x")];
        assert_eq!(bob.post(&world, "/settings/security", &fields).await.status, StatusCode::NOT_FOUND);
    }
    let unknown = [("csrf", csrf.as_str()), ("action", "explode"), ("passkey", &hers)];
    assert_eq!(bob.post(&world, "/settings/security", &unknown).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(listed(&world, &mut ana).await, 1);
}

#[tokio::test]
async fn the_twentieth_passkey_is_the_last() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let csrf = token(&world, &mut ana, "/settings/security").await;
    for _ in 0..20 {
        add(&world, &mut ana, &mut Authenticator::new()).await.ok();
    }
    let full = ana.script(&world, &format!("{ADD}/options"), (ISSUER, &csrf), "{}").await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(!ana.get(&world, "/settings/security").await.body.contains("data-passkey"));
}

#[tokio::test]
async fn a_suspended_person_does_not_come_in_by_passkey() {
    let world = World::new().await;
    let user = world.create_person("ana", PASSWORD).await;
    let (mut ana, mut key) = (Browser::default(), Authenticator::new());
    ana.sign_in(&world, "/sign-in", "ana", PASSWORD).await;
    add(&world, &mut ana, &mut key).await.ok();
    world.admin_post(&format!("/admin/v1/users/{user}/erase"), json!({})).await.ok();
    assert_eq!(enter(&world, &mut Browser::default(), &mut key).await.status, StatusCode::FORBIDDEN);
}
