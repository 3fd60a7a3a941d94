//! Signing in to the operator's console at an OpenID Connect provider.

use axum::http::Method;
use portico_core::moment::Span;
use serde_json::{Value, json};
use url::Url;

use crate::fixture::{Browser, Provider, Reply, World};

const ALLOWED: [&str; 2] = ["ops@example.org", "subject-7"];

struct Story {
    world: World,
    provider: Provider,
    browser: Browser,
}

impl Story {
    async fn new() -> Self {
        let (mut world, provider) = (World::new().await, Provider::start().await);
        world.restart_with_provider(&provider.issuer, &ALLOWED);
        Self { world, provider, browser: Browser::default() }
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.browser.at_console(&self.world, Method::GET, path, &[]).await
    }

    /// Leaves for the provider; answers the parameters of the request there.
    async fn leave(&mut self) -> impl Fn(&str) -> String + use<> {
        let reply = self.get("/console/provider/leave").await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        let url: Url = reply.header("location").parse().unwrap();
        assert_eq!(url.path(), "/authorize");
        move |name| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
    }

    /// Goes there and comes back as whoever these claims speak of.
    async fn comes_back(&mut self, who: Value) -> Reply {
        let asked = self.leave().await;
        let now = self.world.now().seconds();
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": "console", "sub": "nobody", "nonce": asked("nonce"),
            "iat": now, "exp": now + 60,
        });
        claims.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        self.provider.names(&claims);
        self.get(&self.back(&asked("state"))).await
    }

    /// Where the provider sends the browser back to, with a code.
    fn back(&self, state: &str) -> String {
        format!("/console/provider?code=c&state={state}&iss={}", self.provider.issuer)
    }

    fn is_in(&self) -> bool {
        self.browser.cookie("portico_console").is_some()
    }
}

#[tokio::test]
async fn an_operator_whom_the_provider_names_acts_under_that_name() {
    for (who, name) in [
        (json!({ "sub": "x", "email": "Ops@Example.org", "email_verified": true }), "ops@example.org"),
        (json!({ "sub": "subject-7" }), "subject-7"),
    ] {
        let mut story = Story::new().await;
        assert!(story.get("/console/sign-in").await.ok().body.contains("/console/provider/leave"));
        let entered = story.comes_back(who).await.ok();
        assert_eq!(entered.header("refresh"), "0;url=/console");
        assert!(story.is_in() && story.browser.cookie("portico_console_attempt").is_none());
        assert!(story.get("/console").await.ok().body.contains(name));
        let path = "/console/apps/org.example.taxi";
        let page = story.get(path).await.ok();
        let fields = [("csrf", Browser::field(&page, "csrf")), ("action", "suspend".to_owned())];
        let fields = fields.each_ref().map(|(key, value)| (*key, value.as_str()));
        let done = story.browser.at_console(&story.world, Method::POST, path, &fields).await;
        assert_eq!(done.status, 303);
        let trail = story.world.admin_get("/admin/v1/audit?limit=2").await.ok().json();
        let line = |at: usize| (trail["items"][at]["act"].clone(), trail["items"][at]["operator"].clone());
        assert_eq!(line(0), (json!("app.suspended"), json!(name)));
        assert_eq!(line(1), (json!("console.signed_in"), json!(name)));
    }
}

#[tokio::test]
async fn whom_the_configuration_does_not_name_is_no_operator() {
    for who in [
        json!({ "sub": "x", "email": "ops@example.org" }),
        json!({ "sub": "x", "email": "ops@example.org", "email_verified": false }),
        json!({ "sub": "x", "email": "ops@example.org", "email_verified": "true" }),
        json!({ "sub": "ops@example.org" }),
        json!({ "sub": "x", "email": "subject-7", "email_verified": true }),
        json!({ "sub": "Subject-7" }),
    ] {
        let mut story = Story::new().await;
        let reply = story.comes_back(who.clone()).await;
        assert_eq!((reply.status.as_u16(), story.is_in()), (403, false), "{who}");
    }
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_in_this_browser_opens_nothing() {
    let mut story = Story::new().await;
    let good = json!({ "sub": "subject-7" });
    for wrong in [
        json!({ "nonce": "another" }),
        json!({ "aud": "another" }),
        json!({ "iss": "https://another.example" }),
        json!({ "exp": 1 }),
    ] {
        let mut who = good.clone();
        who.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let reply = story.comes_back(who).await;
        assert!(reply.status.is_client_error() && !story.is_in(), "{wrong}: {}", reply.status);
    }
    let asked = story.leave().await;
    for query in
        ["", "code=c", "code=c&state=another", "error=access_denied&state=x", "code=c&code=d&state=x"]
    {
        let reply = story.get(&format!("/console/provider?{query}")).await;
        assert!(reply.status.is_client_error() && !story.is_in(), "{query}: {}", reply.status);
    }
    let mut other = Browser::default();
    let path = story.back(&asked("state"));
    let reply = other.at_console(&story.world, Method::GET, &path, &[]).await;
    assert_eq!((reply.status.as_u16(), other.cookie("portico_console")), (400, None));
}

#[tokio::test]
async fn an_attempt_is_over_after_ten_minutes() {
    let mut story = Story::new().await;
    let asked = story.leave().await;
    story.world.pass(Span::minutes(10));
    let reply = story.get(&story.back(&asked("state"))).await;
    assert_eq!((reply.status.as_u16(), story.is_in()), (400, false));
}

#[tokio::test]
async fn whoever_is_taken_off_the_list_is_out() {
    let mut story = Story::new().await;
    story.comes_back(json!({ "sub": "subject-7" })).await.ok();
    story.get("/console").await.ok();
    let issuer = story.provider.issuer.clone();
    story.world.restart_with_provider(&issuer, &["ops@example.org"]);
    assert_eq!(story.get("/console").await.status, 303);
}
