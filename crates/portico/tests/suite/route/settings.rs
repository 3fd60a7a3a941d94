use axum::http::StatusCode;
use serde_json::json;

use crate::fixture::{Browser, Reply, Tokens, World};

const HOST: &str = "super.app";
const APPS: &str = "/settings";
const DEVICES: &str = "/settings/devices";
const HISTORY: &str = "/settings/history";
const TAXI: &str = "org.example.taxi";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0";

/// Somebody signed in in a browser, and the tokens that their host got there.
async fn visitor(world: &World, name: &str) -> (Browser, Tokens) {
    world.create_person(name, "a long enough password").await;
    sign_in(world, name).await
}

async fn sign_in(world: &World, name: &str) -> (Browser, Tokens) {
    let mut browser = Browser::default();
    let challenge = portico_seal::pkce_s256(VERIFIER);
    let path = format!(
        "/oauth/authorize?response_type=code&client_id={HOST}&redirect_uri=https%3A%2F%2F{HOST}%2Fcallback\
         &scope=openid%20host&code_challenge={challenge}&code_challenge_method=S256"
    );
    let back = browser.sign_in(world, &path, name, "a long enough password").await;
    let to = url::Url::parse(back.header("location")).unwrap();
    let code = to.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let redirect = format!("https://{HOST}/callback");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", redirect.as_str()),
        ("client_id", HOST),
        ("code_verifier", VERIFIER),
    ];
    let tokens = Tokens::of(&world.form("/oauth/token", None, &fields).await.ok());
    (browser, tokens)
}

async fn csrf(world: &World, browser: &mut Browser) -> String {
    Browser::field(&browser.get(world, DEVICES).await, "csrf")
}

async fn post(world: &World, browser: &mut Browser, section: &str, fields: &[(&str, &str)]) -> Reply {
    let csrf = csrf(world, browser).await;
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend_from_slice(fields);
    browser.post(world, section, &all).await
}

