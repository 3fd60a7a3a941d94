//! The merchant's id as the marker: what an app knows people by is what its merchant always knew them by.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use portico_core::Change;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_http::compose::LogoutTokens;
use portico_reach::{Compose, Composed};
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use portico_store::Page;
use serde_json::{Value, json};

use super::{Left, Story, left};
use crate::fixture::{Browser, Launched, Reply, Tokens, World};
use crate::route::listen::{Listening, run_hub};

const SHOP: &str = "org.example.shop";
/// An OpenID as WeChat makes them.
const OLD: &str = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M";

impl Story {
    /// A merchant whose ids are the OpenIDs of the shop, and Ana's old one tied to her.
    async fn marked() -> Self {
        let story = Self::begin().await;
        story.mark("wx-shop").await.ok();
        story.tie(OLD).await.ok();
        story
    }

    async fn mark(&self, id: &str) -> Reply {
        let change = json!({ "app": SHOP, "marker": "merchant" });
        self.connect(id, "wechat_official_account", change).await
    }

    /// Where Ana's walk to the shop's merchant ends, who knows her by this id.
    async fn prove(&self, openid: &str) -> Left {
        let ticket = self.ticket(&self.ana, &["wx-shop"], true).await;
        self.walk(&mut Browser::default(), &ticket, &[("wx-shop", openid)]).await
    }

    async fn tie(&self, openid: &str) -> Reply {
        let end = self.prove(openid).await;
        self.complete(&self.ana, &end.field("link_code")).await
    }

    async fn link_id(&self) -> String {
        let listed = self.world.get("/v1/me/links", Some(&self.ana.access)).await.ok().json();
        let links = listed["links"].as_array().unwrap();
        let link = links.iter().find(|link| link["app_id"] == SHOP).unwrap();
        link["id"].as_str().unwrap().to_owned()
    }

    /// What the shop's back end is told of the first session that ended.
    async fn logout_token(&self) -> String {
        let page = Page { after: None, limit: 1 };
        let live = &self.world.house.live;
        let delivery = live.store().deliveries(None, page).await.unwrap().remove(0);
        match LogoutTokens(live.clone()).message(&delivery).await {
            Composed::Send { token, .. } => token,
            _ => panic!("no logout token"),
        }
    }

    async fn untie(&self) {
        let path = format!("/v1/me/links/{}", self.link_id().await);
        self.world.json(Method::DELETE, &path, Some(&self.ana.access), &json!({})).await.ok();
    }
}

