//! An app's own access tokens.

use std::collections::HashSet;

use futures_util::future::join_all;
use portico_core::moment::Span;
use serde_json::{Value, json};

use super::{STORE, Town, errcode};

/// Whether a token opens: a check of nobody's session gets as far as the OpenID.
async fn opens(town: &Town, token: &str) -> i64 {
    errcode(&town.get("wxa/checksession", &[("access_token", token), ("openid", "nobody")]).await)
}

async fn stable(town: &Town, force: Value) -> Value {
    let body = json!({
        "grant_type": "client_credential", "appid": town.appid(STORE).await,
        "secret": town.world.secrets[STORE], "force_refresh": force,
    });
    town.post("cgi-bin/stable_token", &[], &body).await.json()
}

#[tokio::test]
async fn every_call_gives_a_new_token_and_the_old_one_is_good_for_five_more_minutes() {
    let town = Town::new().await;
    let first = town.token(STORE).await;
    assert!(first.len() <= 512, "{}", first.len());
    town.world.pass(Span::minutes(30));
    let second = town.token(STORE).await;
    assert_ne!(first, second);
    assert_eq!((opens(&town, &first).await, opens(&town, &second).await), (40003, 40003));
    town.world.pass(Span::minutes(5));
    assert_eq!((opens(&town, &first).await, opens(&town, &second).await), (40001, 40003));
    town.world.pass(Span::minutes(115));
    assert_eq!(opens(&town, &second).await, 42001);
}

#[tokio::test]
async fn three_quick_calls_share_a_generation_and_end_five_minutes_after_the_next_one() {
    let town = Town::new().await;
    let tokens = [town.token(STORE).await, town.token(STORE).await, town.token(STORE).await];
    assert_eq!(HashSet::from(tokens.clone()).len(), 3);
    town.world.pass(Span::minutes(30));
    for token in &tokens {
        assert_eq!(opens(&town, token).await, 40003);
    }
    town.token(STORE).await;
    town.world.pass(Span::millis(299_999));
    for token in &tokens {
        assert_eq!(opens(&town, token).await, 40003);
    }
    town.world.pass(Span::millis(1));
    for token in &tokens {
        assert_eq!(opens(&town, token).await, 40001);
    }
}

#[tokio::test]
async fn of_three_calls_a_second_apart_each_is_good_for_five_minutes_from_its_own_replacement() {
    let town = Town::new().await;
    let mut tokens = vec![];
    for _ in 0..3 {
        tokens.push(town.token(STORE).await);
        town.world.pass(Span::seconds(1));
    }
    // Three seconds have passed; the first was replaced after one of them.
    town.world.pass(Span::millis(297_999));
    assert_eq!((opens(&town, &tokens[0]).await, opens(&town, &tokens[1]).await), (40003, 40003));
    town.world.pass(Span::millis(1));
    assert_eq!((opens(&town, &tokens[0]).await, opens(&town, &tokens[1]).await), (40001, 40003));
    town.world.pass(Span::seconds(1));
    assert_eq!((opens(&town, &tokens[1]).await, opens(&town, &tokens[2]).await), (40001, 40003));
}

#[tokio::test]
async fn sixteen_parallel_calls_are_each_answered_with_a_good_token_of_their_own() {
    let town = Town::new().await;
    let mut all = HashSet::new();
    for _ in 0..8 {
        let tokens = join_all((0..16).map(|_| town.token(STORE))).await;
        for token in tokens {
            assert_eq!(opens(&town, &token).await, 40003);
            assert!(all.insert(token), "one text was given twice");
        }
        town.world.pass(Span::seconds(1));
    }
}

#[tokio::test]
async fn what_is_sealed_in_another_form_is_none_of_our_tokens() {
    let town = Town::new().await;
    let sealed = |says: &[u8]| town.world.house.live.vault().wechat().token("app token", says);
    let appid = town.appid(STORE).await;
    // A fresh token as it was before tokens of one generation were told apart.
    let before = [&[0][..], &[0; 8], &[0, 0, 0, 1], &[0; 8], appid.as_bytes()].concat();
    for says in [&before[..], &[], &[1], &[2; 12], &[3; 60]] {
        assert_eq!(opens(&town, sealed(says).expose()).await, 40014, "{says:?}");
    }
}

