//! Events about a person's data, pushed to back ends that ask for them.

use axum::http::Method;
use portico_core::noun::delivery::{Delivery, Told};
use portico_http::compose::LogoutTokens;
use portico_reach::{Compose, Composed};
use portico_store::Page;
use serde_json::{Value, json};

use super::{OTHER, STORE, Town};
use crate::fixture::{World, manifest};

const TOKEN: &str = "abc123";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// A town whose store asks for events.
async fn town(key: Option<&str>) -> Town {
    let mut town = Town::new().await;
    let mut update = manifest(STORE, "acme", &["profile.basic", "phone.verified"], &["union_id"]);
    update["version"]["code"] = json!(2);
    let mut wechat = json!({ "event_url": "https://store.example/events?shop=1", "token": TOKEN });
    if let Some(key) = key {
        wechat["encoding_aes_key"] = json!(key);
    }
    update["portico"]["wechat"] = wechat;
    town.world.register_app(update).await;
    town
}

async fn events(world: &World) -> Vec<Delivery> {
    let page = Page { after: None, limit: 100 };
    let all = world.house.live.store().deliveries(None, page).await.unwrap();
    all.into_iter().filter(|delivery| matches!(delivery.what, Told::Data(_))).collect()
}

async fn said(world: &World) -> Vec<(String, u16)> {
    let mut said: Vec<_> = events(world)
        .await
        .into_iter()
        .map(|delivery| match delivery.what {
            Told::Data(event) => (event.kind.as_str().to_owned(), event.info),
            Told::Logout(_) => unreachable!("only events were kept"),
        })
        .collect();
    said.sort();
    said
}

async fn composed(world: &World, delivery: &Delivery) -> (String, String) {
    match LogoutTokens(world.house.live.clone()).message(delivery).await {
        Composed::SendXml { uri, xml } => (uri, xml),
        _ => panic!("nothing to send"),
    }
}

fn parameter(uri: &str, name: &str) -> String {
    crate::route::redeem::parameter(uri, name)
}

