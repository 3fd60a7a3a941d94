//! Back-channel logout, as the vectors have it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::fake::Fake;
use super::{Hands, NOW, token_with, vectors};
use crate::{Cause, Error, LoggedOut, Portico};

async fn posted(portico: &Portico, typ: &str, body: &str) -> (StatusCode, Vec<LoggedOut>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let receiver = portico.logout_receiver(move |ended| {
        heard.lock().push(ended);
        async { Ok::<_, ()>(()) }
    });
    let request =
        Request::post("/logout").header(header::CONTENT_TYPE, typ).body(Body::from(body.to_owned()));
    let response = receiver.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    (response.status(), told.lock().clone())
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The forms of the vectors that are taken, in their order.
fn good() -> Vec<String> {
    let vectors = vectors("logout");
    let cases = vectors["cases"].as_array().unwrap().iter().filter(|case| case["status"] == 200);
    cases.map(|case| case["body"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn logout_tokens_are_taken_or_refused_as_the_vectors_say() {
    let vectors = vectors("logout");
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 30);
    assert_eq!(vectors["headers"], json!({ "cache-control": "no-store" }));
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    for case in cases {
        println!("{}", case["name"]);
        let typ = case["content_type"].as_str().unwrap_or(FORM);
        let (status, told) = posted(&portico, typ, case["body"].as_str().unwrap()).await;
        assert_eq!(u64::from(status.as_u16()), case["status"]);
        let told: Vec<Value> = told
            .iter()
            .map(|ended| json!({ "session_id": ended.session_id(), "user_id": ended.user_id() }))
            .collect();
        let wanted: Vec<Value> = case.get("told").into_iter().cloned().collect();
        assert_eq!(told, wanted);
    }
}

#[tokio::test]
async fn the_tokens_of_a_session_are_refused_as_soon_as_its_end_was_received() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let sid = "qiJ46IAt6jwidR9_qwCiQl186cz-";
    let (hers, other) = (token_with(json!({ "sid": sid })), token_with(json!({})));
    assert!(portico.validate(&hers).await.is_ok());
    assert_eq!(posted(&portico, FORM, &good()[0]).await.0, StatusCode::OK);
    let refused = portico.validate(&hers).await.unwrap_err();
    assert_eq!(refused, Error::InvalidToken(Cause::SessionEnded));
    assert!(portico.validate(&other).await.is_ok());
    // A feed that begins anew does not bring it back.
    fake.say(super::fake::LIVE);
    super::until(|| portico.is_local()).await;
    assert!(portico.validate(&hers).await.is_err());
}

#[tokio::test]
async fn an_end_of_all_sessions_is_about_the_tokens_given_until_then() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let sub = "F87Pg8NMWi-2I-p22yNWeA84YhFn";
    let person = vectors("logout")["cases"]
        .as_array()
        .unwrap()
        .iter()
        .position(|case| case["status"] == 200 && case["told"]["session_id"].is_null());
    let form = vectors("logout")["cases"][person.unwrap()]["body"].as_str().unwrap().to_owned();
    assert_eq!(posted(&portico, FORM, &form).await.0, StatusCode::OK);
    let before = token_with(json!({ "sub": sub }));
    let after = token_with(json!({ "sub": sub, "iat": NOW + 1 }));
    assert!(portico.validate(&before).await.is_err());
    assert!(portico.validate(&after).await.is_ok());
}

#[tokio::test]
async fn an_app_that_fails_is_told_again() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    let receiver = portico.logout_receiver(|_| async { Err("the database is away") });
    let request = Request::post("/").header(header::CONTENT_TYPE, FORM).body(Body::from(good().remove(0)));
    let response = receiver.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_keys_it_is_asked_to_come_later_and_without_a_post_not_at_all() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    *fake.said.key_set_status.lock() = StatusCode::BAD_GATEWAY;
    let portico = fake.asking(&clock);
    assert_eq!(posted(&portico, FORM, &good()[0]).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let receiver = portico.logout_receiver(|_| async { Ok::<_, ()>(()) });
    let response =
        receiver.oneshot(Request::builder().method(Method::GET).body(Body::empty()).unwrap()).await;
    assert_eq!(response.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}
