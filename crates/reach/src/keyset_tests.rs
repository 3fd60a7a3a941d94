#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::address::AddressPolicy;
use crate::receiver::{Receiver, answer};

const NOW: Moment = Moment::from_seconds(1_800_000_000);

fn after(seconds: i64) -> Moment {
    NOW + Span::seconds(seconds)
}

fn sets() -> KeySets {
    KeySets::new(Arc::new(Outbound::new(AddressPolicy::PRIVATE_TOO)))
}

/// A set of this many Ed25519 keys.
fn set_of(count: usize) -> Value {
    // The public key of RFC 8037, appendix A.2.
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key =
        |n: usize| json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": n.to_string(), "x": x });
    json!({ "keys": (0..count).map(key).collect::<Vec<_>>() })
}

fn document(headers: &str, count: usize) -> String {
    answer("200 OK", headers, &set_of(count).to_string())
}

fn uri(receiver: &Receiver) -> KeySource {
    KeySource::JwksUri(receiver.url("/jwks"))
}

/// A receiver whose n-th answer, from 1, is a set of n keys.
async fn growing() -> Receiver {
    Receiver::start(|number, _| document("", number + 1)).await
}

#[tokio::test]
async fn an_inline_set_is_parsed_once() {
    let (sets, source) = (sets(), KeySource::Jwks(set_of(2)));
    let first = sets.keys(&source, NOW, false).await.unwrap();
    let second = sets.keys(&source, NOW, true).await.unwrap();
    assert_eq!(first.len(), 2);
    assert!(Arc::ptr_eq(&first, &second));
    let other = sets.keys(&KeySource::Jwks(set_of(1)), NOW, false).await.unwrap();
    assert_eq!(other.len(), 1);
}

#[tokio::test]
async fn a_set_is_fetched_once_and_kept_for_ten_minutes_by_default() {
    let (sets, receiver) = (sets(), growing().await);
    for (seconds, keys) in [(0, 1), (1, 1), (599, 1), (600, 2), (1199, 2), (1200, 3)] {
        let held = sets.keys(&uri(&receiver), after(seconds), false).await.unwrap();
        assert_eq!(held.len(), keys, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_set_is_kept_as_long_as_its_server_says_within_bounds() {
    let table = [("max-age=300", 300), ("max-age=1", 60), ("no-store", 60), ("max-age=9999999", 86_400)];
    for (directive, kept) in table {
        let headers = format!("cache-control: {directive}\r\n");
        let receiver = Receiver::start(move |number, _| document(&headers, number + 1)).await;
        let sets = sets();
        for (seconds, keys) in [(0, 1), (kept - 1, 1), (kept, 2)] {
            let held = sets.keys(&uri(&receiver), after(seconds), false).await.unwrap();
            assert_eq!(held.len(), keys, "{directive} after {seconds} s");
        }
    }
}

#[tokio::test]
async fn an_unknown_key_id_fetches_again_at_most_once_in_thirty_seconds() {
    let (sets, receiver) = (sets(), growing().await);
    for (seconds, unknown, keys) in [
        (0, false, 1),
        (1, true, 2),
        (2, true, 2),
        (30, true, 2),
        (31, false, 2),
        (31, true, 3),
        (40, true, 3),
    ] {
        let held = sets.keys(&uri(&receiver), after(seconds), unknown).await.unwrap();
        assert_eq!(held.len(), keys, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_set_fetched_at_this_very_moment_is_not_fetched_again() {
    let (sets, receiver) = (sets(), growing().await);
    sets.keys(&uri(&receiver), NOW, false).await.unwrap();
    sets.keys(&uri(&receiver), NOW, true).await.unwrap();
    assert_eq!(receiver.arrived().len(), 1);
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_fetch() {
    let (sets, receiver) = (Arc::new(sets()), growing().await);
    let source = uri(&receiver);
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let (sets, source) = (sets.clone(), source.clone());
            tokio::spawn(async move { sets.keys(&source, NOW, false).await.unwrap().len() })
        })
        .collect();
    for one in asking {
        assert_eq!(one.await.unwrap(), 1);
    }
    assert_eq!(receiver.arrived().len(), 1);
}

#[tokio::test]
async fn a_failure_is_remembered_for_ten_seconds() {
    let receiver = Receiver::start(|number, _| match number {
        0 => answer("503 Service Unavailable", "", ""),
        _ => document("", 1),
    })
    .await;
    let sets = sets();
    for seconds in [0, 1, 9] {
        let refused = sets.keys(&uri(&receiver), after(seconds), seconds == 1).await;
        assert_eq!(refused.unwrap_err(), Unreachable::Status(503));
    }
    assert_eq!(receiver.arrived().len(), 1);
    assert_eq!(sets.keys(&uri(&receiver), after(10), false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_set_that_ran_out_serves_for_a_day_while_its_address_fails() {
    let receiver = Receiver::start(|number, _| match number {
        0 => document("", 1),
        _ => answer("200 OK", "", r#"{"sorry":"down"}"#),
    })
    .await;
    let sets = sets();
    let day = 600 + 86_400;
    for seconds in [0, 600, 605, day - 1] {
        assert_eq!(sets.keys(&uri(&receiver), after(seconds), false).await.unwrap().len(), 1);
    }
    assert_eq!(receiver.arrived().len(), 3);
    let refused = sets.keys(&uri(&receiver), after(day + 10), false).await;
    assert_eq!(refused.unwrap_err(), Unreachable::NotTheDocument);
}

#[tokio::test]
async fn a_failed_fetch_for_an_unknown_key_id_leaves_the_fresh_set() {
    let receiver = Receiver::start(|number, _| match number {
        0 => document("", 1),
        _ => answer("500 Internal Server Error", "", ""),
    })
    .await;
    let sets = sets();
    for (seconds, unknown) in [(0, false), (5, true), (6, true), (20, false)] {
        assert_eq!(sets.keys(&uri(&receiver), after(seconds), unknown).await.unwrap().len(), 1);
    }
    assert_eq!(receiver.arrived().len(), 2);
}

#[tokio::test]
async fn a_refused_address_is_an_error_and_no_set() {
    let sets = KeySets::new(Arc::new(Outbound::new(AddressPolicy::PUBLIC)));
    let source = KeySource::JwksUri("https://127.0.0.1/jwks".into());
    let refused = sets.keys(&source, NOW, false).await.unwrap_err();
    assert_eq!(refused, Unreachable::Refused(crate::Refused::NotPublic));
}

#[tokio::test]
async fn a_caller_who_gives_up_does_not_block_the_next_one() {
    let (sets, receiver) = (sets(), growing().await);
    let source = uri(&receiver);
    drop(tokio::time::timeout(std::time::Duration::ZERO, sets.keys(&source, NOW, false)).await);
    assert!(sets.keys(&source, NOW, false).await.is_ok());
}
