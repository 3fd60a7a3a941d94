use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::fixture::{Browser, HOST, Launched, Reply, Tokens, World};
use crate::route::code::reached_at;
use crate::route::redeem::{VERIFIER, authorize, parameter};

const TAXI: &str = "org.example.taxi";
const SHOP: &str = "org.example.shop";
const SHOP_BACK: &str = "https://org.example.shop.example/callback";
const BACK: &str = "https://super.app/callback";
const PASSWORD: &str = "a long enough password";
const TWO: &str = "urn:portico:acr:2";

fn host(more: &[(&str, &str)]) -> String {
    authorize(HOST, BACK, "openid host", more)
}

async fn signed_in(world: &World, name: &str) -> Browser {
    world.create_person(name, PASSWORD).await;
    let mut browser = Browser::default();
    browser.sign_in(world, "/sign-in", name, PASSWORD).await;
    browser
}

async fn demand(world: &World, scope: &str, acr: &str) {
    world.admin_post("/admin/v1/scopes", json!({ "name": scope, "acr": acr })).await.ok();
}

/// Sends the code at the step-up page and types it in; answers where the browser goes then.
async fn prove_by_code(world: &World, browser: &mut Browser, at: &str) -> Reply {
    let page = browser.get(world, at).await.ok();
    let csrf = Browser::field(&page, "csrf");
    let sent = browser.post(world, at, &[("csrf", &csrf), ("action", "send")]).await.ok();
    let code = sent_code(world);
    let reference = Browser::field(&sent, "reference");
    let fields = [("csrf", &*csrf), ("action", "code"), ("reference", &reference), ("code", &code)];
    let done = browser.post(world, at, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    browser.follow(world, done.header("location")).await
}

/// The code of the last message that has one.
fn sent_code(world: &World) -> String {
    let letters = world.letters();
    let mut codes = letters.iter().filter_map(|letter| {
        letter.text.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
    });
    codes.next_back().expect("a code was sent").to_owned()
}

async fn redeem(world: &World, back: &Reply) -> (Tokens, Value) {
    let code = parameter(back.header("location"), "code");
    assert!(!code.is_empty(), "{}", back.header("location"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", BACK),
        ("client_id", HOST),
        ("code_verifier", VERIFIER),
    ];
    let tokens = Tokens::of(&world.form("/oauth/token", None, &fields).await.ok());
    let claims = tokens.id.split('.').nth(1).unwrap().to_owned();
    (tokens, serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap())
}

#[tokio::test]
async fn a_password_and_a_code_make_two_factors_and_the_id_token_says_so() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let asked = host(&[("acr_values", TWO)]);
    let to_step = ana.get(&world, &asked).await.header("location").to_owned();
    assert!(to_step.starts_with("/sign-in/step-up?"), "{to_step}");
    let back = prove_by_code(&world, &mut ana, &to_step).await;
    let (_, claims) = redeem(&world, &back).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(TWO), &json!(["pwd", "otp"])));
    // From now on the session is strong enough, and who does not ask is not told.
    let again = ana.get(&world, &asked).await;
    redeem(&world, &again).await;
    let unasked = ana.get(&world, &host(&[])).await;
    let (_, claims) = redeem(&world, &unasked).await;
    assert!(claims.get("acr").is_none() && claims.get("amr").is_none() && claims.get("auth_time").is_none());
}

#[tokio::test]
async fn silence_says_login_required_or_that_it_is_impossible() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let silent = ana.get(&world, &host(&[("acr_values", TWO), ("prompt", "none")])).await;
    assert_eq!(parameter(silent.header("location"), "error"), "login_required");
    for more in [[("acr_values", "phr"), ("prompt", "none")], [("acr_values", "phr"), ("prompt", "")]] {
        let reply = ana.get(&world, &host(&more)).await;
        assert_eq!(parameter(reply.header("location"), "error"), "unmet_authentication_requirements");
    }
    let unknown = ana.get(&world, &host(&[("acr_values", "loa-9"), ("prompt", "none")])).await;
    assert!(!parameter(unknown.header("location"), "code").is_empty());
}

