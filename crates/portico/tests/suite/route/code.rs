use axum::http::StatusCode;
use portico_core::Change;
use portico_core::moment::Span;
use portico_core::noun::person::Contact;
use portico_reach::Address;
use serde_json::json;

use crate::fixture::{Browser, Reply, World};

/// What `continue` must not lead to, at any page.
pub const ELSEWHERE: [&str; 8] = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/settings//evil.example",
    "/settings/../evil",
    "javascript:alert(1)",
    "/oauth/authorize",
    "/settings\r\nSet-Cookie: a=b",
];

/// A page that is to lead on to this address.
pub fn leading_to(page: &str, onward: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", onward).finish();
    format!("{page}?{query}")
}

/// An answer whole, without what is drawn by chance in it.
pub fn without_chance(reply: &Reply) -> String {
    let mut headers: Vec<_> =
        reply.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    let whole = format!("{} {} {}", reply.status, headers.join("\n"), reply.body);
    let is_secret = |word: &&str| word.len() == 43;
    let in_alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let secrets: Vec<_> = whole.split(|c| !in_alphabet(c)).filter(is_secret).map(str::to_owned).collect();
    secrets.iter().fold(whole, |whole, secret| whole.replace(secret, "*"))
}

/// Suspends a person.
pub async fn suspend(world: &World, user: &str) {
    let change = Change::PersonBlocked { user: user.parse().unwrap(), at: Some(world.now()) };
    world.house.commit(vec![change]).await.unwrap();
}

/// Creates a person whose e-mail address is not verified.
pub async fn unverified(world: &World, username: &str) {
    let person =
        json!({ "name": username, "username": username, "email": format!("{username}@people.example") });
    world.admin_post("/admin/v1/users", person).await.ok();
}

/// Gives a person these verified e-mail addresses and no others.
pub async fn reached_at(world: &World, username: &str, emails: &[&str]) {
    let user = world.house.live.user_named(username).await.unwrap().unwrap();
    let person = world.house.live.person(user).await.unwrap().unwrap();
    let mut profile = person.profile.clone();
    let proven = |email: &&str| Contact { value: (*email).to_owned(), verified_at: Some(world.now()) };
    profile.emails = emails.iter().map(proven).collect();
    let rewritten = person.rewrite(&profile, world.house.live.vault()).unwrap();
    world.house.commit(vec![rewritten]).await.unwrap();
}

async fn ask(world: &World, browser: &mut Browser, typed: &str) -> Reply {
    browser.fill(world, "/sign-in", "/sign-in/code", &[("username", typed)]).await
}

async fn answer(world: &World, browser: &mut Browser, code: &str) -> Reply {
    browser.fill(world, "/sign-in/code", "/sign-in/code", &[("step", "check"), ("code", code)]).await
}

#[tokio::test]
async fn a_code_signs_in_whoever_has_the_address() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    for typed in ["ana@people.example", " ANA@People.example", "ana"] {
        let mut browser = Browser::default();
        browser.hold("portico_session", "fixed");
        let sent = ask(&world, &mut browser, typed).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/sign-in/code"));
        assert!(world.letters().is_empty(), "nothing is written before the answer");
        let letters = world.posted().await;
        assert!(letters[0].to == Address::Email("ana@people.example".into()));
        let code = letters[0].text.split("\n\n").nth(1).unwrap().to_owned();
        let split = format!("{} {}", &code[..3], &code[3..]);
        let done = answer(&world, &mut browser, &split).await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/settings"));
        assert!(!["", "fixed"].contains(&browser.cookie("portico_session").unwrap_or_default()));
        assert_eq!(browser.cookie("portico_code_sign_in").unwrap_or_default(), "");
        assert_eq!(browser.get(&world, "/settings").await.status, StatusCode::OK);
        world.posted().await;
    }
}

#[tokio::test]
async fn an_answer_does_not_tell_who_is_known() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    unverified(&world, "bob").await;
    let suspended = world.create_person("eve", "a long password").await;
    suspend(&world, &suspended).await;
    let mut answers = vec![];
    for (typed, sent) in
        [("ana", 1), ("bob@people.example", 0), ("eve", 0), ("nobody", 0), ("no@body.example", 0)]
    {
        let mut browser = Browser::default();
        let mut all = vec![without_chance(&ask(&world, &mut browser, typed).await)];
        assert!(world.letters().is_empty(), "nothing is written before the answer");
        assert_eq!(world.posted().await.len(), sent, "{typed}");
        all.push(without_chance(&browser.get(&world, "/sign-in/code").await));
        for _ in 0..6 {
            all.push(without_chance(&answer(&world, &mut browser, "wrong").await));
        }
        answers.push(all);
    }
    assert!(answers.iter().all(|all| *all == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn so_many_codes_are_sent_for_a_name_whoever_it_names() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    for typed in ["ana", "nobody"] {
        let mut browser = Browser::default();
        for round in 0..12 {
            let reply = ask(&world, &mut browser, typed).await;
            let expected = if round < 10 { 303 } else { 429 };
            assert_eq!(reply.status, expected, "{typed} {round}");
            assert_eq!(reply.header("retry-after").is_empty(), round < 10);
        }
    }
}

#[tokio::test]
async fn five_wrong_codes_and_the_right_one_counts_no_more() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    let mut browser = Browser::default();
    ask(&world, &mut browser, "ana").await;
    let code = world.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let reply = answer(&world, &mut browser, wrong).await;
        assert!(reply.status == 400 && reply.body.contains("not the code"), "{}", reply.body);
    }
    let late = answer(&world, &mut browser, &code).await;
    assert!(late.status == 400 && late.body.contains("Too many wrong codes"), "{}", late.body);
    assert_eq!(browser.cookie("portico_session").unwrap_or_default(), "");
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_in_its_browser() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    let (mut browser, mut other) = (Browser::default(), Browser::default());
    ask(&world, &mut browser, "ana").await;
    let code = world.code().await;
    ask(&world, &mut other, "ana").await;
    world.code().await;
    assert_eq!(answer(&world, &mut other, &code).await.status, 400);
    let mut before = browser.clone();
    assert_eq!(answer(&world, &mut browser, &code).await.status, 303);
    let replayed = answer(&world, &mut before, &code).await;
    assert!(replayed.body.contains("no longer be used"), "{}", replayed.body);
    world.posted().await;
    ask(&world, &mut other, "ana").await;
    let code = world.code().await;
    world.pass(Span::minutes(10));
    assert!(answer(&world, &mut other, &code).await.body.contains("no longer be used"));
}