#[tokio::test]
async fn without_a_session_the_browser_signs_in_first() {
    let world = World::new().await;
    let mut nobody = Browser::default();
    for section in [APPS, DEVICES, HISTORY] {
        let page = nobody.get(&world, section).await;
        let there = format!("/sign-in?continue={}", section.replace('/', "%2F"));
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, there.as_str()));
    }
    let post = nobody.post(&world, DEVICES, &[("action", "end_others"), ("csrf", "x")]).await;
    assert_eq!(post.header("location"), "/sign-in?continue=%2Fsettings%2Fdevices");
    let (mut ana, tokens) = visitor(&world, "ana").await;
    assert_eq!(ana.get(&world, "/settings").await.status, StatusCode::OK);
    world.sign_out(&tokens).await.ok();
    assert_eq!(ana.get(&world, "/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_pages_show_apps_devices_and_history_under_a_strict_policy() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    world.launch_granting(&tokens, TAXI, None).await;
    for (path, shown) in [
        (
            "/settings?done=withdrawn",
            &["org.example.taxi", "Phone number", "by <bdi>acme</bdi>", "Withdrawn. The"][..],
        ),
        (DEVICES, &["This device", "UTC"]),
        (HISTORY, &["Phone number", "UTC", "wants phone.verified"]),
    ] {
        let page = ana.get(&world, path).await;
        assert_eq!(page.status, StatusCode::OK);
        for shown in shown {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        for (name, part) in [
            ("content-security-policy", "frame-ancestors 'none'"),
            ("content-security-policy", "default-src 'none'"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert!(page.header(name).contains(part), "{name}: {}", page.header(name));
        }
        assert!(!page.body.contains("usr_") && !page.body.contains("ses_"));
    }
    let (mut bob, _) = visitor(&world, "bob").await;
    assert!(!bob.get(&world, "/settings").await.body.contains("org.example.taxi"));
}

#[tokio::test]
async fn one_permission_is_withdrawn_and_the_others_stay() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    let fields = [("action", "withdraw"), ("app_id", TAXI), ("scope", "phone.verified")];
    for _ in 0..2 {
        let done = post(&world, &mut ana, APPS, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(done.header("location"), "/settings?done=withdrawn&app=org.example.taxi");
        assert_eq!(world.introspect(TAXI, &token).await["scope"], "openid profile.basic email.verified");
    }
}

#[tokio::test]
async fn everything_is_withdrawn_at_once() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    let done = post(&world, &mut ana, APPS, &[("action", "withdraw_all"), ("app_id", TAXI)]).await;
    assert_eq!(done.header("location"), "/settings?done=withdrawn-all&app=org.example.taxi");
    assert_eq!(world.introspect(TAXI, &token).await["scope"], "openid");
}

#[tokio::test]
async fn a_form_that_is_not_this_browsers_own_changes_nothing() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    let (mut bob, _) = visitor(&world, "bob").await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    let foreign = csrf(&world, &mut bob).await;
    for bad in ["", "nonsense", foreign.as_str()] {
        let fields = [("csrf", bad), ("action", "withdraw_all"), ("app_id", TAXI)];
        assert_eq!(ana.post(&world, "/settings", &fields).await.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }
    let full = "openid profile.basic phone.verified email.verified";
    assert_eq!(world.introspect(TAXI, &token).await["scope"], full);
    for fields in [
        vec![("action", "explode")],
        vec![("action", "withdraw"), ("app_id", TAXI)],
        vec![("action", "withdraw"), ("app_id", TAXI), ("scope", "a\"b")],
        vec![],
    ] {
        assert_eq!(post(&world, &mut ana, APPS, &fields).await.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
    for app in ["org.example.shop", "org.example.unknown", "No Id"] {
        let fields = [("action", "withdraw_all"), ("app_id", app)];
        assert_eq!(post(&world, &mut ana, APPS, &fields).await.status, StatusCode::NOT_FOUND, "{app}");
    }
    assert_eq!(world.introspect(TAXI, &token).await["scope"], full);
}

#[tokio::test]
async fn signing_out_here_clears_the_cookie_and_closes_every_app() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    let token = world.launch_granting(&tokens, TAXI, None).await;
    let page = ana.get(&world, DEVICES).await;
    let session = Browser::field(&page, "session");
    let (mut bob, _) = visitor(&world, "bob").await;
    let theirs = post(&world, &mut bob, DEVICES, &[("action", "end_session"), ("session", &session)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(world.introspect(TAXI, &token).await["active"], true);
    let gone = post(&world, &mut ana, DEVICES, &[("action", "end_session"), ("session", &session)]).await;
    assert_eq!(gone.status, StatusCode::OK);
    assert!(gone.body.contains("signed out"), "{}", gone.body);
    assert!(gone.header("set-cookie").starts_with("portico_session=;"), "{}", gone.header("set-cookie"));
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    assert_eq!(ana.get(&world, "/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_elsewhere_keeps_this_browser() {
    let world = World::new().await;
    let (mut here, tokens) = visitor(&world, "ana").await;
    let (mut there, elsewhere) = sign_in(&world, "ana").await;
    let token = world.launch_granting(&elsewhere, TAXI, None).await;
    let done = post(&world, &mut here, DEVICES, &[("action", "end_others")]).await;
    assert_eq!(done.header("location"), "/settings/devices?done=others-ended");
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    assert_eq!(there.get(&world, "/settings").await.status, StatusCode::SEE_OTHER);
    world.get("/v1/me/profile", Some(&tokens.access)).await.ok();

    let (mut there, _) = sign_in(&world, "ana").await;
    let page = there.get(&world, DEVICES).await;
    let session = Browser::field(&page, "session");
    let done = post(&world, &mut here, DEVICES, &[("action", "end_session"), ("session", &session)]).await;
    assert_eq!(done.header("location"), "/settings/devices?done=session-ended");
    assert_eq!(there.get(&world, "/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_pages_speak_the_language_of_the_browser_and_a_parameter_wins() {
    let world = World::new().await;
    let (mut ana, tokens) = visitor(&world, "ana").await;
    world.launch_granting(&tokens, TAXI, None).await;
    ana.prefer("fr, ru;q=0.9, en;q=0.8");
    let page = ana.get(&world, APPS).await;
    assert!(page.body.contains("<html lang=\"ru\"") && page.body.contains("Номер телефона"), "{}", page.body);
    let page = ana.get(&world, "/settings?ui_locales=zh-Hans").await;
    assert!(page.body.contains("<html lang=\"zh-CN\"") && page.body.contains("手机号"), "{}", page.body);
    let history = ana.get(&world, HISTORY).await;
    assert!(history.body.contains(" г., "), "{}", history.body);
}

#[tokio::test]
async fn whoever_signs_in_in_somebody_elses_browser_signs_them_out() {
    let world = World::new().await;
    world.create_person("ana", "a long enough password").await;
    world.create_person("bob", "a long enough password").await;
    let mut browser = Browser::default();
    browser.sign_in(&world, "/sign-in", "ana", "a long enough password").await.ok();
    let mut kept = browser.clone();
    assert_eq!(kept.get(&world, "/settings").await.status, 200);
    let fields = [("username", "bob"), ("password", "a long enough password")];
    assert_eq!(browser.fill(&world, "/sign-in", "/sign-in", &fields).await.status, 303);
    assert_eq!(browser.get(&world, "/settings").await.status, 200);
    assert_eq!(kept.get(&world, "/settings").await.status, 303, "the old cookie opens nothing");
    let ana = world.house.live.user_named("ana").await.unwrap().unwrap();
    assert!(world.house.live.store().sessions_of(ana).await.unwrap().is_empty());
}
