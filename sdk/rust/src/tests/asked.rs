//! Portico, asked where nothing is known here.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::fake::Fake;
use super::{Hands, ISSUER, NOW, TAXI, token_with, until};
use crate::{Cause, Error, Unreached};

fn active(more: Value) -> Value {
    let mut answer = json!({
        "active": true, "iss": ISSUER, "aud": TAXI, "client_id": TAXI, "sub": "ana", "sid": "her-session",
        "scope": "openid profile.basic", "iat": NOW - 60, "exp": NOW + 1740, "jti": "jti_1", "token_type": "Bearer",
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

#[tokio::test]
async fn what_is_withdrawn_is_known_from_portico_as_well() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    fake.tell(StatusCode::OK, active(json!({})));
    let caller = fake.asking(&clock).validate(&token_with(json!({}))).await.unwrap();
    assert_eq!((caller.user_id(), caller.actor()), ("ana", Some("super.app")));
    assert_eq!(caller.allowed_scopes().to_string(), "openid profile.basic");
    assert!(caller.was_withdrawn("phone.verified") && !caller.was_withdrawn("kyc.status"));
    assert_eq!(*fake.said.authorizations.lock(), ["Basic b3JnLmV4YW1wbGUudGF4aTpzZWNyZXQ="]);
}

#[tokio::test]
async fn without_keys_too_it_is_known_what_an_active_token_was_given_with() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    *fake.said.key_set_status.lock() = StatusCode::BAD_GATEWAY;
    fake.tell(StatusCode::OK, active(json!({})));
    let caller = fake.asking(&clock).validate(&token_with(json!({}))).await.unwrap();
    assert!(caller.was_withdrawn("phone.verified"));
}

#[tokio::test]
async fn an_answer_about_another_app_or_of_another_issuer_is_none() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.asking(&clock);
    for (wrong, cause) in [
        (json!({ "aud": "org.example.shop" }), Cause::Audience),
        (json!({ "iss": "https://id.example.evil" }), Cause::Issuer),
        (json!({ "sub": null }), Cause::Claims),
    ] {
        fake.tell(StatusCode::OK, active(wrong));
        let refused = portico.validate(&token_with(json!({}))).await.unwrap_err();
        assert_eq!(refused, Error::InvalidToken(cause));
    }
}

#[tokio::test]
async fn a_token_that_many_bring_at_once_is_asked_about_once() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.asking(&clock);
    fake.tell(StatusCode::OK, active(json!({})));
    let token = token_with(json!({}));
    // The keys are there, so that all wait at the same gate.
    portico.validate(&token).await.unwrap();
    let passes = fake.said.gate.forget_permits(usize::MAX);
    let asked = join_all((0..50).map(|_| portico.validate(&token)));
    let opening = async {
        until(|| fake.introspections() == 2).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        fake.said.gate.add_permits(passes);
    };
    let (answers, ()) = join(asked, opening).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(fake.introspections(), 2);
}

#[tokio::test]
async fn a_question_of_more_than_a_second_ago_is_not_joined() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.asking(&clock);
    fake.tell(StatusCode::OK, active(json!({})));
    let token = token_with(json!({}));
    portico.validate(&token).await.unwrap();
    let passes = fake.said.gate.forget_permits(usize::MAX);
    let first = portico.validate(&token);
    let second = async {
        until(|| fake.introspections() == 2).await;
        clock.forward(Duration::from_secs(1));
        let second = portico.validate(&token);
        let opening = async {
            until(|| fake.introspections() == 3).await;
            fake.said.gate.add_permits(passes);
        };
        join(second, opening).await.0
    };
    let (first, second) = join(first, second).await;
    assert!(first.is_ok() && second.is_ok());
}

#[tokio::test]
async fn while_keys_cannot_be_read_few_tokens_are_asked_about_at_once() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    *fake.said.key_set_status.lock() = StatusCode::BAD_GATEWAY;
    fake.tell(StatusCode::OK, active(json!({})));
    let portico = fake.asking(&clock);
    let passes = fake.said.gate.forget_permits(usize::MAX);
    let tokens: Vec<_> = (0..30).map(|count| token_with(json!({ "jti": format!("jti_{count}") }))).collect();
    let asked = join_all(tokens.iter().map(|token| portico.validate(token)));
    let opening = async {
        until(|| fake.introspections() == 20).await;
        fake.said.gate.add_permits(passes);
    };
    let (answers, ()) = join(asked, opening).await;
    let too_many = Error::Unavailable { retry_after: None, because: Unreached::TooMany };
    assert_eq!(answers.iter().filter(|answer| answer.as_ref().err() == Some(&too_many)).count(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20);
}

#[tokio::test]
async fn where_portico_does_not_know_nothing_is_said_of_the_token() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.asking(&clock);
    let retry_after = Some(Duration::from_secs(7));
    for (status, retry_after, because) in [
        (StatusCode::SERVICE_UNAVAILABLE, retry_after, Unreached::Status(503)),
        (StatusCode::UNAUTHORIZED, None, Unreached::Credentials),
    ] {
        fake.tell(status, json!({}));
        let refused = portico.validate(&token_with(json!({}))).await.unwrap_err();
        assert_eq!(refused, Error::Unavailable { retry_after, because });
    }
    for told in [json!({}), json!({ "active": "true" }), json!([])] {
        fake.tell(StatusCode::OK, told);
        let refused = portico.validate(&token_with(json!({}))).await.unwrap_err();
        assert_eq!(refused, Error::Unavailable { retry_after: None, because: Unreached::NotTheDocument });
    }
}

#[tokio::test]
async fn who_answers_in_the_name_of_another_issuer_is_not_asked_and_gets_no_credentials() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    *fake.said.issuer.lock() = "https://id.example.evil".into();
    let refused = fake.asking(&clock).validate(&token_with(json!({}))).await.unwrap_err();
    assert_eq!(refused, Error::Unavailable { retry_after: None, because: Unreached::Issuer });
    assert!(fake.said.authorizations.lock().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_the_issuers_is_not_asked_about() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.asking(&clock);
    for token in ["x", &token_with(json!({ "exp": NOW })), &token_with(json!({ "aud": "org.example.shop" }))]
    {
        assert!(matches!(portico.validate(token).await, Err(Error::InvalidToken(_))));
    }
    assert_eq!(fake.introspections(), 0);
}