fn claims(jwt: &str) -> Value {
    use base64::Engine;
    let middle = jwt.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn the_merchants_id_is_the_open_id_wherever_one_leaves() {
    let story = Story::marked().await;
    let token = story.world.launch_granting(&story.ana, SHOP, None).await;
    assert_eq!(claims(&token)["sub"], OLD);
    assert_eq!(story.world.introspect(SHOP, &token).await["sub"], OLD);
    assert_eq!(story.world.userinfo(&token).await.ok().json()["sub"], OLD);
    let code = [("requested_token_type", "urn:portico:token-type:login-code")];
    let Launched::Token { token: code, .. } = story.world.launch_with(&story.ana, SHOP, &code).await else {
        panic!("no login code")
    };
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let shop = story.world.credentials(SHOP);
    let redeemed = story.world.form("/oauth/token", Some(&shop), &fields).await.ok().json();
    for token in ["access_token", "id_token"] {
        assert_eq!(claims(redeemed[token].as_str().unwrap())["sub"], OLD, "{token}");
    }
    let apps = story.world.admin_get("/admin/v1/users").await.ok().json();
    let user = apps["items"][0]["user_id"].as_str().unwrap();
    let seen = story.world.admin_get(&format!("/admin/v1/users/{user}/consents")).await.ok().json();
    assert_eq!(seen["items"][0]["openid"], OLD);
    let taxi = story.world.launch_granting(&story.ana, "org.example.taxi", None).await;
    assert_ne!(claims(&taxi)["sub"], OLD);
}

#[tokio::test]
async fn a_back_end_is_told_of_sign_out_by_the_merchants_id() {
    let story = Story::marked().await;
    story.world.launch_granting(&story.ana, SHOP, None).await;
    story.world.sign_out(&story.ana).await.ok();
    assert_eq!(claims(&story.logout_token().await)["sub"], OLD);
}

#[tokio::test]
async fn a_back_end_is_told_of_an_erasure_without_an_id_that_it_never_knew() {
    let story = Story::marked().await;
    story.world.launch_granting(&story.ana, SHOP, None).await;
    story.world.json(Method::DELETE, "/v1/me", Some(&story.ana.access), &json!({})).await.ok();
    let token = story.logout_token().await;
    assert_eq!(claims(&token)["sub"], Value::Null);
    assert_eq!(claims(&token)["sid"].as_str().unwrap().len(), 28);
}

#[tokio::test]
async fn a_token_of_an_open_id_that_was_undone_is_good_for_nothing() {
    let story = Story::marked().await;
    let token = story.world.launch_granting(&story.ana, SHOP, None).await;
    assert_eq!(story.world.introspect(SHOP, &token).await["active"], true);
    story.untie().await;
    assert_eq!(story.world.introspect(SHOP, &token).await, json!({ "active": false }));
    assert_eq!(story.world.userinfo(&token).await.status, StatusCode::UNAUTHORIZED);
    let next = story.world.launch_granting(&story.ana, SHOP, None).await;
    let sub = claims(&next)["sub"].as_str().unwrap().to_owned();
    assert_eq!((sub.len(), sub == OLD), (28, false));
    assert_eq!(story.world.introspect(SHOP, &next).await["active"], true);
}

#[tokio::test]
async fn whoever_listens_is_told_that_an_open_id_was_undone() {
    let story = Story::marked().await;
    tokio::time::pause();
    run_hub(&story.world);
    let token = story.world.launch_granting(&story.ana, SHOP, None).await;
    let mut back_end = Listening::open(&story.world, "/v1/feed", &story.world.credentials(SHOP), None).await;
    while back_end.hear().await.name != "caught_up" {}
    let bearer = format!("Bearer {token}");
    let mut app = Listening::open(&story.world, "/v1/events", &bearer, None).await;
    story.untie().await;
    let told = back_end.hear().await;
    assert_eq!((told.name.as_str(), told.data), ("grant_changed", json!({ "sub": OLD, "scope": "" })));
    assert_eq!(app.hear().await.name, "token_expired");
    let again = Listening::try_open(&story.world, "/v1/events", Some(&bearer), None).await;
    assert!(again.is_err(), "the token is good for no stream");
    let next = story.world.launch_granting(&story.ana, SHOP, None).await;
    assert!(
        Listening::try_open(&story.world, "/v1/events", Some(&format!("Bearer {next}")), None).await.is_ok()
    );
}

#[tokio::test]
async fn an_open_id_that_was_told_is_not_replaced() {
    let story = Story::begin().await;
    story.mark("wx-shop").await.ok();
    let ready = story.prove(OLD).await;
    let token = story.world.launch_granting(&story.ana, SHOP, None).await;
    let refused = story.complete(&story.ana, &ready.field("link_code")).await;
    assert_eq!(refused.refusal(), (409, "conflict".into()));
    assert_eq!(story.prove(OLD).await.outcome(), "conflict");
    assert_eq!(story.world.introspect(SHOP, &token).await["active"], true);
}

#[tokio::test]
async fn an_app_that_was_told_one_from_elsewhere_is_told_no_third_one() {
    let story = Story::marked().await;
    assert_eq!(story.prove("o6_bmjrPTlm6_2sgVt7hMZOPfAAA").await.outcome(), "conflict", "one at a time");
    story.world.launch_granting(&story.ana, SHOP, None).await;
    story.untie().await;
    assert_eq!(story.prove(OLD).await.outcome(), "conflict", "the app was told one");
}

#[tokio::test]
async fn an_id_that_reads_as_one_of_ours_is_no_merchants() {
    let story = Story::begin().await;
    story.mark("wx-shop").await.ok();
    let bob: Tokens = story.world.sign_in("bob").await;
    let bobs = story.world.launch_granting(&bob, SHOP, None).await;
    let bobs = claims(&bobs)["sub"].as_str().unwrap().to_owned();
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["wx-shop"], true).await;
    let there = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code(&bobs, None);
    let end = left(&story.back(&mut browser, "wx-shop", &there, &code).await);
    assert_eq!(end.outcome(), "conflict");
}

#[tokio::test]
async fn one_provider_alone_brings_an_apps_open_ids() {
    let story = Story::begin().await;
    story.mark("wx-shop").await.ok();
    assert_eq!(story.mark("wx-other").await.refusal(), (409, "conflict".into()));
    story.mark("wx-shop").await.ok();
    let nobody = json!({ "app": "org.example.none", "marker": "merchant" });
    let refused = story.connect("wx-none", "wechat_official_account", nobody).await;
    assert_eq!(refused.refusal(), (400, "invalid_request".into()));
}

#[tokio::test(start_paused = true)]
async fn every_node_knows_an_apps_first_open_id_from_elsewhere_once_it_is_tied_and_when_it_is_undone() {
    let (store, master) = (Arc::new(Memory::new()), MasterKey::generate(&SystemChance).to_text());
    let one = World::node(&store, &master, None).await;
    let two = World::node(&store, &master, Some(&one)).await;
    let leases = [&one, &two].map(|node| {
        let live = Arc::clone(&node.house.live);
        tokio::spawn(async move { live.keep_lease().await })
    });
    let user = one.create_person("ana", "a long enough password").await.parse().unwrap();
    let app = SHOP.parse().unwrap();
    let known = async |node: &World| {
        let live = &node.house.live;
        let client = live.client(&app).await.unwrap().unwrap();
        live.open_id(&client, user).await.unwrap()
    };
    let derived = known(&one).await;
    assert_eq!((known(&two).await, derived.len()), (derived.clone(), 28));
    let (vault, issuer) = (one.house.live.vault(), app_issuer(&app));
    let subject_index = vault.link_index(&issuer, OLD);
    let tied = Link {
        issuer: issuer.clone(),
        subject_index,
        user,
        proof: LinkProof::Silent,
        linked_at: one.now(),
        open_id: Some(vault.seal_open_id(&app, OLD)),
    };
    one.house.commit(vec![Change::PersonHeld { user }, Change::Linked(tied)]).await.unwrap();
    assert_eq!((known(&one).await, known(&two).await), (OLD.to_owned(), OLD.to_owned()));
    let undone = Change::Unlinked { issuer, subject_index, user, at: one.now() };
    two.house.commit(vec![undone]).await.unwrap();
    assert_eq!((known(&one).await, known(&two).await), (derived.clone(), derived));
    leases.iter().for_each(|lease| lease.abort());
}
