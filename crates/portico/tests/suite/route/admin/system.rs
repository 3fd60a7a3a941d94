use portico_core::moment::Span;
use serde_json::Value;

use super::{TAXI, act, get};
use crate::fixture::World;

fn with_state<'a>(keys: &'a Value, state: &str) -> Vec<&'a str> {
    let items = keys["items"].as_array().unwrap().iter();
    items.filter(|key| key["state"] == state).map(|key| key["kid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn rotated_keys_are_published_before_they_sign_and_old_tokens_stay_good() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let rides = world.launch_granting(&ana, TAXI, None).await;
    let before = get(&world, "keys").await.ok().json();
    assert_eq!((with_state(&before, "signing").len(), with_state(&before, "next").len()), (3, 0));
    let after = act(&world, "keys/rotate").await.ok().json();
    assert_eq!((with_state(&after, "signing").len(), with_state(&after, "next").len()), (3, 3));
    let published = world.get("/oauth/jwks", None).await.ok().json();
    assert_eq!(published["keys"].as_array().unwrap().len(), 6);
    world.pass(Span::minutes(11));
    let later = get(&world, "keys").await.ok().json();
    assert_eq!(with_state(&later, "signing"), with_state(&after, "next"));
    assert_eq!(with_state(&later, "retiring").len(), 3);
    assert_eq!(world.introspect(TAXI, &rides).await["active"], true);
    assert!(!later.to_string().contains("wrapped"));
}

#[tokio::test]
async fn deliveries_are_listed_by_state_and_sent_again_by_hand() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    world.sign_out(&ana).await.ok();
    let pending = get(&world, "deliveries?state=pending").await.ok().json();
    let delivery = &pending["items"][0];
    assert_eq!(delivery["client_id"], TAXI);
    assert_eq!((delivery["state"].as_str(), delivery["attempts"].as_u64()), (Some("pending"), Some(0)));
    let id = delivery["delivery_id"].as_str().unwrap();
    assert_eq!(act(&world, &format!("deliveries/{id}/retry")).await.ok().json()["state"], "pending");
    assert_eq!(get(&world, "deliveries?state=failed").await.ok().json()["items"], serde_json::json!([]));
    assert_eq!(act(&world, "deliveries/retry").await.ok().json()["retried"], 0);
    assert_eq!(get(&world, "deliveries?state=lost").await.status, 400);
}

#[tokio::test]
async fn everything_that_was_given_up_is_sent_again_at_once() {
    use portico_core::noun::delivery::DeliveryState;
    use portico_core::rule::deliver::{Outcome, after_attempt};
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    world.launch_granting(&ana, "org.example.shop", None).await;
    world.sign_out(&ana).await.ok();
    world.pass(Span::days(4));
    let store = world.house.live.store();
    let due = store.deliveries_due(None, world.now(), 10).await.unwrap();
    assert_eq!(due.len(), 2);
    for delivery in &due {
        let changes = after_attempt(delivery, Outcome::Answered(500), world.now());
        world.house.commit(changes).await.unwrap();
    }
    let failed = get(&world, "deliveries?state=failed").await.ok().json();
    assert_eq!(failed["items"][0]["last_error"], "answered 500");
    assert_eq!(act(&world, "deliveries/retry").await.ok().json()["retried"], 2);
    let due = store.deliveries_due(None, world.now(), 10).await.unwrap();
    assert!(due.len() == 2 && due.iter().all(|delivery| delivery.state == DeliveryState::Pending));
}
