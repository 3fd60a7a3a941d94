//! The ways to reach a person, as their host sees them.

mod told;

use axum::http::{Method, StatusCode};
use portico_core::moment::Span;
use portico_reach::Address;
use serde_json::{Value, json};

use crate::fixture::{Browser, Reply, Tokens, World};

const EMAILS: &str = "/v1/me/emails";
const PHONES: &str = "/v1/me/phones";

async fn post(world: &World, tokens: &Tokens, path: &str, body: Value) -> Reply {
    world.json(Method::POST, path, Some(&tokens.access), &body).await
}

async fn list(world: &World, tokens: &Tokens, path: &str) -> Vec<Value> {
    let json = world.get(path, Some(&tokens.access)).await.ok().json();
    json[path.rsplit('/').next().unwrap()].as_array().unwrap().clone()
}

fn values(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["value"].as_str().unwrap()).collect()
}

/// The six digits of the one message that was sent, and where it went.
fn code(world: &World) -> (String, String) {
    let letters = world.letters();
    let [letter] = &letters[..] else { panic!("{} messages", letters.len()) };
    let digits = |text: &str| text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    let code = letter.text.split_whitespace().find(|word| digits(word)).unwrap().to_owned();
    (code, address(&letter.to))
}

fn address(to: &Address) -> String {
    match to {
        Address::Email(value) | Address::Phone(value) => value.clone(),
    }
}

fn other(code: &str) -> String {
    if code == "000000" { "000001".into() } else { "000000".into() }
}

/// Asks for a code; answers the verification and the code.
async fn ask(world: &World, tokens: &Tokens, path: &str, value: &str) -> (Value, String) {
    world.letters();
    let asked = post(world, tokens, path, json!({ "value": value })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.body);
    (asked.json(), code(world).0)
}

async fn prove(world: &World, tokens: &Tokens, path: &str, value: &str) -> Vec<Value> {
    let (asked, code) = ask(world, tokens, path, value).await;
    verify(world, tokens, path, &asked, &code).await.ok();
    list(world, tokens, path).await
}

async fn verify(world: &World, tokens: &Tokens, path: &str, asked: &Value, code: &str) -> Reply {
    let body = json!({ "verification": asked["verification"], "code": code });
    post(world, tokens, &format!("{path}/verify"), body).await
}

#[tokio::test]
async fn an_address_is_there_once_its_code_was_given_and_not_before() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    assert_eq!(values(&list(&world, &ana, EMAILS).await), ["ana@people.example"]);
    let asked = post(&world, &ana, EMAILS, json!({ "value": " New@Почта.example " })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let asked = asked.json();
    assert_eq!(asked["expires_in"], 600);
    let (code, to) = code(&world);
    assert_eq!(to, "new@xn--80a1acny.example", "it goes to what the person is found by");
    assert_eq!(list(&world, &ana, EMAILS).await.len(), 1);
    let path = format!("{EMAILS}/{}/verify", asked["id"].as_str().unwrap());
    let body =
        json!({ "verification": asked["verification"], "code": format!("{} {}", &code[..3], &code[3..]) });
    let after = post(&world, &ana, &path, body).await.ok().json();
    assert_eq!(
        after["emails"][1],
        json!({ "id": asked["id"], "value": "New@Почта.example", "verified": true, "main": false })
    );
    let again = post(&world, &ana, EMAILS, json!({ "value": "new@xn--80a1acny.example" })).await;
    assert_eq!(again.refusal(), (409, "conflict".into()), "it is the same address");
    assert_eq!(prove(&world, &ana, PHONES, "+49 (30) 123-456").await[1]["value"], "+4930123456");
}

