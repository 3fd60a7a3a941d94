use portico_core::moment::Span;
use portico_seal::{Alg, Expect, VerifyingKeys};
use serde_json::json;

use crate::fixture::World;

const TAXI: &str = "org.example.taxi";

#[tokio::test]
async fn an_active_answer_has_exactly_the_members_of_the_contract() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let active = world.introspect(TAXI, &token).await;
    let members: Vec<_> = active.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["active", "aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub", "token_type"];
    assert_eq!(members, expected);
    assert_eq!((&active["aud"], &active["client_id"]), (&json!(TAXI), &json!(TAXI)));
    assert_eq!(active["exp"].as_i64().unwrap() - active["iat"].as_i64().unwrap(), 1800);
    assert_eq!(active["sub"].as_str().unwrap().len(), 28);
}

#[tokio::test]
async fn whatever_is_not_an_active_token_of_the_caller_is_inactive_and_nothing_more() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let (head, rest) = token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let header =
        |alg: &str, typ: &str, kid: &str| encode(&json!({ "alg": alg, "typ": typ, "kid": kid }).to_string());
    for bad in [
        "nonsense".to_owned(),
        ana.access.clone(),
        ana.refresh.clone(),
        ana.id.clone(),
        format!("{head}.{body}"),
        format!("{head}.{body}.{}", signature.chars().rev().collect::<String>()),
        format!("{}.{body}.", header("none", "at+jwt", "x")),
        format!("{}.{body}.{signature}", header("HS256", "at+jwt", "x")),
        format!("{}.{body}.{signature}", header("EdDSA", "JWT", "x")),
        format!("{}.{body}.{signature}", header("EdDSA", "at+jwt", "nobody")),
        format!("{token}{token}"),
    ] {
        assert_eq!(world.introspect(TAXI, &bad).await, json!({ "active": false }), "{bad}");
        assert_eq!(world.userinfo(&bad).await.status, if bad == ana.access { 200 } else { 401 }, "{bad}");
    }
    world.pass(Span::seconds(1800));
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
}

#[tokio::test]
async fn a_suspended_app_is_dead_and_a_resumed_one_alive_again() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    world.admin_post(&format!("/admin/v1/apps/{TAXI}/suspend"), json!({})).await.ok();
    assert_eq!(world.userinfo(&token).await.status, 401);
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    let redeem = [("grant_type", "authorization_code"), ("code", "x")];
    let refused = world.form("/oauth/token", Some(&world.credentials(TAXI)), &redeem).await;
    assert_eq!(refused.refusal(), (401, "invalid_client".into()));
    world.admin_post(&format!("/admin/v1/apps/{TAXI}/resume"), json!({})).await.ok();
    assert_eq!(world.introspect(TAXI, &token).await["active"], true);
}

#[tokio::test]
async fn a_signed_answer_says_the_same_under_our_key() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let plain = world.introspect(TAXI, &token).await;
    let credentials = world.credentials(TAXI);
    let headers = [
        ("authorization", credentials.as_str()),
        ("accept", "application/token-introspection+jwt"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let signed =
        world.call(axum::http::Method::POST, "/oauth/introspect", &headers, &format!("token={token}")).await;
    assert_eq!(signed.header("content-type"), "application/token-introspection+jwt");
    let keys = VerifyingKeys::from_jwks(&world.get("/oauth/jwks", None).await.ok().json());
    let expect = Expect { typ: Some(&["token-introspection+jwt"]), algs: &[Alg::Rs256] };
    let claims = keys.verify(&signed.body, &expect).unwrap();
    assert_eq!((&claims["aud"], &claims["token_introspection"]), (&json!(TAXI), &plain));
}

#[tokio::test]
async fn malformed_calls_are_refused_each_with_its_reason() {
    let world = World::new().await;
    let credentials = world.credentials(TAXI);
    let post = async |content_type: &str, body: String| {
        let headers = [("authorization", credentials.as_str()), ("content-type", content_type)];
        world.call(axum::http::Method::POST, "/oauth/introspect", &headers, &body).await.status.as_u16()
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post(form, "token=x&token=y".into()).await, 400);
    assert_eq!(post(form, "token=%ff".into()).await, 400);
    assert_eq!(post(form, String::new()).await, 400);
    assert_eq!(post("application/json", "{}".into()).await, 415);
    assert_eq!(post(form, format!("token={}", "x".repeat(100_000))).await, 413);
    assert_eq!(post(form, format!("token={}", "x".repeat(20_000))).await, 400);
    let wrong = crate::fixture::basic(TAXI, "wrong");
    assert_eq!(world.form("/oauth/introspect", Some(&wrong), &[("token", "x")]).await.status, 401);
}

#[tokio::test]
async fn failed_authentications_are_throttled_and_good_ones_never() {
    let world = World::new().await;
    let (wrong, right) = (crate::fixture::basic(TAXI, "wrong"), world.credentials(TAXI));
    let mut statuses = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let reply = world.form("/oauth/introspect", Some(&wrong), &[("token", "x")]).await;
        assert_eq!(reply.status == 429, !reply.header("retry-after").is_empty());
        statuses.insert(reply.status.as_u16());
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [401, 429]);
    world.form("/oauth/introspect", Some(&right), &[("token", "x")]).await.ok();
    let ana = world.sign_in("ana").await;
    world.refresh(&ana.refresh).await.ok();
}
