use axum::http::Method;
use portico_core::moment::Span;
use serde_json::json;

use crate::fixture::{Browser, World};

const OLD: &str = "a long password";
const NEW: &str = "vR7-kept-well";
const PATH: &str = "/settings/password";

async fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::default();
    let fields = [("username", "ana"), ("password", OLD)];
    assert_eq!(browser.fill(world, "/sign-in", "/sign-in", &fields).await.status, 303);
    browser
}

async fn works(world: &World, password: &str) -> bool {
    let fields = [("username", "ana"), ("password", password)];
    Browser::default().fill(world, "/sign-in", "/sign-in", &fields).await.status == 303
}

#[tokio::test]
async fn a_changed_password_keeps_this_session_and_ends_the_others() {
    let world = World::new().await;
    world.create_person("ana", OLD).await;
    let (mut here, mut there) = (signed_in(&world).await, signed_in(&world).await);
    world.posted().await;
    world.pass(Span::minutes(6));
    let fields = [("old_password", OLD), ("password", NEW)];
    let done = here.fill(&world, PATH, PATH, &fields).await;
    assert_eq!(done.header("location"), "/settings/password?done=password-changed", "{}", done.body);
    assert_eq!(here.get(&world, PATH).await.status, 200);
    assert_eq!(there.get(&world, PATH).await.status, 303);
    assert_eq!(
        world.posted().await.first().map(|l| l.subject.clone()).as_deref(),
        Some("Your password was changed")
    );
    assert!(works(&world, NEW).await && !works(&world, OLD).await);
}

#[tokio::test]
async fn without_the_old_password_a_sign_in_of_five_minutes_is_needed() {
    let world = World::new().await;
    world.create_person("ana", OLD).await;
    let mut browser = signed_in(&world).await;
    world.pass(Span::minutes(5));
    assert_eq!(browser.fill(&world, PATH, PATH, &[("password", NEW)]).await.status, 303);
    world.pass(Span::millis(1));
    assert_eq!(browser.fill(&world, PATH, PATH, &[("password", OLD)]).await.status, 403);
    assert!(works(&world, NEW).await);
    for (old, new) in [("wrong", OLD), (NEW, "short"), (NEW, "password1"), (NEW, "ana@people.example")] {
        let reply = browser.fill(&world, PATH, PATH, &[("old_password", old), ("password", new)]).await;
        assert_eq!(reply.status, 400, "{old} {new}");
    }
    let forged = browser.post(&world, PATH, &[("old_password", NEW), ("password", OLD), ("csrf", "x")]).await;
    assert_eq!(forged.status, 400);
    assert!(works(&world, NEW).await);
}

#[tokio::test]
async fn who_holds_a_session_cannot_guess_the_old_password_without_end() {
    let world = World::new().await;
    world.create_person("ana", OLD).await;
    let mut browser = signed_in(&world).await;
    for round in 0..12 {
        let reply = browser.fill(&world, PATH, PATH, &[("old_password", "wrong"), ("password", NEW)]).await;
        assert_eq!(reply.status, if round < 11 { 400 } else { 429 }, "{round}");
        assert_eq!(reply.header("retry-after").is_empty(), round < 11);
    }
    assert!(works(&world, OLD).await);
}

#[tokio::test]
async fn a_host_changes_the_password_by_the_same_rules() {
    let world = World::new().await;
    let (here, there) = (world.sign_in("ana").await, world.sign_in("ana").await);
    let path = "/v1/me/password";
    let post = |body| {
        let (world, token) = (&world, here.access.clone());
        async move { world.json(Method::POST, path, Some(&token), &body).await }
    };
    for bad in [json!({}), json!([NEW]), json!({ "password": 1 }), json!({ "password": NEW, "x": 1 })] {
        assert_eq!(post(bad).await.status, 400);
    }
    assert_eq!(post(json!({ "password": "short" })).await.refusal(), (400, "invalid_request".into()));
    assert_eq!(post(json!({ "password": NEW })).await.status, 204);
    assert_eq!(world.get("/v1/me/profile", Some(&here.access)).await.status, 200);
    assert_eq!(world.get("/v1/me/profile", Some(&there.access)).await.status, 401);
    world.pass(Span::minutes(6));
    let late = post(json!({ "password": OLD })).await;
    assert_eq!(late.refusal(), (403, "reauthentication_required".into()));
    assert_eq!(post(json!({ "password": OLD, "old_password": "wrong" })).await.status, 400);
    assert_eq!(post(json!({ "password": OLD, "old_password": NEW })).await.status, 204);
}

#[tokio::test]
async fn of_sixteen_who_change_the_password_at_once_by_the_old_one_one_does() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let post = async |body| world.json(Method::POST, "/v1/me/password", Some(&tokens.access), &body).await;
    assert_eq!(post(json!({ "password": OLD })).await.status, 204);
    let new = |number| json!({ "password": format!("vR7-kept-well-{number}"), "old_password": OLD });
    let all = futures_util::future::join_all((0..16).map(|number| post(new(number)))).await;
    let changed: Vec<_> = (0..16).filter(|number| all[*number].status == 204).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    for (number, reply) in all.iter().enumerate() {
        if !changed.contains(&number) {
            assert!(matches!(reply.status.as_u16(), 400 | 429), "{number} {}", reply.status);
        }
    }
    let fields = [("username", "ana@people.example"), ("password", &format!("vR7-kept-well-{}", changed[0]))];
    assert_eq!(Browser::default().fill(&world, "/sign-in", "/sign-in", &fields).await.status, 303);
}