#[tokio::test]
async fn whether_somebody_has_an_address_is_not_told() {
    let world = World::new().await;
    let (ana, _bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let mut answers = vec![];
    for value in ["bob@people.example", "nobody@people.example"] {
        let (asked, _) = ask(&world, &ana, EMAILS, value).await;
        answers.push(asked.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn the_newer_proof_wins_and_the_older_person_is_told_elsewhere() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let phone = list(&world, &bob, PHONES).await[0]["value"].as_str().unwrap().to_owned();
    let (asked, code) = ask(&world, &ana, PHONES, &phone).await;
    verify(&world, &ana, PHONES, &asked, &code).await.ok();
    assert_eq!(values(&list(&world, &ana, PHONES).await)[1], phone);
    assert!(list(&world, &bob, PHONES).await.is_empty());
    let letters = world.letters();
    assert_eq!(
        letters.iter().map(|letter| address(&letter.to)).collect::<Vec<_>>(),
        ["bob@people.example", "ana@people.example"]
    );
    assert!(!letters[0].text.contains("ana") && !letters[0].text.contains(&phone), "{}", letters[0].text);
    assert_eq!(verify(&world, &ana, PHONES, &asked, &code).await.refusal(), (400, "invalid_grant".into()));
    // It comes back by a newer proof, and Ana is told.
    prove(&world, &bob, PHONES, &phone).await;
    assert_eq!(list(&world, &ana, PHONES).await.len(), 1);
    assert_eq!(address(&world.letters()[0].to), "ana@people.example");
}

#[tokio::test]
async fn a_code_is_good_for_one_person_one_address_and_one_time() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let (asked, code) = ask(&world, &ana, EMAILS, "a@people.example").await;
    let refused = (400, "invalid_grant".to_owned());
    assert_eq!(verify(&world, &bob, EMAILS, &asked, &code).await.refusal(), refused, "another person");
    assert_eq!(verify(&world, &ana, PHONES, &asked, &code).await.refusal(), refused, "another kind");
    let main = list(&world, &ana, EMAILS).await[0]["id"].as_str().unwrap().to_owned();
    for id in [main.as_str(), "x", "%ff"] {
        let body = json!({ "verification": asked["verification"], "code": code });
        let path = format!("{EMAILS}/{id}/verify");
        assert_eq!(post(&world, &ana, &path, body).await.refusal(), refused, "another address {id}");
    }
    let made_up = json!({ "verification": "x".repeat(43) });
    assert_eq!(verify(&world, &ana, EMAILS, &made_up, &code).await.refusal(), refused);
    assert_eq!(list(&world, &ana, EMAILS).await.len(), 1);
    verify(&world, &ana, EMAILS, &asked, &code).await.ok();
    assert_eq!(verify(&world, &ana, EMAILS, &asked, &code).await.refusal(), refused, "a second time");
}

#[tokio::test]
async fn a_guessed_or_old_code_adds_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let (asked, code) = ask(&world, &ana, EMAILS, "a@people.example").await;
    for _ in 0..5 {
        let wrong = verify(&world, &ana, EMAILS, &asked, &other(&code)).await;
        assert_eq!(wrong.refusal(), (400, "invalid_grant".into()));
    }
    assert_eq!(verify(&world, &ana, EMAILS, &asked, &code).await.refusal().0, 400, "five guesses are all");
    let (asked, code) = ask(&world, &ana, EMAILS, "a@people.example").await;
    world.pass(Span::minutes(10));
    let ana = world.sign_in("ana").await;
    assert_eq!(verify(&world, &ana, EMAILS, &asked, &code).await.refusal(), (400, "invalid_grant".into()));
    assert_eq!(list(&world, &ana, EMAILS).await.len(), 1);
}

#[tokio::test]
async fn a_code_is_sent_again_for_the_same_address() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let (asked, _) = ask(&world, &ana, EMAILS, "a@people.example").await;
    let again = json!({ "verification": asked["verification"] });
    let sent = post(&world, &ana, "/v1/me/emails/resend", again.clone()).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let (code, to) = code(&world);
    assert_eq!(to, "a@people.example");
    verify(&world, &ana, EMAILS, &sent.json(), &code).await.ok();
    world.letters();
    let bob = world.sign_in("bob").await;
    assert_eq!(post(&world, &bob, "/v1/me/emails/resend", again).await.refusal().0, 400);
    assert!(world.letters().is_empty());
}

#[tokio::test]
async fn the_main_one_is_chosen_among_the_verified_and_the_old_one_is_told() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let list_ = prove(&world, &ana, EMAILS, "b@people.example").await;
    let id = list_[1]["id"].as_str().unwrap();
    world.letters();
    let after = post(&world, &ana, &format!("{EMAILS}/{id}/main"), json!({})).await.ok().json();
    assert_eq!(values(after["emails"].as_array().unwrap()), ["b@people.example", "ana@people.example"]);
    let told = world.letters();
    assert_eq!(told.iter().map(|letter| address(&letter.to)).collect::<Vec<_>>(), ["ana@people.example"]);
    post(&world, &ana, &format!("{EMAILS}/{id}/main"), json!({})).await.ok();
    assert!(world.letters().is_empty(), "nothing changed");
    let bob = world.sign_in("bob").await;
    let refused = post(&world, &bob, &format!("{EMAILS}/{id}/main"), json!({})).await;
    assert_eq!(refused.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn the_last_way_in_stays_and_the_others_go() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let id = list(&world, &ana, EMAILS).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{EMAILS}/{id}");
    let bearer = format!("Bearer {}", ana.access);
    let gone = world.call(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "the host signs Ana in by itself");
    assert!(list(&world, &ana, EMAILS).await.is_empty());
    assert_eq!(address(&world.letters()[0].to), "ana@people.example");
    let gone = world.call(Method::DELETE, &path, &[("authorization", &bearer)], "").await;
    assert_eq!(gone.refusal(), (404, "not_found".into()));
}

