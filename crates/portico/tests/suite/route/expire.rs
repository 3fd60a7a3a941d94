use portico_core::moment::Span;
use portico_http::sweep;

use crate::fixture::{Tokens, World};

#[tokio::test]
async fn a_session_that_merely_expires_tells_everyone_too() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, "org.example.taxi", None).await;
    world.pass(Span::days(30));
    assert_eq!(world.introspect("org.example.taxi", &token).await["active"], false);
    assert_eq!(world.refresh(&ana.refresh).await.refusal().1, "invalid_grant");
    assert_eq!(sweep::expire(&world.house).await, Ok(1));
    assert_eq!(sweep::expire(&world.house).await, Ok(0));
    let deliveries = world.admin_get("/admin/v1/deliveries?state=pending").await.ok().json();
    assert_eq!(deliveries["items"].as_array().unwrap().len(), 1, "{deliveries}");
    let events = world.house.live.store().events_after(Default::default(), 100).await.unwrap();
    let ended = events.iter().filter(|event| format!("{event:?}").contains("Expired")).count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_used_session_lives_on_until_its_age_ends_it() {
    let world = World::new().await;
    let mut ana = world.sign_in("ana").await;
    for _ in 0..8 {
        world.pass(Span::days(20));
        ana = Tokens::of(&world.refresh(&ana.refresh).await.ok());
        world.house.live.flush().await.unwrap();
        assert_eq!(sweep::expire(&world.house).await, Ok(0));
    }
    world.pass(Span::days(20));
    assert_eq!(world.refresh(&ana.refresh).await.refusal().1, "invalid_grant");
    assert_eq!(sweep::expire(&world.house).await, Ok(1));
}

#[tokio::test]
async fn a_use_that_is_not_written_down_yet_keeps_a_session_from_expiring() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.pass(Span::days(20));
    let ana = Tokens::of(&world.refresh(&ana.refresh).await.ok());
    world.pass(Span::days(20));
    assert_eq!(sweep::expire(&world.house).await, Ok(0));
    world.refresh(&ana.refresh).await.ok();
}

#[tokio::test]
async fn clearing_away_takes_nothing_that_is_still_needed() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, "org.example.taxi", None).await;
    let credentials = world.credentials("org.example.taxi");
    let other = world.launch_granting(&ana, "org.example.taxi", None).await;
    world.form("/oauth/revoke", Some(&credentials), &[("token", &other)]).await.ok();
    sweep::clear(&world.house).await.unwrap();
    assert_eq!(world.introspect("org.example.taxi", &token).await["active"], true);
    assert_eq!(world.introspect("org.example.taxi", &other).await["active"], false);
    world.refresh(&ana.refresh).await.ok();
}
