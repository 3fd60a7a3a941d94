//! Signing in at another provider.

mod links;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use portico_core::moment::Span;
use portico_sql::memory::Memory;
use serde_json::{Value, json};
use url::Url;

use crate::fixture::{Browser, Provider, Reply, World, manifest};

const SECRET: &str = "a secret that nobody may see again";
const LINKS: &str = "/settings/links";
const PASSWORD: &str = "a long enough password";

struct Story {
    world: World,
    provider: Provider,
}

/// What the provider was asked.
struct Left {
    at: Url,
}

impl Left {
    fn field(&self, name: &str) -> String {
        let found = self.at.query_pairs().find(|(one, _)| one == name);
        found.unwrap_or_else(|| panic!("no {name}: {}", self.at)).1.into_owned()
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Story {
    async fn begin() -> Self {
        let story = Self { world: World::new().await, provider: Provider::start().await };
        story.register("acme", json!({})).await.ok();
        story
    }

    async fn register(&self, id: &str, change: Value) -> Reply {
        let mut sheet = json!({
            "connection_id": id, "kind": "oidc", "name": "Acme", "issuer": self.provider.issuer,
            "client_id": "us", "client_secret": SECRET,
        });
        sheet.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.world.admin_post("/admin/v1/connections", sheet).await
    }

    /// Presses the provider's button on the sign-in page.
    async fn leave(&self, browser: &mut Browser, onward: &str) -> Left {
        let page = browser.get(&self.world, &format!("/sign-in?{onward}")).await.ok();
        assert!(page.body.contains("Continue with"), "{}", page.body);
        let csrf = Browser::field(&page, "csrf");
        let path = format!("/sign-in/via/acme?{onward}");
        left(browser.post(&self.world, &path, &[("csrf", &csrf)]).await)
    }

    fn claims(&self, left: &Left, change: Value) -> Value {
        let now = self.world.now().seconds();
        let mut claims = json!({
            "iss": self.provider.issuer, "sub": "42", "aud": "us", "nonce": left.field("nonce"),
            "iat": now, "exp": now + 300, "name": "Ana", "email": "ana@example.org",
            "email_verified": true,
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    }

    fn back(&self, left: &Left) -> String {
        let issuer = self.provider.issuer.as_str();
        let query = encoded(&[("code", "c"), ("state", &left.field("state")), ("iss", issuer)]);
        format!("/sign-in/return/acme?{query}")
    }

    /// Comes back as whom these claims, besides the good ones, name.
    async fn come_back(&self, browser: &mut Browser, left: &Left, change: Value) -> Reply {
        self.provider.names(&self.claims(left, change));
        browser.get(&self.world, &self.back(left)).await
    }

    /// Signs in as the person whom the provider knows by this subject.
    async fn sign_in(&self, browser: &mut Browser, subject: &str) {
        let left = self.leave(browser, "").await;
        let email = format!("{subject}@example.org");
        let reply = self.come_back(browser, &left, json!({"sub": subject, "email": email})).await;
        assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/settings"));
    }

    async fn user_of(&self, email: &str) -> Option<String> {
        let live = &self.world.house.live;
        let found = match live.user_named(email).await.unwrap() {
            Some(user) => live.person(user).await.unwrap(),
            None => None,
        };
        found.map(|person| person.person.id.to_string())
    }
}

#[track_caller]
fn left(reply: Reply) -> Left {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    Left { at: Url::parse(reply.header("location")).unwrap() }
}

#[tokio::test]
async fn somebody_new_is_signed_in_by_their_provider_and_known_the_second_time() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    story.sign_in(&mut browser, "ana").await;
    let first = browser.get(&story.world, LINKS).await.ok();
    assert!(first.body.contains("Acme"), "{}", first.body);
    let before = story.user_of("ana@example.org").await;
    story.sign_in(&mut Browser::default(), "ana").await;
    assert_eq!(story.user_of("ana@example.org").await, before);
    assert!(before.is_some());
    let sent = &story.provider.redeemed()[0];
    assert!(sent.contains("code_verifier=") && !sent.contains("secret"), "{sent}");
}

#[tokio::test]
async fn an_address_that_somebody_has_verified_is_not_taken_over_and_nobody_is_merged() {
    let story = Story::begin().await;
    let bob = json!({"name": "Bob", "username": "bob", "password": PASSWORD,
        "email": "ana@example.org", "email_verified": true});
    let bob = story.world.admin_post("/admin/v1/users", bob).await.ok().json();
    let mut browser = Browser::default();
    let left = story.leave(&mut browser, "").await;
    story.come_back(&mut browser, &left, json!({})).await;
    let page = browser.get(&story.world, LINKS).await.ok();
    assert!(page.body.contains("only way"), "{}", page.body);
    assert_eq!(story.user_of("ana@example.org").await, bob["user_id"].as_str().map(str::to_owned));
}

#[tokio::test]
async fn what_does_not_belong_to_this_attempt_signs_nobody_in() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let left = story.leave(&mut browser, "").await;
    let good = story.back(&left);
    let state = left.field("state");
    story.provider.names(&story.claims(&left, json!({})));
    let other_state = good.replace(&state, &"x".repeat(43));
    for (mut who, path) in [
        (Browser::default(), good.clone()),
        (Browser::default(), other_state.clone()),
        (Browser::default(), "/sign-in/return/acme".to_owned()),
    ] {
        assert_eq!(who.get(&story.world, &path).await.status, StatusCode::GONE, "{path}");
    }
    assert_eq!(browser.get(&story.world, &other_state).await.status, StatusCode::GONE);
    let twice = format!("{good}&state={state}");
    assert_eq!(browser.get(&story.world, &twice).await.status, StatusCode::BAD_REQUEST);
    assert!(story.provider.redeemed().is_empty());
    // None of these cost this browser its own attempt, and it counts once.
    assert_eq!(browser.get(&story.world, &good).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&story.world, &good).await.status, StatusCode::GONE);
    assert_eq!(story.provider.redeemed().len(), 1);
}

#[tokio::test]
async fn an_id_token_that_is_not_for_this_attempt_signs_nobody_in() {
    let story = Story::begin().await;
    let past = story.world.now().seconds() - 300;
    for bad in [
        json!({"nonce": "another"}),
        json!({"iss": "https://other.example"}),
        json!({"aud": "another"}),
        json!({"iat": past - 300, "exp": past}),
    ] {
        let mut browser = Browser::default();
        let left = story.leave(&mut browser, "").await;
        let reply = story.come_back(&mut browser, &left, bad.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_GATEWAY, "{bad}");
        assert_eq!(browser.get(&story.world, LINKS).await.status, StatusCode::SEE_OTHER, "{bad}");
    }
    assert_eq!(story.user_of("ana@example.org").await, None);
}

#[tokio::test]
async fn another_issuer_in_the_answer_or_none_is_a_mix_up() {
    let story = Story::begin().await;
    for issuer in ["https://other.example", ""] {
        let mut browser = Browser::default();
        let left = story.leave(&mut browser, "").await;
        let query = encoded(&[("code", "c"), ("state", &left.field("state")), ("iss", issuer)]);
        let reply = browser.get(&story.world, &format!("/sign-in/return/acme?{query}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{issuer}");
    }
    assert!(story.provider.redeemed().is_empty());
}

#[tokio::test]
async fn a_provider_that_refuses_or_talks_nonsense_leads_to_a_page_that_says_so() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let left = story.leave(&mut browser, "").await;
    let issuer = story.provider.issuer.as_str();
    let said = [("error", "access_denied"), ("error_description", "<b>no</b>"), ("iss", issuer)];
    let query = format!("{}&state={}", encoded(&said), left.field("state"));
    let denied = browser.get(&story.world, &format!("/sign-in/return/acme?{query}")).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert!(!denied.body.contains("<b>no"), "{}", denied.body);
    let huge = " ".repeat(10 * 1024 * 1024);
    for (status, body) in [
        (StatusCode::OK, "<html>secret</html>"),
        (StatusCode::OK, huge.as_str()),
        (StatusCode::TEMPORARY_REDIRECT, ""),
        (StatusCode::INTERNAL_SERVER_ERROR, "secret"),
        (StatusCode::OK, "{}"),
    ] {
        let left = story.leave(&mut browser, "").await;
        story.provider.says(status, body);
        let failed = browser.get(&story.world, &story.back(&left)).await;
        assert_eq!(failed.status, StatusCode::BAD_GATEWAY, "{status}");
        assert!(!failed.body.contains("secret"), "{}", failed.body);
    }
}

#[tokio::test]
async fn an_attempt_ends_after_ten_minutes_and_with_its_connection() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let left = story.leave(&mut browser, "").await;
    story.world.pass(Span::minutes(10));
    let late = story.come_back(&mut browser, &left, json!({})).await;
    assert_eq!(late.status, StatusCode::GONE);
    let left = story.leave(&mut browser, "").await;
    let admin = "the-operators-token-of-the-tests-0123456789";
    let path = "/admin/v1/connections/acme";
    story.world.admin_call(Method::DELETE, path, Some(admin), "").await.ok();
    let gone = story.come_back(&mut browser, &left, json!({})).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(!browser.get(&story.world, "/sign-in").await.body.contains("Continue with"));
}