#[tokio::test]
async fn another_stable_token_that_sixteen_ask_for_at_once_is_one() {
    let town = Town::new().await;
    let first = stable(&town, json!(false)).await;
    town.world.pass(Span::minutes(1));
    let answers = join_all((0..16).map(|_| stable(&town, json!(true)))).await;
    let texts: HashSet<&str> = answers.iter().filter_map(|answer| answer["access_token"].as_str()).collect();
    assert_eq!(texts.len(), 1, "{answers:?}");
    assert!(!texts.contains(first["access_token"].as_str().unwrap()));
}

#[tokio::test]
async fn another_secret_ends_every_token_that_was_given_under_the_one_before() {
    let mut town = Town::new().await;
    let fresh = town.token(STORE).await;
    let still = stable(&town, json!(false)).await["access_token"].as_str().unwrap().to_owned();
    let path = format!("/admin/v1/apps/{STORE}/rotate-secret");
    let rotated = town.world.admin_post(&path, json!({})).await.ok().json();
    town.world.secrets.insert(STORE.to_owned(), rotated["client_secret"].as_str().unwrap().to_owned());
    assert_eq!((opens(&town, &fresh).await, opens(&town, &still).await), (40001, 40001));
    let next = stable(&town, json!(false)).await["access_token"].as_str().unwrap().to_owned();
    assert_ne!(next, still);
    assert_eq!((opens(&town, &town.token(STORE).await).await, opens(&town, &next).await), (40003, 40003));
}

#[tokio::test]
async fn a_stable_token_is_the_same_with_the_time_left_until_another_is_asked_for() {
    let town = Town::new().await;
    let first = stable(&town, json!(false)).await;
    assert_eq!(first["expires_in"], 7200);
    town.world.pass(Span::minutes(10));
    let again = stable(&town, Value::Null).await;
    assert_eq!((&again["access_token"], &again["expires_in"]), (&first["access_token"], &6600.into()));
    let forced = stable(&town, json!(true)).await;
    assert_ne!(forced["access_token"], first["access_token"]);
    assert_eq!(forced["expires_in"], 7200);
    let first = first["access_token"].as_str().unwrap();
    assert_eq!(opens(&town, first).await, 40003);
    town.world.pass(Span::minutes(5));
    assert_eq!(opens(&town, first).await, 40001);
}

#[tokio::test]
async fn the_two_kinds_know_nothing_of_each_other() {
    let town = Town::new().await;
    let still = stable(&town, json!(false)).await;
    for _ in 0..3 {
        town.token(STORE).await;
        town.world.pass(Span::minutes(6));
    }
    assert_eq!(opens(&town, still["access_token"].as_str().unwrap()).await, 40003);
    assert_eq!(stable(&town, json!(false)).await["access_token"], still["access_token"]);
}

#[tokio::test]
async fn a_stable_token_is_given_by_post_only() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, &town.world.secrets[STORE]);
    let query = [("grant_type", "client_credential"), ("appid", &appid), ("secret", secret)];
    assert_eq!(errcode(&town.get("cgi-bin/stable_token", &query).await), 43002);
}

#[tokio::test]
async fn other_grants_apps_and_secrets_are_refused_each_by_its_number() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    let of_another = town.appid(super::OTHER).await;
    let grant = ("grant_type", "client_credential");
    for (query, number) in [
        (vec![("appid", appid.as_str()), ("secret", secret.as_str())], 40002),
        (vec![("grant_type", "authorization_code"), ("appid", &appid), ("secret", &secret)], 40002),
        (vec![grant, ("secret", &secret)], 41002),
        (vec![grant, ("appid", &appid)], 41004),
        (vec![grant, ("appid", "wx0000000000000000"), ("secret", &secret)], 40013),
        (vec![grant, ("appid", STORE), ("secret", &secret)], 40013),
        (vec![grant, ("appid", &appid), ("secret", "wrong")], 40125),
        (vec![grant, ("appid", &of_another), ("secret", &secret)], 40125),
    ] {
        assert_eq!(errcode(&town.get("cgi-bin/token", &query).await), number, "{query:?}");
    }
}

#[tokio::test]
async fn wrong_secrets_are_counted_and_a_right_one_always_passes() {
    let town = Town::new().await;
    let appid = town.appid(STORE).await;
    let query = [("grant_type", "client_credential"), ("appid", appid.as_str()), ("secret", "wrong")];
    let mut last = 0;
    for _ in 0..100 {
        last = errcode(&town.get("cgi-bin/token", &query).await);
    }
    assert_eq!(last, 45011);
    town.token(STORE).await;
}
