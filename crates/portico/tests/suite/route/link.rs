//! Tying identities elsewhere to a person: tickets, the walk through a browser, completion.

mod bad;
mod marker;
mod together;
mod walk;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::fixture::{Browser, ISSUER, Merchant, Reply, Tokens, World};

const BACK: &str = "https://super.app/callback";
/// Official accounts that ask nothing.
const SILENT: [&str; 3] = ["wx-one", "wx-two", "wx-three"];

/// A world whose operator has connected a merchant in every way there is, and a person of it.
pub struct Story {
    pub world: World,
    pub merchant: Merchant,
    pub ana: Tokens,
}

/// Where a browser was sent.
pub struct Left {
    pub at: Url,
}

impl Left {
    pub fn field(&self, name: &str) -> String {
        let found = self.at.query_pairs().find(|(one, _)| one == name);
        found.unwrap_or_else(|| panic!("no {name}: {}", self.at)).1.into_owned()
    }

    pub fn has(&self, name: &str) -> bool {
        self.at.query_pairs().any(|(one, _)| one == name)
    }

    /// What the host is told at the end of the walk.
    #[track_caller]
    pub fn outcome(&self) -> String {
        assert!(self.at.as_str().starts_with(&format!("{BACK}?")), "{}", self.at);
        self.field("link")
    }
}

/// Where this answer sends the browser.
#[track_caller]
pub fn left(reply: &Reply) -> Left {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    Left { at: Url::parse(reply.header("location")).unwrap() }
}

impl Story {
    pub async fn begin() -> Self {
        let world = World::new().await;
        let story = Self { merchant: Merchant::start().await, ana: world.sign_in("ana").await, world };
        for id in SILENT {
            story.connect(id, "wechat_official_account", json!({})).await.ok();
        }
        story.connect("wx-asks", "wechat_official_account", json!({ "scope": "snsapi_userinfo" })).await.ok();
        story.connect("mini", "wechat_mini_program", json!({})).await.ok();
        story.connect("acme-shop", "oauth2", json!({})).await.ok();
        story
    }

    /// Registers a connection to the merchant, with changes to what is usual.
    pub async fn connect(&self, id: &str, kind: &str, change: Value) -> Reply {
        let url = &self.merchant.url;
        let mut sheet = match kind {
            "oauth2" => json!({
                "client_id": "us", "client_secret": "s3cret", "authorize_url": format!("{url}/authorize"),
                "token_url": format!("{url}/token"), "identity_url": format!("{url}/me"), "subject": "/data/id",
            }),
            _ => json!({ "app_id": format!("wx{id}"), "secret": "s3cret", "base_url": url }),
        };
        let usual = json!({ "connection_id": id, "kind": kind, "name": format!("The {id}") });
        for more in [usual, change] {
            sheet.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        }
        self.world.admin_post("/admin/v1/connections", sheet).await
    }

    pub async fn ask(&self, who: &Tokens, body: Value) -> Reply {
        self.world.json(Method::POST, "/v1/link-tickets", Some(&who.access), &body).await
    }

    /// A ticket's address within Portico.
    pub async fn ticket(&self, who: &Tokens, connections: &[&str], silent: bool) -> String {
        let body = json!({ "connections": connections, "return_to": BACK, "silent": silent });
        let url = self.ask(who, body).await.ok().json()["url"].as_str().unwrap().to_owned();
        url.strip_prefix(ISSUER).unwrap().to_owned()
    }

    /// Comes back from a connection with this code.
    pub async fn back(&self, browser: &mut Browser, from: &str, left: &Left, code: &str) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", code), ("state", &left.field("state"))])
            .finish();
        browser.get(&self.world, &format!("/link/return/{from}?{query}")).await
    }

    /// Walks through a ticket as the people whom these ids at its connections name, to where it ends.
    pub async fn walk(&self, browser: &mut Browser, ticket: &str, people: &[(&str, &str)]) -> Left {
        let mut at = left(&browser.get(&self.world, ticket).await);
        for (connection, openid) in people {
            let code = self.merchant.code(openid, None);
            at = left(&self.back(browser, connection, &at, &code).await);
        }
        at
    }

    pub async fn complete(&self, who: &Tokens, code: &str) -> Reply {
        let body = json!({ "link_code": code });
        self.world.json(Method::POST, "/v1/links", Some(&who.access), &body).await
    }

    pub async fn login_code(&self, who: &Tokens, code: &str) -> Reply {
        let body = json!({ "connection": "mini", "js_code": code });
        self.world.json(Method::POST, "/v1/links", Some(&who.access), &body).await
    }

    /// The issuers and proofs of a person's links through connections.
    pub async fn links(&self, who: &Tokens) -> Vec<(String, String)> {
        let listed = self.world.get("/v1/me/links", Some(&who.access)).await.ok().json();
        let links = listed["links"].as_array().unwrap().iter();
        let text = |link: &Value, name: &str| link[name].as_str().unwrap_or_default().to_owned();
        let made = links.filter(|link| link["proof"] != "assertion");
        made.map(|link| (text(link, "connection_id"), text(link, "proof"))).collect()
    }
}

fn pairs(links: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = links.iter().map(|(one, other)| ((*one).into(), (*other).into())).collect();
    pairs.sort();
    pairs
}