#[tokio::test]
async fn what_is_no_address_or_no_json_sends_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    for bad in [
        "",
        "ana",
        "ana@people",
        "a@b@people.example",
        "a@b..example",
        "a@-b.example",
        "\u{1f600}@people.example",
        "<x@people.example",
        "\"a b\"@people.example",
        "a\r\nBcc: b@people.example",
        "an\u{200b}a@people.example",
        "ana@127.0.0.1",
        "\u{202e}ana@people.example",
    ] {
        let refused = post(&world, &ana, EMAILS, json!({ "value": bad })).await;
        assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{bad:?}");
    }
    for bad in ["", "030 123456", "+0301234567", "+49 30 12345x", "+1234567890123456", "+49\n30123456"] {
        let refused = post(&world, &ana, PHONES, json!({ "value": bad })).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }
    for bad in [json!({}), json!({ "value": 7 }), json!({ "value": "a@b.example", "x": 1 }), json!([])] {
        assert_eq!(post(&world, &ana, EMAILS, bad.clone()).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert!(world.letters().is_empty());
}

#[tokio::test]
async fn too_many_messages_to_one_address_have_to_wait() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    for _ in 0..10 {
        ask(&world, &ana, EMAILS, "a@people.example").await;
    }
    let refused = post(&world, &ana, EMAILS, json!({ "value": "A@people.example" })).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".into()));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 60);
    assert!(world.letters().is_empty());
    ask(&world, &ana, EMAILS, "b@people.example").await;
}

#[tokio::test]
async fn a_person_and_a_caller_who_asked_for_too_many_messages_have_to_wait() {
    let world = World::new().await;
    for name in ["ana", "bob", "cyd"] {
        let tokens = world.sign_in(name).await;
        for place in 0..20 {
            ask(&world, &tokens, EMAILS, &format!("{name}{place}@new.example")).await;
        }
        let refused = post(&world, &tokens, EMAILS, json!({ "value": format!("{name}@new.example") })).await;
        assert_eq!(refused.refusal(), (429, "too_many_requests".into()), "{name} has asked for twenty");
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 60);
    }
    let tokens = world.sign_in("dan").await;
    let refused = post(&world, &tokens, EMAILS, json!({ "value": "dan@new.example" })).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".into()), "sixty came from one address");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 60);
    assert!(world.letters().is_empty());
}

#[tokio::test]
async fn a_code_for_signing_in_verifies_nothing_and_the_other_way_round() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let mut browser = Browser::default();
    let username = [("username", "ana@people.example")];
    browser.fill(&world, "/sign-in", "/sign-in/code", &username).await;
    let code = world.code().await;
    let reference = json!({ "verification": browser.cookie("portico_code_sign_in").unwrap() });
    assert_eq!(
        verify(&world, &ana, EMAILS, &reference, &code).await.refusal(),
        (400, "invalid_grant".into())
    );
    let (asked, code) = ask(&world, &ana, EMAILS, "a@people.example").await;
    browser.hold("portico_code_sign_in", asked["verification"].as_str().unwrap());
    let typed = [("step", "check"), ("code", code.as_str())];
    let refused = browser.fill(&world, "/sign-in/code", "/sign-in/code", &typed).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.cookie("portico_session"), None);
    verify(&world, &ana, EMAILS, &asked, &code).await.ok();
}

#[tokio::test]
async fn a_letter_that_only_looks_like_another_one_is_another_mailbox() {
    let world = World::new().await;
    let (ana, _vike) = (world.sign_in("ana").await, world.sign_in("vike").await);
    // The Kelvin sign is a `k` to whoever compares without case, and to no mail server.
    for typed in ["vi\u{212a}e@people.example", "\u{130}van@people.example"] {
        let refused = post(&world, &ana, EMAILS, json!({ "value": typed })).await;
        assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{typed}");
    }
    assert!(world.letters().is_empty());
    // In a domain it is the same name, and what is proven is the name.
    let asked = post(&world, &ana, EMAILS, json!({ "value": "Ana2@\u{212a}.example" })).await;
    assert_eq!((asked.status, code(&world).1.as_str()), (StatusCode::ACCEPTED, "ana2@k.example"));
}