fn sha1(parts: &mut [&str]) -> String {
    parts.sort_unstable();
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let digest = aws_lc_rs::digest::digest(algorithm, parts.concat().as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn withdraw(town: &Town, app: &str) {
    let path = format!("/v1/me/apps/{app}");
    town.world.json(Method::DELETE, &path, Some(&town.ana.access), &json!({})).await.ok();
}

#[tokio::test]
async fn a_withdrawal_of_everything_is_told_once_and_only_to_who_asks() {
    let town = town(None).await;
    withdraw(&town, OTHER).await;
    assert_eq!(said(&town.world).await, []);
    withdraw(&town, STORE).await;
    let revoked = |info| ("user_authorization_revoke".to_owned(), info);
    assert_eq!(said(&town.world).await, [revoked(301)]);
    withdraw(&town, STORE).await;
    assert_eq!(said(&town.world).await.len(), 1, "nothing was left to withdraw");
}

#[tokio::test]
async fn a_change_of_what_the_app_may_see_is_told_and_no_other() {
    let town = town(None).await;
    let patch = async |change: Value| {
        town.world.json(Method::PATCH, "/v1/me/profile", Some(&town.ana.access), &change).await.ok();
    };
    let address = json!({ "locality": "Bath" });
    town.world.json(Method::POST, "/v1/me/addresses", Some(&town.ana.access), &address).await.ok();
    assert_eq!(said(&town.world).await, []);
    patch(json!({ "name": "Anna" })).await;
    assert_eq!(said(&town.world).await, [("user_info_modified".to_owned(), 6)]);
}

#[tokio::test]
async fn an_erasure_is_told_with_the_openid_that_the_app_knew() {
    let town = town(None).await;
    let (open_id, _) = town.log_in(STORE).await;
    let ana = town.world.sign_in("ana").await;
    town.world.json(Method::DELETE, "/v1/me", Some(&ana.access), &json!({})).await.ok();
    assert_eq!(said(&town.world).await, [("user_authorization_cancellation".to_owned(), 301)]);
    let (uri, xml) = composed(&town.world, &events(&town.world).await[0]).await;
    assert_eq!(parameter(&uri, "openid"), open_id);
    assert!(xml.contains(&format!("<OpenID><![CDATA[{open_id}]]></OpenID>")), "{xml}");
}

#[tokio::test]
async fn an_event_is_posted_as_wechat_does_and_signed_anew_each_time() {
    let town = town(None).await;
    let (open_id, _) = town.log_in(STORE).await;
    withdraw(&town, STORE).await;
    let appid = town.appid(STORE).await;
    let delivery = &events(&town.world).await[0];
    let (uri, xml) = composed(&town.world, delivery).await;
    assert!(uri.starts_with("https://store.example/events?shop=1&signature="), "{uri}");
    let (timestamp, nonce) = (parameter(&uri, "timestamp"), parameter(&uri, "nonce"));
    assert_eq!(parameter(&uri, "signature"), sha1(&mut [TOKEN, &timestamp, &nonce]));
    assert_eq!(timestamp, town.world.now().seconds().to_string());
    for (name, value) in [
        ("ToUserName", &appid[..]),
        ("FromUserName", &open_id),
        ("MsgType", "event"),
        ("Event", "user_authorization_revoke"),
        ("OpenID", &open_id),
        ("AppID", &appid),
    ] {
        assert!(xml.contains(&format!("<{name}><![CDATA[{value}]]></{name}>")), "{name}: {xml}");
    }
    assert!(xml.contains(&format!("<CreateTime>{timestamp}</CreateTime>")), "{xml}");
    assert_ne!(parameter(&composed(&town.world, delivery).await.0, "nonce"), nonce);
}

#[tokio::test]
async fn with_a_key_the_body_is_encrypted_and_signed_too() {
    let town = town(Some(KEY)).await;
    let (open_id, _) = town.log_in(STORE).await;
    withdraw(&town, STORE).await;
    let (uri, xml) = composed(&town.world, &events(&town.world).await[0]).await;
    assert!(!xml.contains(&open_id) && !xml.contains("revoke"), "{xml}");
    let encrypted = xml.split("<Encrypt><![CDATA[").nth(1).unwrap().split("]]>").next().unwrap();
    let (timestamp, nonce) = (parameter(&uri, "timestamp"), parameter(&uri, "nonce"));
    assert_eq!(parameter(&uri, "encrypt_type"), "aes");
    assert_eq!(parameter(&uri, "msg_signature"), sha1(&mut [TOKEN, &timestamp, &nonce, encrypted]));
}

#[tokio::test]
async fn what_is_shared_with_the_back_end_is_never_shown_again() {
    let town = town(Some(KEY)).await;
    let shown = town.world.admin_get(&format!("/admin/v1/apps/{STORE}")).await.ok();
    assert_eq!(
        shown.json()["portico"]["wechat"],
        json!({ "event_url": "https://store.example/events?shop=1" })
    );
    assert!(!shown.body.contains(TOKEN) && !shown.body.contains(KEY));
    let app = town.world.house.live.store().client(&STORE.parse().unwrap()).await.unwrap().unwrap();
    let stored = serde_json::to_string(&app).unwrap();
    assert!(!stored.contains(TOKEN) && !stored.contains(KEY), "secrets lie wrapped in the store");
}

#[tokio::test]
async fn an_app_that_asks_no_more_is_sent_nothing() {
    let mut town = town(None).await;
    withdraw(&town, STORE).await;
    let mut update = manifest(STORE, "acme", &["profile.basic", "phone.verified"], &["union_id"]);
    update["version"]["code"] = json!(3);
    town.world.register_app(update).await;
    let message = LogoutTokens(town.world.house.live.clone()).message(&events(&town.world).await[0]).await;
    assert!(matches!(message, Composed::Drop { .. }));
}
