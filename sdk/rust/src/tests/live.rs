//! The feed, followed.

use std::time::Duration;

use serde_json::json;

use super::fake::{Fake, LIVE};
use super::{Hands, token_with, until};
use crate::{Cause, Error};

const PING: &str = "event: ping\ndata: {}\nid: two\n\n";

#[tokio::test]
async fn answers_are_local_for_two_seconds_after_the_feed_was_heard_and_portico_is_asked_from_then_on() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let token = token_with(json!({}));
    clock.forward(Duration::from_millis(1_999));
    portico.validate(&token).await.unwrap();
    assert_eq!(fake.introspections(), 0);
    clock.forward(Duration::from_millis(1));
    assert!(!portico.is_local());
    let refused = portico.validate(&token).await.unwrap_err();
    assert_eq!((refused, fake.introspections()), (Error::InvalidToken(Cause::Inactive), 1));
    fake.say(PING);
    until(|| portico.is_local()).await;
    portico.validate(&token).await.unwrap();
    assert_eq!(fake.introspections(), 1);
}

#[tokio::test]
async fn a_feed_that_is_lost_is_resumed_and_one_that_cannot_be_read_begins_anew() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let _portico = fake.portico(&clock);
    assert_eq!(fake.opened(1).await, None);
    fake.hang_up();
    assert_eq!(fake.opened(2).await.as_deref(), Some("one"));
    fake.say("event: session_ended\ndata: {\nid: three\n\n");
    assert_eq!(fake.opened(3).await, None);
    let authorizations = fake.said.authorizations.lock().clone();
    assert!(authorizations.iter().all(|all| all == "Basic b3JnLmV4YW1wbGUudGF4aTpzZWNyZXQ="));
}

#[tokio::test]
async fn what_the_feed_says_is_so_for_the_next_question() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let token = token_with(json!({}));
    portico.validate(&token).await.unwrap();
    fake.say("event: session_ended\ndata: {\"sid\":\"her-session\"}\n\n");
    let limit = std::time::Instant::now() + Duration::from_secs(20);
    while portico.validate(&token).await.is_ok() {
        assert!(std::time::Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(portico.validate(&token).await.unwrap_err(), Error::InvalidToken(Cause::SessionEnded));
    assert_eq!(fake.introspections(), 0);
}

#[tokio::test]
async fn the_feed_is_let_go_of_with_the_last_handle() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    let other = portico.clone();
    portico.caught_up().await;
    drop(portico);
    fake.say(LIVE);
    until(|| other.is_local()).await;
    drop(other);
    // Sooner than silence would make it try another connection.
    tokio::time::timeout(Duration::from_secs(4), fake.left()).await.unwrap();
    assert_eq!(fake.said.feeds.lock().len(), 1);
}

/// Linux only: elsewhere the size of a process is another question.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hundred_thousand_live_grants_take_less_than_64_mb() {
    let resident = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    };
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let before = resident();
    for piece in 0..100 {
        let changed = |count| {
            let (person, scope) =
                (piece * 1000 + count, "openid profile.basic phone.verified email.verified");
            format!(
                "event: grant_changed\ndata: {{\"sub\":\"{person:028}\",\"scope\":\"{scope}\"}}\nid: a\n\n"
            )
        };
        fake.say(&(0..1000).map(changed).collect::<String>());
    }
    fake.say("event: session_ended\ndata: {\"sid\":\"her-session\"}\n\n");
    let limit = std::time::Instant::now() + Duration::from_secs(60);
    while portico.validate(&token_with(json!({}))).await.is_ok() {
        assert!(std::time::Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let taken = resident().saturating_sub(before);
    println!("{} MB", taken / 1_000_000);
    assert!((1_000_000..64_000_000).contains(&taken), "{taken}");
}
