use portico_core::moment::Span;
use serde_json::json;

use crate::fixture::{Tokens, World};

#[tokio::test]
async fn an_assertion_is_used_once() {
    let world = World::new().await;
    let assertion = world.assertion("ana", json!({}));
    world.assert_in("super.app", &assertion).await.ok();
    assert_eq!(world.assert_in("super.app", &assertion).await.refusal(), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn the_same_subject_is_the_same_person_and_another_is_another() {
    let world = World::new().await;
    let (one, two, bob) =
        (world.sign_in("ana").await, world.sign_in("ana").await, world.sign_in("bob").await);
    let mut subs = vec![];
    for tokens in [&one, &two, &bob] {
        let token = world.launch_granting(tokens, "org.example.taxi", None).await;
        subs.push(world.userinfo(&token).await.ok().json()["sub"].clone());
    }
    assert_eq!(subs[0], subs[1]);
    assert_ne!(subs[0], subs[2]);
}

#[tokio::test]
async fn each_unfit_assertion_is_refused() {
    let world = World::new().await;
    let now = world.now().seconds();
    for change in [
        json!({ "aud": "https://other.example" }),
        json!({ "iss": "https://stranger.example" }),
        json!({ "exp": now - 60 }),
        json!({ "exp": now + 3600 }),
        json!({ "jti": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 42 }),
        json!({ "nbf": now + 600 }),
        json!({ "exp": "soon" }),
    ] {
        let assertion = world.assertion("ana", change.clone());
        assert_eq!(
            world.assert_in("super.app", &assertion).await.refusal(),
            (400, "invalid_grant".into()),
            "{change}"
        );
    }
    let good = world.assertion("ana", json!({}));
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    for forged in [
        format!("{}.{body}.", encode("{\"alg\":\"none\"}")),
        format!("{}.{body}.{signature}", encode("{\"alg\":\"HS256\"}")),
        format!("{}.{body}.{signature}", encode("{\"alg\":\"EdDSA\",\"kid\":\"nobody\"}")),
        format!("{head}.{}.{signature}", encode("{\"iss\":\"https://super.example\"}")),
        format!("{head}.{body}"),
        "nonsense".to_owned(),
    ] {
        assert_eq!(world.assert_in("super.app", &forged).await.refusal(), (400, "invalid_grant".into()));
    }
    world.assert_in("super.app", &good).await.ok();
}

#[tokio::test]
async fn an_address_that_another_person_has_verified_is_not_taken_over() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let theft = world.assertion("eve", json!({ "email": "ana@people.example" }));
    let eve = Tokens::of(&world.assert_in("super.app", &theft).await.ok());
    let profile = world.get("/v1/me/profile", Some(&eve.access)).await.ok().body;
    assert!(!profile.contains("ana@people.example"), "{profile}");
}

#[tokio::test]
async fn the_scope_host_is_for_hosts_and_must_be_asked_for() {
    let world = World::new().await;
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let assertion = world.assertion("ana", json!({}));
    for scope in ["openid", "openid host profile.basic", ""] {
        let fields =
            [("grant_type", grant), ("assertion", &assertion), ("client_id", "super.app"), ("scope", scope)];
        assert_eq!(world.form("/oauth/token", None, &fields).await.refusal().1, "invalid_scope", "{scope}");
    }
    let app = world.credentials("org.example.taxi");
    let fields = [("grant_type", grant), ("assertion", assertion.as_str()), ("scope", "openid host")];
    assert_eq!(world.form("/oauth/token", Some(&app), &fields).await.refusal().1, "unauthorized_client");
}

#[tokio::test]
async fn a_suspended_person_gets_no_tokens() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let users = world.admin_get("/admin/v1/users").await.ok().json();
    let id = users["items"][0]["user_id"].as_str().unwrap().to_owned();
    world.admin_post(&format!("/admin/v1/users/{id}/suspend"), json!({})).await.ok();
    assert_eq!(world.get("/v1/me/profile", Some(&ana.access)).await.status, 401);
    world.pass(Span::seconds(1));
    let again = world.assertion("ana", json!({}));
    assert_eq!(world.assert_in("super.app", &again).await.refusal(), (400, "access_denied".into()));
}
