//! Tokens, as the vectors have them.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::fake::Fake;
use super::{Hands, NOW, token_with, vectors};
use crate::inner::digest_of;
use crate::{Cause, Error, Validated};

fn shown(validated: &Validated) -> Value {
    let seconds = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "user_id": validated.user_id(), "allowed_scopes": validated.allowed_scopes().iter().collect::<Vec<_>>(),
        "session_id": validated.session_id(), "app_id": validated.app_id(),
        "issued_at": seconds(validated.issued_at()), "expires_at": seconds(validated.expires_at()),
        "token_id": validated.token_id(), "actor": validated.actor(),
    })
}

#[tokio::test]
async fn tokens_are_good_or_bad_as_the_vectors_say() {
    let vectors = vectors("tokens");
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        println!("{}", case["name"]);
        let (fake, clock) = (Fake::new().await, Hands::default());
        clock.forward(Duration::from_secs(case["now"].as_u64().map_or(0, |now| now - NOW)));
        let portico = fake.portico(&clock);
        portico.caught_up().await;
        match portico.validate(case["token"].as_str().unwrap()).await {
            Ok(validated) => assert_eq!(shown(&validated), case["valid"]),
            Err(Error::InvalidToken(_)) => assert_eq!(case["invalid"], true),
            Err(error) => panic!("{error}"),
        }
        if let Some(reads) = case["key_set_reads"].as_u64() {
            assert_eq!(fake.key_set_reads(), reads);
        }
        assert_eq!(fake.introspections(), 0);
    }
}

#[tokio::test]
async fn a_signature_is_checked_once_and_the_time_each_time() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let remembered = &portico.inner.remembered;
    assert!(portico.validate("x").await.is_err());
    assert_eq!(remembered.len(), 0);
    let token = token_with(json!({}));
    portico.validate(&token).await.unwrap();
    // Whatever stands beside these claims is taken for what was verified.
    let claims = remembered.get(&digest_of(&token)).unwrap();
    remembered.insert(digest_of("x"), claims);
    portico.validate("x").await.unwrap();
    clock.forward(Duration::from_secs(1740));
    assert_eq!(portico.validate(&token).await.unwrap_err(), Error::InvalidToken(Cause::Expired));
}

#[tokio::test]
async fn what_is_shown_of_a_caller_for_debugging_names_nobody() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let validated = portico.validate(&token_with(json!({}))).await.unwrap();
    let shown = format!("{validated:?} {portico:?}");
    assert!(shown.contains("profile.basic") && shown.contains("org.example.taxi"), "{shown}");
    for secret in ["ana", "her-session", "jti_1", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