#[tokio::test]
async fn only_a_form_of_this_browsers_sign_in_page_sends_it_to_a_provider() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let csrf = Browser::field(&browser.get(&story.world, "/sign-in").await, "csrf");
    let mut stranger = Browser::default();
    let forged = stranger.post(&story.world, "/sign-in/via/acme", &[("csrf", &csrf)]).await;
    assert_eq!(forged.status, StatusCode::BAD_REQUEST);
    for unknown in ["none", "ACME", "a%20b"] {
        let path = format!("/sign-in/via/{unknown}");
        let reply = browser.post(&story.world, &path, &[("csrf", &csrf)]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let story = Story::begin().await;
    for bad in ["https://evil.example", "//evil.example", "/settings/../x", "/oauth/other?x", "javascript:x"]
    {
        let mut browser = Browser::default();
        let left = story.leave(&mut browser, &encoded(&[("continue", bad)])).await;
        let reply = story.come_back(&mut browser, &left, json!({})).await;
        assert_eq!(reply.header("location"), "/settings", "{bad}");
    }
}

fn authorization(more: &[(&str, &str)]) -> String {
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", "super.app"),
        ("redirect_uri", "https://super.app/callback"),
        ("scope", "openid host"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ];
    query.extend_from_slice(more);
    format!("/oauth/authorize?{}", encoded(&query))
}

#[tokio::test]
async fn an_authorization_request_that_wants_a_new_sign_in_gets_one_at_the_provider() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    story.sign_in(&mut browser, "ana").await;
    let path = authorization(&[("prompt", "login")]);
    let there = browser.get(&story.world, &path).await;
    let onward = there.header("location").split_once('?').unwrap().1.to_owned();
    let left = story.leave(&mut browser, &onward).await;
    assert_eq!(left.field("prompt"), "login");
    let old = json!({"sub": "ana", "auth_time": story.world.now().seconds() - 60});
    let refused = story.come_back(&mut browser, &left, old).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let left = story.leave(&mut browser, &onward).await;
    let new = json!({"sub": "ana", "auth_time": story.world.now().seconds()});
    let back = story.come_back(&mut browser, &left, new).await;
    let done = browser.follow(&story.world, back.header("location")).await;
    assert!(done.header("location").starts_with("https://super.app/callback?"), "{}", done.body);
}

