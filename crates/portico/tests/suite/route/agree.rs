use portico_core::moment::Span;

use crate::fixture::{Browser, Launched, Tokens, World};

const TAXI: &str = "org.example.taxi";
const BACK: &str = "?return_to=https%3A%2F%2Fsuper.app%2Fcallback&theme=dark";

async fn asked(world: &World, tokens: &Tokens) -> String {
    match world.launch(tokens, TAXI, None).await {
        Launched::Ask { request, .. } => request,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_page_is_opened_once_answers_and_returns_to_the_host() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let path = format!("/consent/{}{BACK}", asked(&world, &ana).await);
    let mut browser = Browser::default();
    let page = browser.get(&world, &path).await.ok();
    assert!(
        page.body.contains("data-theme=\"dark\"")
            && page.body.contains("org.example.taxi wants phone.verified")
    );
    assert!(
        !page.body.contains("Name of ana") && !page.body.contains("people.example"),
        "a value of the profile is shown"
    );
    browser.get(&world, &path).await.ok();
    let stranger = Browser::default().get(&world, &path).await;
    assert_eq!(stranger.header("location"), "https://super.app/callback?consent=expired");
    let csrf = Browser::field(&page, "csrf");
    let said = [("csrf", csrf.as_str()), ("decision", "allow"), ("grant", "email.verified")];
    let answered = browser.post(&world, &path, &said).await;
    assert_eq!(answered.header("location"), "https://super.app/callback?consent=done");
    let Launched::Token { scope, .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(scope, "openid profile.basic phone.verified email.verified");
    let twice = browser.post(&world, &path, &said).await;
    assert_eq!(twice.header("location"), "https://super.app/callback?consent=expired");
}

#[tokio::test]
async fn an_optional_permission_left_alone_is_refused_and_a_denied_one_denies_the_launch() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let path = format!("/consent/{}", asked(&world, &ana).await);
    let mut browser = Browser::default();
    let csrf = Browser::field(&browser.get(&world, &path).await.ok(), "csrf");
    browser.post(&world, &path, &[("csrf", &csrf), ("decision", "allow")]).await.ok();
    let Launched::Token { scope, .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(scope, "openid profile.basic phone.verified");
    let Launched::Ask { request, .. } = world.launch_with(&ana, TAXI, &[("prompt", "consent")]).await else {
        panic!()
    };
    let path = format!("/consent/{request}");
    let csrf = Browser::field(&browser.get(&world, &path).await.ok(), "csrf");
    browser.post(&world, &path, &[("csrf", &csrf), ("decision", "deny")]).await.ok();
    let Launched::Refused(error) = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(error, "access_denied");
}

#[tokio::test]
async fn another_person_another_host_and_another_session_find_no_question() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let elsewhere = world.sign_in("ana").await;
    let request = asked(&world, &ana).await;
    for other in [&bob, &elsewhere] {
        assert_eq!(world.answer(other, &request, &["profile.basic"], &[]).await.status, 404);
    }
    world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    browser.sign_in(&world, "/settings", "boris", "a long password").await;
    assert_eq!(browser.get(&world, &format!("/consent/{request}")).await.status, 403);
    world.answer(&ana, &request, &["profile.basic"], &[]).await.ok();
    assert_eq!(world.answer(&ana, &request, &["profile.basic"], &[]).await.status, 404);
}

#[tokio::test]
async fn a_question_dies_after_ten_minutes_and_with_its_session() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let (late, orphan) = (asked(&world, &ana).await, asked(&world, &ana).await);
    world.sign_out(&ana).await.ok();
    assert_eq!(Browser::default().get(&world, &format!("/consent/{orphan}")).await.status, 410);
    world.pass(Span::minutes(10));
    let reply = Browser::default().get(&world, &format!("/consent/{late}{BACK}")).await;
    assert_eq!(reply.header("location"), "https://super.app/callback?consent=expired");
}

#[tokio::test]
async fn a_return_to_a_stranger_is_refused_before_anything_is_shown() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let path = format!("/consent/{}", asked(&world, &ana).await);
    let wrong = Browser::default().get(&world, &format!("{path}?return_to=https://evil.example/")).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("location")), (400, ""));
    Browser::default().get(&world, &path).await.ok();
}

#[tokio::test]
async fn a_manifest_that_grows_asks_only_for_what_is_missing() {
    let mut world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, "org.example.shop", None).await;
    let mut grown =
        crate::fixture::manifest("org.example.shop", "bazaar", &["profile.basic", "email.verified"], &[]);
    grown["version"]["code"] = 2.into();
    world.register_app(grown).await;
    let Launched::Ask { scope, .. } = world.launch(&ana, "org.example.shop", None).await else { panic!() };
    assert_eq!(scope, "email.verified");
}
