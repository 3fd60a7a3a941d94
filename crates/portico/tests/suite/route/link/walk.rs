//! The walk through a browser, and what the host makes of its end.

use axum::http::{Method, StatusCode};
use portico_core::Change;
use portico_core::moment::Span;
use portico_core::noun::link::{Link, LinkProof};
use serde_json::json;

use super::{BACK, SILENT, Story, left, pairs};
use crate::fixture::{ADMIN, Browser, Provider};

#[tokio::test]
async fn an_authorised_login_ties_an_identity_once_the_host_completes_it() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["acme-shop"], false).await;
    let there = left(&browser.get(&story.world, &ticket).await);
    assert!(there.at.as_str().starts_with(&format!("{}/authorize?", story.merchant.url)), "{}", there.at);
    assert_eq!(there.field("code_challenge_method"), "S256");
    assert_eq!(there.field("redirect_uri"), "http://localhost:8080/link/return/acme-shop");
    let code = story.merchant.code("nr-42", None);
    let end = left(&story.back(&mut browser, "acme-shop", &there, &code).await);
    assert_eq!(end.outcome(), "ready");
    assert!(story.merchant.asked()[0].contains("code_verifier="), "{:?}", story.merchant.asked());
    assert_eq!(story.links(&story.ana).await, [], "the browser alone links nothing");
    let made = story.complete(&story.ana, &end.field("link_code")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let link = &made.json()["links"][0];
    assert_eq!((&link["name"], &link["proof"]), (&json!("The acme-shop"), &json!("login")));
    assert!(!made.body.contains("nr-42") && !made.body.contains("usr_"), "{}", made.body);
    assert_eq!(story.links(&story.ana).await, pairs(&[("acme-shop", "login")]));
    let path = format!("/v1/me/links/{}", link["id"].as_str().unwrap());
    story.world.json(Method::DELETE, &path, Some(&story.ana.access), &json!({})).await.ok();
    let listed = story.world.get("/v1/me/links", Some(&story.ana.access)).await.ok().json();
    let past = &listed["past"][0];
    assert_eq!((&past["connection_id"], &past["proof"]), (&json!("acme-shop"), &json!("login")));
}

#[tokio::test]
async fn an_open_id_provider_proves_an_identity_with_its_nonce_and_issuer() {
    let story = Story::begin().await;
    let provider = Provider::start().await;
    let sheet = json!({
        "connection_id": "acme-id", "kind": "oidc", "name": "Acme ID", "issuer": provider.issuer,
        "client_id": "us", "sign_in": false,
    });
    let registered = story.world.admin_post("/admin/v1/connections", sheet).await.ok().json();
    assert_eq!(registered["link_redirect_uri"], "http://localhost:8080/link/return/acme-id");
    for (nonce, iss, outcome) in [(false, true, "failed"), (true, false, "failed"), (true, true, "ready")] {
        let mut browser = Browser::default();
        let ticket = story.ticket(&story.ana, &["acme-id"], false).await;
        let there = left(&browser.get(&story.world, &ticket).await);
        let now = story.world.now().seconds();
        provider.names(&json!({
            "iss": provider.issuer, "sub": "42", "aud": "us", "iat": now, "exp": now + 300,
            "nonce": if nonce { there.field("nonce") } else { "another".to_owned() },
        }));
        let issuer = if iss { provider.issuer.as_str() } else { "https://evil.example" };
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", "c"), ("state", &there.field("state")), ("iss", issuer)])
            .finish();
        let end = left(&browser.get(&story.world, &format!("/link/return/acme-id?{query}")).await);
        assert_eq!(end.outcome(), outcome);
    }
}

#[tokio::test]
async fn several_official_accounts_are_walked_through_without_a_question_and_tied_together() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &SILENT, true).await;
    let first = left(&browser.get(&story.world, &ticket).await);
    assert_eq!((first.field("scope"), first.field("appid")), ("snsapi_base".into(), "wxwx-one".into()));
    assert_eq!(first.at.fragment(), Some("wechat_redirect"));
    let mut at = first;
    for id in SILENT {
        let code = story.merchant.code(&format!("ana-at-{id}"), Some("union-ana"));
        at = left(&story.back(&mut browser, id, &at, &code).await);
    }
    story.complete(&story.ana, &at.field("link_code")).await.ok();
    let mut made = story.links(&story.ana).await;
    made.sort();
    assert_eq!(made, pairs(&SILENT.map(|id| (id, "silent"))));
}