#[tokio::test]
async fn a_connection_is_registered_shown_without_its_secret_replaced_and_removed() {
    let story = Story::begin().await;
    let registered = story.register("acme", json!({"name": "Acme Inc"})).await.ok().json();
    assert_eq!(registered["redirect_uri"], "http://localhost:8080/sign-in/return/acme");
    let shown = story.world.admin_get("/admin/v1/connections/acme").await.ok();
    assert!(!shown.body.contains(SECRET) && shown.json()["has_client_secret"] == true, "{}", shown.body);
    assert_eq!(shown.json()["name"], "Acme Inc");
    let listed = story.world.admin_get("/admin/v1/connections").await.ok().json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for bad in [json!({"kind": "oauth2"}), json!({"kind": "wechat_mini_program"}), json!({"scope": "email"})]
    {
        assert_eq!(story.register("bad", bad.clone()).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(story.world.admin_get("/admin/v1/connections/bad").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_portico_is_the_provider_of_another() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let mut upper = World::at(Arc::new(Memory::new()), &issuer).await;
    let router = upper.public.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut us = manifest("org.example.us", "acme", &[], &[]);
    us["portico"]["kind"] = "web".into();
    us["portico"]["redirect_uris"] = json!(["http://localhost:8080/sign-in/return/upper"]);
    upper.register_app(us).await;
    upper.create_person("ana", PASSWORD).await;
    let lower = World::new().await;
    let connection = json!({
        "connection_id": "upper", "kind": "oidc", "name": "Upper", "issuer": issuer,
        "client_id": "org.example.us", "client_secret": upper.secrets["org.example.us"], "scope": "openid",
    });
    lower.admin_post("/admin/v1/connections", connection).await.ok();
    let (mut here, mut there) = (Browser::default(), Browser::default());
    let onward = encoded(&[("continue", &authorization(&[("state", "s")]))]);
    let csrf = Browser::field(&here.get(&lower, &format!("/sign-in?{onward}")).await, "csrf");
    let gone = left(here.post(&lower, &format!("/sign-in/via/upper?{onward}"), &[("csrf", &csrf)]).await);
    let path = gone.at.as_str().strip_prefix(&issuer).unwrap();
    let answer = there.sign_in(&upper, path, "ana", PASSWORD).await;
    let path = answer.header("location").strip_prefix("http://localhost:8080").unwrap().to_owned();
    let done = here.follow(&lower, &path).await;
    assert!(
        done.header("location").starts_with("https://super.app/callback?"),
        "{} {}",
        done.status,
        done.body
    );
}
