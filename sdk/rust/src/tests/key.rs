//! Keys that come and go.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;

use super::fake::Fake;
use super::{Hands, token_by, token_with, until};
use crate::{Cause, Error};

const ROTATED: &str = "event: keys_rotated\ndata: {}\n\n";

#[tokio::test]
async fn a_rotation_is_noticed_before_any_token_of_the_new_key_comes_and_no_token_is_refused_over_it() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    portico.validate(&token_with(json!({}))).await.unwrap();
    fake.say(&ROTATED.repeat(3));
    until(|| fake.key_set_reads() == 2).await;
    let both = [token_by("ed25519-tomorrow", json!({})), token_with(json!({ "jti": "jti_2" }))];
    for answer in join_all(both.iter().map(|token| portico.validate(token))).await {
        answer.unwrap();
    }
    assert_eq!(fake.key_set_reads(), 2);
}

#[tokio::test]
async fn many_tokens_of_a_new_key_have_the_keys_read_once() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    portico.validate(&token_with(json!({}))).await.unwrap();
    let tokens: Vec<_> =
        (0..50).map(|count| token_by("ed25519-tomorrow", json!({ "jti": format!("jti_{count}") }))).collect();
    for answer in join_all(tokens.iter().map(|token| portico.validate(token))).await {
        answer.unwrap();
    }
    assert_eq!(fake.key_set_reads(), 2);
}

#[tokio::test]
async fn tokens_of_keys_that_nobody_knows_do_not_have_the_keys_read_each_time() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    for _ in 0..20 {
        let refused = portico.validate(&token_by("ed25519-stranger", json!({}))).await.unwrap_err();
        assert_eq!(refused, Error::InvalidToken(Cause::UnknownKey));
    }
    assert_eq!((fake.key_set_reads(), fake.introspections()), (2, 0));
}

#[tokio::test]
async fn a_key_that_is_taken_away_takes_the_tokens_along_that_were_remembered() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let token = token_with(json!({}));
    portico.validate(&token).await.unwrap();
    let mut keys = super::vectors("keys")["then"].clone();
    keys["keys"].as_array_mut().unwrap().retain(|key| key["kid"] != "ed25519-today");
    *fake.said.key_sets.lock() = vec![keys];
    fake.say(ROTATED);
    until(|| fake.key_set_reads() == 2).await;
    clock.forward(Duration::from_millis(10));
    let limit = std::time::Instant::now() + Duration::from_secs(20);
    while portico.validate(&token).await.is_ok() {
        assert!(std::time::Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(portico.validate(&token).await.unwrap_err(), Error::InvalidToken(Cause::UnknownKey));
}

#[tokio::test]
async fn who_hangs_up_while_the_keys_are_read_leaves_the_reading_to_all_others() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let token = token_with(json!({}));
    portico.validate(&token).await.unwrap();
    let mut keys = super::vectors("keys")["then"].clone();
    keys["keys"].as_array_mut().unwrap().retain(|key| key["kid"] != "ed25519-today");
    *fake.said.key_sets.lock() = vec![keys];
    let passes = fake.said.key_set_gate.forget_permits(usize::MAX);
    let stranger = token_by("ed25519-stranger", json!({}));
    let mut asked = Box::pin(portico.validate(&stranger));
    let reading = async { until(|| fake.key_set_reads() == 2).await };
    tokio::select! {
        _ = &mut asked => panic!("the key set is not there yet"),
        () = reading => drop(asked),
    }
    fake.said.key_set_gate.add_permits(passes);
    let limit = std::time::Instant::now() + Duration::from_secs(20);
    while portico.validate(&token).await.is_ok() {
        assert!(std::time::Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(fake.key_set_reads(), 2);
}

#[tokio::test]
async fn while_no_keys_can_be_read_portico_is_asked_of_the_token() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    *fake.said.key_set_status.lock() = StatusCode::BAD_GATEWAY;
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let refused = portico.validate(&token_with(json!({}))).await.unwrap_err();
    assert_eq!((refused, fake.introspections()), (Error::InvalidToken(Cause::Inactive), 1));
}
