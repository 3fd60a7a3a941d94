use portico_core::moment::Span;

use crate::fixture::{Browser, World};
use crate::route::redeem::{authorize, parameter};

const SHOP: &str = "org.example.shop";
const SHOP_BACK: &str = "https://org.example.shop.example/callback";

async fn signed_in(world: &World) -> Browser {
    world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    let request = authorize("super.app", "https://super.app/callback", "openid host", &[]);
    browser.sign_in(world, &request, "boris", "a long password").await;
    browser
}

fn shop(more: &[(&str, &str)]) -> String {
    authorize(SHOP, SHOP_BACK, "openid profile", more)
}

#[tokio::test]
async fn silence_answers_login_required_then_consent_required_then_a_code() {
    let world = World::new().await;
    let silent = shop(&[("prompt", "none")]);
    let nobody = Browser::default().get(&world, &silent).await;
    assert_eq!(parameter(nobody.header("location"), "error"), "login_required");
    let mut browser = signed_in(&world).await;
    let unasked = browser.get(&world, &silent).await;
    assert_eq!(parameter(unasked.header("location"), "error"), "consent_required");
    let question = browser.get(&world, &shop(&[])).await;
    let at = question.header("location").to_owned();
    let page = browser.get(&world, &at).await.ok();
    let csrf = Browser::field(&page, "csrf");
    let answered = browser.post(&world, &at, &[("csrf", &csrf), ("decision", "allow")]).await;
    let to = answered.header("location").to_owned();
    let back = browser.follow(&world, &to).await;
    assert!(!parameter(back.header("location"), "code").is_empty(), "{}", back.header("location"));
    let quiet = browser.get(&world, &silent).await;
    assert!(!parameter(quiet.header("location"), "code").is_empty());
}

#[tokio::test]
async fn denying_what_is_required_is_access_denied_and_asks_again_next_time() {
    let world = World::new().await;
    let mut browser = signed_in(&world).await;
    let at = browser.get(&world, &shop(&[])).await.header("location").to_owned();
    let page = browser.get(&world, &at).await.ok();
    let csrf = Browser::field(&page, "csrf");
    let answered = browser.post(&world, &at, &[("csrf", &csrf), ("decision", "deny")]).await;
    let to = answered.header("location").to_owned();
    let back = browser.follow(&world, &to).await;
    assert_eq!(parameter(back.header("location"), "error"), "access_denied");
    assert_eq!(parameter(back.header("location"), "state"), "st");
    let again = browser.get(&world, &shop(&[])).await;
    assert!(again.header("location").starts_with("/consent/"));
}

#[tokio::test]
async fn prompt_login_and_max_age_lead_to_the_page_and_through_it() {
    let world = World::new().await;
    let mut browser = signed_in(&world).await;
    world.pass(Span::seconds(30));
    for more in [("prompt", "login"), ("max_age", "10"), ("max_age", "0"), ("prompt", "select_account")] {
        let request = authorize("super.app", "https://super.app/callback", "openid host", &[more]);
        let page = browser.get(&world, &request).await;
        assert!(page.header("location").starts_with("/sign-in?"), "{more:?}");
        let back = browser.sign_in(&world, &request, "boris", "a long password").await;
        assert!(
            !parameter(back.header("location"), "code").is_empty(),
            "{more:?} {}",
            back.header("location")
        );
        world.pass(Span::seconds(30));
    }
}

#[tokio::test]
async fn a_mark_of_an_earlier_sign_in_does_not_satisfy_a_later_request() {
    let world = World::new().await;
    let mut browser = signed_in(&world).await;
    let request = authorize("super.app", "https://super.app/callback", "openid host", &[("prompt", "login")]);
    for forged in ["portico_signed_in=x", "portico_asked=x", "portico_signed_in="] {
        let reply = browser.get(&world, &format!("{request}&{forged}")).await;
        assert!(reply.header("location").starts_with("/sign-in?"), "{forged}");
    }
}

#[tokio::test]
async fn a_bad_client_or_redirect_is_a_page_and_never_a_redirect() {
    let world = World::new().await;
    for path in [
        authorize("nobody.app", "https://super.app/callback", "openid", &[]),
        authorize("super.app", "https://evil.example/", "openid host", &[]),
        authorize("super.app", "https://super.app/callback/../evil", "openid host", &[]),
        "/oauth/authorize".to_owned(),
        "/oauth/authorize?client_id=super.app&client_id=super.app".to_owned(),
        "/oauth/authorize?client_id=%ff".to_owned(),
    ] {
        let reply = Browser::default().get(&world, &path).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (400, ""), "{path}");
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn a_sign_in_form_without_its_cookie_or_token_signs_nobody_in() {
    let world = World::new().await;
    world.create_person("boris", "a long password").await;
    let fields = [("username", "boris"), ("password", "a long password")];
    let reply = Browser::default().post(&world, "/sign-in", &fields).await;
    assert_eq!(reply.status, 400);
    let mut browser = Browser::default();
    let page = browser.get(&world, "/sign-in").await;
    let csrf = Browser::field(&page, "csrf");
    let stolen = [fields[0], fields[1], ("csrf", csrf.as_str())];
    assert_eq!(Browser::default().post(&world, "/sign-in", &stolen).await.status, 400);
    assert_eq!(browser.post(&world, "/sign-in", &stolen).await.status, 303);
}

#[tokio::test]
async fn the_page_leads_nowhere_but_to_our_own_addresses() {
    let world = World::new().await;
    world.create_person("boris", "a long password").await;
    for onward in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/oauth/authorize",
        "/settings/",
        "/settings//evil.example",
        "/settings/../oauth/token",
        "/settings/devices?done=withdrawn",
        "/settings/devices#x",
        "/settings/%2e%2e",
        "/settings\\evil.example",
        "/settingsevil.example",
        " /settings/devices",
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", onward).finish();
        let path = format!("/sign-in?{query}");
        let mut browser = Browser::default();
        let page = browser.get(&world, &path).await;
        let csrf = Browser::field(&page, "csrf");
        let fields = [("username", "boris"), ("password", "a long password"), ("csrf", csrf.as_str())];
        assert_eq!(browser.post(&world, &path, &fields).await.header("location"), "/settings", "{onward}");
    }
    for section in ["/settings", "/settings/devices", "/settings/history"] {
        let path = format!("/sign-in?continue={}", section.replace('/', "%2F"));
        let mut browser = Browser::default();
        let page = browser.get(&world, &path).await;
        let csrf = Browser::field(&page, "csrf");
        let fields = [("username", "boris"), ("password", "a long password"), ("csrf", csrf.as_str())];
        assert_eq!(browser.post(&world, &path, &fields).await.header("location"), section);
    }
}

#[tokio::test]
async fn failures_are_throttled_by_account_and_known_and_unknown_people_look_alike() {
    let world = World::new().await;
    world.create_person("boris", "a long password").await;
    let mut answers = vec![];
    for name in ["boris", "nobody"] {
        let mut browser = Browser::default();
        let page = browser.get(&world, "/sign-in").await;
        let csrf = Browser::field(&page, "csrf");
        let fields = [("username", name), ("password", "wrong"), ("csrf", csrf.as_str())];
        let mut statuses = vec![];
        for _ in 0..12 {
            let reply = browser.post(&world, "/sign-in", &fields).await;
            statuses.push((reply.status.as_u16(), reply.header("retry-after").is_empty()));
        }
        answers.push(statuses);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][0], (400, true));
    assert_eq!(answers[0][11], (429, false));
}