#[tokio::test]
async fn the_login_code_of_a_mini_program_ties_its_identity_in_one_call() {
    let story = Story::begin().await;
    let code = story.merchant.code("ana-at-mini", Some("union-ana"));
    let made = story.login_code(&story.ana, &code).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(story.links(&story.ana).await, pairs(&[("mini", "login_code")]));
    assert_eq!(story.login_code(&story.ana, &code).await.refusal(), (400, "invalid_grant".into()));
    let again = story.merchant.code("ana-at-mini", None);
    assert_eq!(story.login_code(&story.ana, &again).await.status, StatusCode::CREATED, "hers already");
    let bob = story.world.sign_in("bob").await;
    let hers = story.merchant.code("ana-at-mini", None);
    assert_eq!(story.login_code(&bob, &hers).await.refusal(), (409, "conflict".into()));
    for body in [
        json!({}),
        json!({ "connection": "mini" }),
        json!({ "connection": "acme-shop", "js_code": "x" }),
        json!({ "connection": "none", "js_code": "x" }),
        json!({ "connection": "mini", "js_code": "" }),
        json!({ "connection": "mini", "js_code": "x".repeat(513) }),
        json!({ "link_code": "x", "connection": "mini", "js_code": "x" }),
    ] {
        let refused = story.world.json(Method::POST, "/v1/links", Some(&bob.access), &body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_ticket_is_for_connections_that_there_are_and_leads_home_alone() {
    let story = Story::begin().await;
    for bad in [
        json!({ "connections": ["acme-shop"], "return_to": "https://evil.example/callback" }),
        json!({ "connections": ["acme-shop"], "return_to": "https://super.app/callback/" }),
        json!({ "connections": ["acme-shop"], "return_to": "https://super.app/callback?x" }),
        json!({ "connections": ["acme-shop"] }),
        json!({ "connections": [], "return_to": BACK }),
        json!({ "connections": ["none"], "return_to": BACK }),
        json!({ "connections": ["NOT AN ID"], "return_to": BACK }),
        json!({ "connections": ["mini"], "return_to": BACK }),
        json!({ "connections": ["acme-shop", "acme-shop"], "return_to": BACK }),
        json!({ "connections": ["acme-shop"], "return_to": BACK, "silent": true }),
        json!({ "connections": ["wx-one", "wx-asks"], "return_to": BACK, "silent": true }),
        json!({ "connections": vec!["wx-one"; 11], "return_to": BACK }),
        json!({ "connections": ["wx-one"], "return_to": BACK, "sielnt": true }),
    ] {
        assert_eq!(
            story.ask(&story.ana, bad.clone()).await.refusal(),
            (400, "invalid_request".into()),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_ticket_and_its_code_are_over_in_time_and_with_their_session() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let there = left(&browser.get(&story.world, &ticket).await);
    story.world.pass(Span::minutes(5));
    let code = story.merchant.code("ana", None);
    let late = left(&story.back(&mut browser, "wx-one", &there, &code).await);
    assert_eq!(late.outcome(), "failed");
    let ana = story.world.sign_in("ana").await;
    let unopened = story.ticket(&ana, &["wx-one"], true).await;
    story.world.pass(Span::minutes(5));
    assert_eq!(left(&browser.get(&story.world, &unopened).await).outcome(), "failed");
    let ana = story.world.sign_in("ana").await;
    let ticket = story.ticket(&ana, &["wx-one"], true).await;
    let end = story.walk(&mut browser, &ticket, &[("wx-one", "ana")]).await;
    story.world.pass(Span::minutes(2));
    let refused = story.complete(&ana, &end.field("link_code")).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant".into()));
    let ticket = story.ticket(&ana, &["wx-one"], true).await;
    story.world.sign_out(&ana).await.ok();
    assert_eq!(left(&browser.get(&story.world, &ticket).await).outcome(), "failed");
    assert_eq!(story.links(&story.world.sign_in("ana").await).await, []);
}

#[tokio::test]
async fn whoever_refuses_at_the_merchant_comes_home_denied() {
    let story = Story::begin().await;
    for (connection, query) in [("acme-shop", "error=access_denied&"), ("wx-asks", "")] {
        let mut browser = Browser::default();
        let ticket = story.ticket(&story.ana, &[connection], false).await;
        let there = left(&browser.get(&story.world, &ticket).await);
        let path = format!("/link/return/{connection}?{query}state={}", there.field("state"));
        assert_eq!(left(&browser.get(&story.world, &path).await).outcome(), "denied", "{connection}");
        assert_eq!(browser.get(&story.world, &ticket).await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn the_person_sees_each_link_with_how_it_was_proved() {
    let story = Story::begin().await;
    let mut browser = Browser::default();
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let end = story.walk(&mut browser, &ticket, &[("wx-one", "ana")]).await;
    story.complete(&story.ana, &end.field("link_code")).await.ok();
    let history = story.world.get("/v1/me/history", Some(&story.ana.access)).await.ok().json();
    let linked = history["links"].as_array().unwrap().iter().find(|link| link["proof"] == "silent");
    assert_eq!(linked.unwrap()["name"], "The wx-one");
    let export = story.world.get("/v1/me/export", Some(&story.ana.access)).await.ok().json();
    assert!(export["links"].to_string().contains("silent"), "{}", export["links"]);
}

#[tokio::test]
async fn the_settings_show_links_and_past_ones_with_how_they_were_proved() {
    let story = Story::begin().await;
    let world = &story.world;
    world.create_person("bob", "a long enough password").await;
    let mut browser = Browser::default();
    browser.sign_in(world, "/sign-in", "bob", "a long enough password").await;
    let user = world.house.live.user_named("bob").await.unwrap().unwrap();
    let connection = world.house.live.store().connection(&"wx-one".parse().unwrap()).await.unwrap().unwrap();
    let tied = |subject: u8, proof| {
        Change::Linked(Link {
            issuer: connection.issuer().into_owned(),
            subject_index: [subject; 32],
            user,
            proof,
            linked_at: world.now(),
            open_id: None,
        })
    };
    let undone = Change::Unlinked {
        issuer: connection.issuer().into_owned(),
        subject_index: [2; 32],
        user,
        at: world.now(),
    };
    let changes = vec![tied(1, LinkProof::Silent), tied(2, LinkProof::Login), undone];
    world.house.commit(changes).await.unwrap();
    for (language, silent, login) in [
        ("en", "without a question", "You signed in there"),
        ("ru", "без вопросов", "Вы вошли там"),
        ("zh-CN", "未向您询问", "您在该服务登录确认"),
    ] {
        let page = browser.get(world, &format!("/settings/links?ui_locales={language}")).await.ok();
        for shown in [silent, login, "The wx-one"] {
            assert!(page.body.contains(shown), "{language} {shown}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn an_operator_sees_links_and_undoes_one_on_the_persons_behalf() {
    let story = Story::begin().await;
    let ticket = story.ticket(&story.ana, &["wx-one"], true).await;
    let end = story.walk(&mut Browser::default(), &ticket, &[("wx-one", "ana")]).await;
    story.complete(&story.ana, &end.field("link_code")).await.ok();
    let people = story.world.admin_get("/admin/v1/users").await.ok().json();
    let path = format!("/admin/v1/users/{}/links", people["items"][0]["user_id"].as_str().unwrap());
    let seen = story.world.admin_get(&path).await.ok().json();
    let silent = seen["links"].as_array().unwrap().iter().find(|link| link["proof"] == "silent").unwrap();
    let one = format!("{path}/{}", silent["id"].as_str().unwrap());
    let remove = async || story.world.admin_call(Method::DELETE, &one, Some(ADMIN), "").await;
    remove().await.ok();
    assert_eq!(remove().await.status, StatusCode::NOT_FOUND);
    let seen = story.world.admin_get(&path).await.ok().json();
    assert_eq!(
        (seen["links"].as_array().unwrap().len(), seen["past"][0]["proof"].as_str()),
        (1, Some("silent"))
    );
    assert_eq!(story.links(&story.ana).await, []);
}
