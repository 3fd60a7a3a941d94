use portico_seal::Alg;

use crate::fixture::{Browser, Tokens, World};
use crate::route::redeem::{VERIFIER, authorize, parameter};

/// A person signed in through the host in a browser, with the host's tokens.
async fn signed_in(world: &World) -> (Browser, Tokens) {
    world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    let request = authorize("super.app", "https://super.app/callback", "openid host", &[]);
    let back = browser.sign_in(world, &request, "boris", "a long password").await;
    let code = parameter(back.header("location"), "code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://super.app/callback"),
        ("code_verifier", VERIFIER),
        ("client_id", "super.app"),
    ];
    let tokens = Tokens::of(&world.form("/oauth/token", None, &fields).await.ok());
    (browser, tokens)
}

#[tokio::test]
async fn a_hint_signs_out_without_a_question_and_leads_back_with_the_state() {
    let world = World::new().await;
    let (mut browser, tokens) = signed_in(&world).await;
    let path = format!(
        "/oauth/end-session?id_token_hint={}&post_logout_redirect_uri=https://super.app/bye&state=s1",
        tokens.id
    );
    let reply = browser.get(&world, &path).await;
    assert_eq!(reply.header("location"), "https://super.app/bye?state=s1");
    assert_eq!(world.get("/v1/me/profile", Some(&tokens.access)).await.status, 401);
    let again = browser
        .follow(&world, &authorize("super.app", "https://super.app/callback", "openid host", &[]))
        .await;
    assert!(again.body.contains("name=\"password\""), "still signed in");
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked_and_a_foreign_form_ends_nothing() {
    let world = World::new().await;
    let (mut browser, tokens) = signed_in(&world).await;
    let page = browser.get(&world, "/oauth/end-session").await;
    let csrf = Browser::field(&page, "csrf");
    browser.post(&world, "/oauth/end-session", &[("csrf", "forged"), ("decision", "sign_out")]).await;
    world.get("/v1/me/profile", Some(&tokens.access)).await.ok();
    browser.post(&world, "/oauth/end-session", &[("csrf", &csrf), ("decision", "stay")]).await;
    world.get("/v1/me/profile", Some(&tokens.access)).await.ok();
    browser.post(&world, "/oauth/end-session", &[("csrf", &csrf), ("decision", "sign_out")]).await.ok();
    assert_eq!(world.get("/v1/me/profile", Some(&tokens.access)).await.status, 401);
}

#[tokio::test]
async fn an_unregistered_return_and_a_token_that_is_no_id_token_end_nothing() {
    let world = World::new().await;
    let (mut browser, tokens) = signed_in(&world).await;
    for query in [
        format!("id_token_hint={}&post_logout_redirect_uri=https://evil.example/", tokens.id),
        format!("id_token_hint={}", tokens.access),
        "id_token_hint=nonsense".to_owned(),
        format!("id_token_hint={}&client_id=other.app", tokens.id),
    ] {
        let reply = browser.get(&world, &format!("/oauth/end-session?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        world.get("/v1/me/profile", Some(&tokens.access)).await.ok();
    }
}

#[tokio::test]
async fn id_tokens_are_signed_as_the_client_registered() {
    let world = World::new().await;
    let (_, tokens) = signed_in(&world).await;
    let keys = world.get("/oauth/jwks", None).await.ok().json();
    let keys = portico_seal::VerifyingKeys::from_jwks(&keys);
    let expect = |alg| portico_seal::Expect { typ: Some(&["JWT"]), algs: alg };
    assert!(keys.verify(&tokens.id, &expect(&[Alg::Rs256])).is_ok());
    assert!(keys.verify(&tokens.id, &expect(&[Alg::EdDsa, Alg::Es256])).is_err());
}
