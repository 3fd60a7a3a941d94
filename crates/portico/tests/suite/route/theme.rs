use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Browser, Launched, Tokens, World};

const HOST: &str = "super.app";
const TAXI: &str = "org.example.taxi";
const SIGN_IN: &str = "/oauth/authorize?response_type=code&client_id=super.app\
    &redirect_uri=https%3A%2F%2Fsuper.app%2Fcallback&scope=openid%20host\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

fn theme() -> Value {
    json!({ "accent": "#0A6F4E", "scheme": "dark", "logo": "https://super.app/logo.svg" })
}

async fn asked(world: &World, tokens: &Tokens, more: &[(&str, &str)]) -> String {
    match world.launch_with(tokens, TAXI, more).await {
        Launched::Ask { request, .. } => format!("/consent/{request}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bad_theme_is_refused_and_changes_nothing() {
    let world = World::new().await;
    world.register_host_themed(HOST, theme()).await.ok();
    for bad in [
        json!({ "accent": "green" }),
        json!({ "scheme": "sepia" }),
        json!({ "logo": "http://evil.example/logo.svg" }),
        json!({ "colour": "#000000" }),
        json!([]),
    ] {
        let reply = world.register_host_themed(HOST, bad).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert!(reply.body.contains("theme"), "{}", reply.body);
    }
    let shown = world.admin_get("/admin/v1/hosts/super.app").await.ok().json();
    assert_eq!(
        shown["theme"],
        json!({ "accent": "#0a6f4e", "scheme": "dark", "logo": "https://super.app/logo.svg" })
    );
    world.register_host(HOST).await;
    assert_eq!(world.admin_get("/admin/v1/hosts/super.app").await.ok().json()["theme"], json!({}));
}

#[tokio::test]
async fn pages_on_behalf_of_a_host_wear_its_colours_scheme_and_logo() {
    let world = World::new().await;
    world.register_host_themed(HOST, theme()).await.ok();
    let ana = world.sign_in("ana").await;
    let mut browser = Browser::default();
    let sign_in = browser.follow(&world, SIGN_IN).await.ok();
    let consent = browser.get(&world, &asked(&world, &ana, &[]).await).await.ok();
    let leave = format!("/oauth/end-session?client_id={HOST}&id_token_hint={}x", ana.access);
    assert_eq!(browser.get(&world, &leave).await.status, 400);
    for page in [&sign_in, &consent] {
        assert!(page.body.contains("href=\"/theme/super.app.css?v="), "{}", page.body);
        assert!(page.body.contains("data-theme=\"dark\""), "{}", page.body);
        assert!(page.body.contains("src=\"https://super.app/logo.svg\""), "{}", page.body);
        assert!(page.header("content-security-policy").contains("style-src 'self';"));
    }
    // Portico's own pages, and those of others, stay as they are.
    let own = Browser::default().get(&world, "/sign-in").await.ok();
    let other = SIGN_IN.replace(HOST, "other.app");
    let other = Browser::default().follow(&world, &other).await.ok();
    for page in [own, other] {
        assert!(!page.body.contains("/theme/") && !page.body.contains("data-theme"), "{}", page.body);
    }
}

#[tokio::test]
async fn the_style_sheet_is_served_under_an_address_that_changes_with_it() {
    let world = World::new().await;
    world.register_host_themed(HOST, theme()).await.ok();
    let page = Browser::default().follow(&world, SIGN_IN).await.ok();
    let address = page.body.split("href=\"").find(|rest| rest.starts_with("/theme/")).unwrap();
    let address = address.split('"').next().unwrap();
    let sheet = world.get(address, None).await.ok();
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
    assert!(sheet.body.contains("--accent:#0a6f4e"), "{}", sheet.body);
    world.register_host_themed(HOST, json!({ "accent": "#aa0000" })).await.ok();
    let sheet = world.get(address, None).await.ok();
    assert!(!sheet.header("cache-control").contains("immutable"));
    assert!(sheet.body.contains("--accent:#aa0000"), "{}", sheet.body);
    for nothing in
        ["other.app.css", "nobody.css", "super.app", "org.example.taxi.css", "a%00b.css", "%ff.css"]
    {
        let reply = world.call(Method::GET, &format!("/theme/{nothing}"), &[], "").await;
        assert!(reply.status.is_client_error(), "{nothing}: {}", reply.status);
    }
}

#[tokio::test]
async fn what_a_launch_says_of_theme_and_language_holds_until_the_page_says_otherwise() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let mut browser = Browser::default();
    browser.prefer("en");
    let path = asked(&world, &ana, &[("theme", "dark"), ("ui_locales", "fr ru-RU")]).await;
    let page = browser.get(&world, &path).await.ok();
    assert!(page.body.contains("<html lang=\"ru\" dir=\"ltr\" data-theme=\"dark\""), "{}", page.body);
    let page = browser.get(&world, &format!("{path}?theme=light&ui_locales=zh")).await.ok();
    assert!(page.body.contains("<html lang=\"zh-CN\" dir=\"ltr\" data-theme=\"light\""), "{}", page.body);
    let page = browser.get(&world, &path).await.ok();
    let csrf = Browser::field(&page, "csrf");
    browser.post(&world, &path, &[("csrf", &csrf), ("decision", "allow")]).await.ok();
    let history = world.get("/v1/me/history", Some(&ana.access)).await.ok().json();
    assert!(history.to_string().contains("Номер телефона"), "the words that were shown: {history}");
}

#[tokio::test]
async fn a_host_s_scheme_gives_way_to_the_launch_and_auto_to_the_device() {
    let world = World::new().await;
    world.register_host_themed(HOST, theme()).await.ok();
    let ana = world.sign_in("ana").await;
    for (said, shown) in
        [(&[][..], Some("dark")), (&[("theme", "light")], Some("light")), (&[("theme", "auto")], None)]
    {
        let path = asked(&world, &ana, said).await;
        let page = Browser::default().get(&world, &path).await.ok();
        let theme = page.body.split("data-theme=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(theme, shown);
    }
}

#[tokio::test]
async fn a_theme_that_is_none_is_a_bad_request() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    for bad in ["sepia", "Dark", "dark;", "<script>"] {
        let reply = world.exchange(&ana.access, TAXI, &[("theme", bad)]).await;
        assert_eq!(reply.refusal(), (400, "invalid_request".to_owned()), "{bad}");
    }
}