#[tokio::test]
async fn a_wrong_code_a_strangers_reference_and_a_forged_form_raise_nothing() {
    let world = World::new().await;
    let (mut ana, mut bob) = (signed_in(&world, "ana").await, signed_in(&world, "bob").await);
    let at = ana.get(&world, &host(&[("acr_values", TWO)])).await.header("location").to_owned();
    let mut open = vec![];
    for browser in [&mut bob, &mut ana] {
        let csrf = Browser::field(&browser.get(&world, &at).await.ok(), "csrf");
        let sent = browser.post(&world, &at, &[("csrf", &csrf), ("action", "send")]).await.ok();
        open.push((csrf, Browser::field(&sent, "reference"), sent_code(&world)));
    }
    let (bobs, hers) = (&open[0], &open[1]);
    for (csrf, reference, code, status) in [
        (&*hers.0, &*hers.1, "000000x", 400),
        (&hers.0, &bobs.1, &bobs.2, 400),
        (&bobs.0, &hers.1, &hers.2, 400),
        ("", &hers.1, &hers.2, 400),
    ] {
        let fields = [("csrf", csrf), ("action", "code"), ("reference", reference), ("code", code)];
        assert_eq!(ana.post(&world, &at, &fields).await.status, status, "{fields:?}");
    }
    for action in ["password", "explode"] {
        let fields = [("csrf", &*hers.0), ("action", action), ("password", PASSWORD)];
        assert_eq!(ana.post(&world, &at, &fields).await.status, StatusCode::BAD_REQUEST, "{action}");
    }
    let silent = ana.get(&world, &host(&[("acr_values", TWO), ("prompt", "none")])).await;
    assert_eq!(parameter(silent.header("location"), "error"), "login_required");
}

#[tokio::test]
async fn the_page_without_anybody_signed_in_leads_to_the_ordinary_one() {
    let world = World::new().await;
    let mut nobody = Browser::default();
    let page = nobody.get(&world, "/sign-in/step-up?acr=urn:portico:acr:2").await;
    assert_eq!(page.header("location"), "/sign-in?continue=%2Fsettings");
    let mut ana = signed_in(&world, "ana").await;
    for acr in ["", "loa-9", "urn:portico:acr:1"] {
        let page = ana.get(&world, &format!("/sign-in/step-up?acr={acr}")).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{acr}");
    }
}

#[tokio::test]
async fn a_launch_that_asks_for_more_than_the_session_has_is_answered_with_what_to_ask_for() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let (weak, _) = redeem(&world, &ana.get(&world, &host(&[])).await).await;
    world.launch_granting(&weak, TAXI, None).await;
    let refused = world.exchange(&weak.access, TAXI, &[("acr_values", TWO)]).await;
    assert_eq!(refused.refusal(), (400, "insufficient_user_authentication".to_owned()));
    assert_eq!(refused.json()["acr_values"], TWO);
    world.pass(portico_core::moment::Span::seconds(60));
    let stale = world.exchange(&weak.access, TAXI, &[("max_age", "30")]).await;
    assert_eq!(stale.refusal(), (400, "insufficient_user_authentication".to_owned()));
    assert_eq!((&stale.json()["max_age"], stale.json().get("acr_values")), (&json!(30), None));

    let at = ana.get(&world, &host(&[("acr_values", TWO)])).await.header("location").to_owned();
    let back = prove_by_code(&world, &mut ana, &at).await;
    let (strong, _) = redeem(&world, &back).await;
    let asked = [("acr_values", TWO), ("max_age", "30")];
    let Launched::Token { token, .. } = world.launch_with(&strong, TAXI, &asked).await else { panic!() };
    let active = world.introspect(TAXI, &token).await;
    assert_eq!((&active["acr"], active["auth_time"].is_i64()), (&json!(TWO), true));
    let plain = world.launch_granting(&strong, TAXI, None).await;
    let active = world.introspect(TAXI, &plain).await;
    assert!(active.get("acr").is_none() && active.get("auth_time").is_none());
    for bad in ["soon", "-1"] {
        assert_eq!(
            world.exchange(&strong.access, TAXI, &[("max_age", bad)]).await.refusal().1,
            "invalid_request"
        );
    }
}

