//! Providers that answer badly.

use axum::http::StatusCode;
use serde_json::json;

use super::{Story, left};
use crate::fixture::Browser;

#[tokio::test]
async fn a_provider_that_talks_nonsense_ends_the_walk_and_ties_nothing() {
    let story = Story::begin().await;
    let huge = format!("{{\"openid\": \"{}\"}}", "o".repeat(10 * 1024 * 1024));
    let long = json!({ "openid": "o".repeat(600), "data": { "id": "o".repeat(600) } }).to_string();
    for (status, body) in [
        (StatusCode::OK, "<html>secret</html>"),
        (StatusCode::OK, huge.as_str()),
        (StatusCode::OK, long.as_str()),
        (StatusCode::OK, "{}"),
        (StatusCode::OK, "[]"),
        (StatusCode::OK, ""),
        (StatusCode::OK, "{\"errcode\": 40029, \"errmsg\": \"secret\", \"openid\": \"o1\"}"),
        (StatusCode::OK, "{\"error\": \"secret words\", \"access_token\": \"o1\"}"),
        (StatusCode::OK, "{\"openid\": \"\", \"access_token\": \"\"}"),
        (StatusCode::OK, "{\"openid\": {\"a\": 1}, \"access_token\": 1}"),
        (StatusCode::INTERNAL_SERVER_ERROR, "{\"openid\": \"o1\", \"access_token\": \"o1\"}"),
        (StatusCode::TEMPORARY_REDIRECT, ""),
    ] {
        for connection in ["acme-shop", "wx-one", "wx-asks"] {
            let mut browser = Browser::default();
            story.merchant.says(None);
            let ticket = story.ticket(&story.ana, &[connection], false).await;
            let there = left(&browser.get(&story.world, &ticket).await);
            let code = story.merchant.code("ana", None);
            story.merchant.says(Some((status, body.to_owned())));
            let reply = story.back(&mut browser, connection, &there, &code).await;
            let end = left(&reply);
            let shown: String = body.chars().take(80).collect();
            assert_eq!(end.outcome(), "failed", "{connection} {status} {shown}");
            assert!(!end.at.as_str().contains("secret"), "{}", end.at);
        }
        let refused = story.login_code(&story.ana, "code").await;
        assert!(matches!(refused.status.as_u16(), 400 | 503), "{} {}", refused.status, refused.body);
        assert!(!refused.body.contains("secret"), "{}", refused.body);
    }
    assert_eq!(story.links(&story.ana).await, []);
}

#[tokio::test]
async fn a_provider_that_never_ends_its_answer_holds_nobody_up() {
    let story = Story::begin().await;
    let mut walks = vec![];
    for connection in ["acme-shop", "wx-one", "wx-asks"] {
        let mut browser = Browser::default();
        let ticket = story.ticket(&story.ana, &[connection], false).await;
        let there = left(&browser.get(&story.world, &ticket).await);
        walks.push((connection, browser, there, story.merchant.code("ana", None)));
    }
    story.merchant.stalls();
    // Ten seconds of a clock that runs as fast as nothing happens.
    tokio::time::pause();
    for (connection, mut browser, there, code) in walks {
        let begun = tokio::time::Instant::now();
        let end = left(&story.back(&mut browser, connection, &there, &code).await);
        assert_eq!(end.outcome(), "failed", "{connection}");
        assert!(begun.elapsed().as_secs() <= 10, "{connection}: {:?}", begun.elapsed());
    }
    let refused = story.login_code(&story.ana, &story.merchant.code("ana", None)).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert_eq!(story.merchant.asked().len(), 4);
    assert_eq!(story.links(&story.ana).await, []);
}

#[tokio::test]
async fn an_introduction_of_another_person_is_not_believed() {
    let story = Story::begin().await;
    for other in [
        json!({ "openid": "eve", "nickname": "Ana" }),
        json!({ "openid": "ana", "unionid": "union-eve" }),
        json!({ "nickname": "Ana" }),
    ] {
        let mut browser = Browser::default();
        story.merchant.introduces(other.clone());
        let ticket = story.ticket(&story.ana, &["wx-asks"], false).await;
        let there = left(&browser.get(&story.world, &ticket).await);
        assert_eq!(there.field("scope"), "snsapi_userinfo");
        let code = story.merchant.code("ana", Some("union-ana"));
        let end = left(&story.back(&mut browser, "wx-asks", &there, &code).await);
        assert_eq!(end.outcome(), "failed", "{other}");
    }
    assert_eq!(story.links(&story.ana).await, []);
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_or_none_is_a_mix_up() {
    let story = Story::begin().await;
    story.connect("acme-shop", "oauth2", json!({ "issuer": "https://acme.example" })).await.ok();
    for (iss, outcome) in [
        ("&iss=https%3A%2F%2Fevil.example", "failed"),
        ("", "failed"),
        ("&iss=https%3A%2F%2Facme.example", "ready"),
    ] {
        let mut browser = Browser::default();
        let ticket = story.ticket(&story.ana, &["acme-shop"], false).await;
        let there = left(&browser.get(&story.world, &ticket).await);
        let code = story.merchant.code("ana", None);
        let path = format!("/link/return/acme-shop?code={code}&state={}{iss}", there.field("state"));
        assert_eq!(left(&browser.get(&story.world, &path).await).outcome(), outcome, "{iss}");
    }
}

#[tokio::test]
async fn an_answer_at_the_address_of_another_connection_is_nobodys() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["acme-shop"], false).await;
    let there = left(&browser.get(&story.world, &ticket).await);
    let code = story.merchant.code("ana", None);
    for other in ["wx-one", "none", "NOT%20AN%20ID"] {
        assert_eq!(story.back(&mut browser, other, &there, &code).await.status, StatusCode::GONE, "{other}");
    }
    let end = left(&story.back(&mut browser, "acme-shop", &there, &code).await);
    assert_eq!(end.outcome(), "ready");
}

#[tokio::test]
async fn a_connection_that_went_or_changed_meanwhile_ends_the_walk() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    story.connect("wx-one", "wechat_official_account", json!({ "scope": "snsapi_userinfo" })).await.ok();
    assert_eq!(left(&browser.get(&story.world, &ticket).await).outcome(), "failed");
}