#[tokio::test]
async fn a_code_for_somebody_suspended_meanwhile_opens_nothing() {
    let world = World::new().await;
    let user = world.create_person("ana", "a long password").await;
    let mut browser = Browser::default();
    ask(&world, &mut browser, "ana").await;
    let code = world.code().await;
    suspend(&world, &user).await;
    assert_eq!(answer(&world, &mut browser, &code).await.status, 400);
    assert_eq!(browser.cookie("portico_session").unwrap_or_default(), "");
}

#[tokio::test]
async fn a_form_without_its_cookie_or_token_does_nothing() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    let reply = Browser::default().post(&world, "/sign-in/code", &[("username", "ana"), ("csrf", "x")]).await;
    assert_eq!(reply.status, 400);
    assert!(world.posted().await.is_empty());
    let mut browser = Browser::default();
    ask(&world, &mut browser, "ana").await;
    let code = world.code().await;
    let mut stranger = Browser::default();
    ask(&world, &mut stranger, "nobody").await;
    let foreign = Browser::field(&stranger.get(&world, "/sign-in/code").await, "csrf");
    for csrf in ["", "nonsense", foreign.as_str()] {
        let fields = [("step", "check"), ("code", code.as_str()), ("csrf", csrf)];
        assert_eq!(browser.post(&world, "/sign-in/code", &fields).await.status, 400, "{csrf}");
    }
    assert_eq!(browser.cookie("portico_session").unwrap_or_default(), "");
    assert_eq!(answer(&world, &mut browser, &code).await.status, 303);
    for bad in [vec![("username", "")], vec![("username", "x".repeat(321).leak() as &str)]] {
        let reply = Browser::default().fill(&world, "/sign-in", "/sign-in/code", &bad).await;
        assert_eq!(reply.status, 400);
    }
    let twice = "csrf=a&csrf=b";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let reply = world.call(axum::http::Method::POST, "/sign-in/code", &headers, twice).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn the_page_leads_nowhere_but_to_our_own_addresses() {
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    for onward in ELSEWHERE {
        let mut browser = Browser::default();
        let (page, code) = (leading_to("/sign-in", onward), leading_to("/sign-in/code", onward));
        let sent = browser.fill(&world, &page, &code, &[("username", "ana")]).await;
        assert_eq!(sent.header("location"), code);
        let digits = world.code().await;
        let done = browser.fill(&world, &code, &code, &[("step", "check"), ("code", &digits)]).await;
        assert_eq!(done.header("location"), "/settings", "{onward}");
        world.posted().await;
    }
}

#[tokio::test]
async fn a_code_that_went_to_an_address_that_is_gone_since_opens_nothing() {
    const OLD: &str = "ana@people.example";
    const NEW: &str = "new@people.example";
    let world = World::new().await;
    world.create_person("ana", "a long password").await;
    for typed in ["ana", OLD] {
        for (page, ask, answer) in
            [("/sign-in", "/sign-in/code", "/sign-in/code"), ("/recover", "/recover", "/recover/code")]
        {
            reached_at(&world, "ana", &[OLD, NEW]).await;
            let (mut browser, mut kept) = (Browser::default(), Browser::default());
            browser.fill(&world, page, ask, &[("username", typed)]).await;
            let code = world.code().await;
            kept.fill(&world, page, ask, &[("username", typed)]).await;
            let second = world.code().await;
            let fields = |code| [("step", "check"), ("code", code), ("password", "vR7-kept-well")];
            reached_at(&world, "ana", &[NEW]).await;
            let refused = browser.fill(&world, answer, answer, &fields(&code)).await;
            assert_eq!(refused.status, 400, "{answer} {typed}");
            assert_eq!(browser.cookie("portico_session").unwrap_or_default(), "");
            // It is not the main one any more, and still theirs.
            reached_at(&world, "ana", &[NEW, OLD]).await;
            let taken = kept.fill(&world, answer, answer, &fields(&second)).await;
            assert_eq!(taken.status, 303, "{answer} {typed}");
            world.posted().await;
        }
    }
}