#[tokio::test]
async fn a_scope_that_demands_two_factors_is_not_launched_with_from_one() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let (tokens, _) = redeem(&world, &ana.get(&world, &host(&[])).await).await;
    world.launch_granting(&tokens, TAXI, None).await;
    demand(&world, "phone.verified", TWO).await;
    let refused = world.exchange(&tokens.access, TAXI, &[]).await;
    assert_eq!(refused.refusal(), (400, "insufficient_user_authentication".to_owned()));
    assert_eq!(refused.json()["acr_values"], TWO);
    let Launched::Token { scope, .. } = world.launch_with(&tokens, TAXI, &[("prompt", "none")]).await else {
        panic!()
    };
    assert_eq!(scope, "openid profile.basic email.verified");
    let at = ana.get(&world, &host(&[("acr_values", TWO)])).await.header("location").to_owned();
    prove_by_code(&world, &mut ana, &at).await;
    let Launched::Token { scope, .. } = world.launch(&tokens, TAXI, None).await else { panic!() };
    assert_eq!(scope, "openid profile.basic phone.verified email.verified");
    world.admin_post("/admin/v1/scopes", json!({ "name": "phone.verified" })).await.ok();
    let entry = world.admin_get("/admin/v1/scopes/phone.verified").await.ok().json();
    assert_eq!((entry.get("acr"), &entry["title"]["en"]), (None, &json!("Phone number")));
}

#[tokio::test]
async fn an_authorization_for_a_scope_that_demands_two_factors_steps_up_before_it_asks() {
    let world = World::new().await;
    demand(&world, "profile.basic", TWO).await;
    let mut ana = signed_in(&world, "ana").await;
    let asked = authorize(SHOP, SHOP_BACK, "openid profile", &[]);
    let at = ana.get(&world, &asked).await.header("location").to_owned();
    assert!(at.starts_with("/sign-in/step-up?"), "{at}");
    let page = prove_by_code(&world, &mut ana, &at).await;
    assert!(page.status.is_success() && page.body.contains("decision"), "{}", page.header("location"));
    let openid = ana.get(&world, &authorize(SHOP, SHOP_BACK, "openid", &[("prompt", "none")])).await;
    assert!(!parameter(openid.header("location"), "code").is_empty());
}

#[tokio::test]
async fn sessions_and_export_say_how_the_person_signed_in() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let sessions = world.get("/v1/me/sessions", Some(&tokens.access)).await.ok().json();
    assert_eq!(sessions["sessions"][0]["methods"], json!(["fed"]));
    let export = world.get("/v1/me/export", Some(&tokens.access)).await.ok().json();
    assert_eq!(export["sessions"][0]["methods"], json!(["fed"]));
    assert_eq!(export["passkeys"], json!([]));
}

#[tokio::test]
async fn a_code_that_went_to_an_address_that_is_gone_since_raises_nothing() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let at = ana.get(&world, &host(&[("acr_values", TWO)])).await.header("location").to_owned();
    let csrf = Browser::field(&ana.get(&world, &at).await.ok(), "csrf");
    let sent = ana.post(&world, &at, &[("csrf", &csrf), ("action", "send")]).await.ok();
    let (reference, code) = (Browser::field(&sent, "reference"), sent_code(&world));
    reached_at(&world, "ana", &["new@people.example"]).await;
    let fields = [("csrf", &*csrf), ("action", "code"), ("reference", &reference), ("code", &code)];
    assert_eq!(ana.post(&world, &at, &fields).await.status, StatusCode::BAD_REQUEST);
    let silent = ana.get(&world, &host(&[("acr_values", TWO), ("prompt", "none")])).await;
    assert_eq!(parameter(silent.header("location"), "error"), "login_required");
}
