#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::rule::sample::NOW;

const ISSUER: &str = "https://provider.example";

fn with(mut base: Value, change: Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(base.as_object_mut().unwrap().remove(name)),
            value => base[name] = value.clone(),
        }
    }
    base
}

fn document(change: Value) -> Value {
    let base = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://provider.example/authorize",
        "token_endpoint": "https://provider.example/token",
        "jwks_uri": "https://provider.example/keys",
    });
    with(base, change)
}

fn metadata(change: Value) -> Metadata {
    Metadata::read(&document(change), ISSUER).unwrap()
}

#[test]
fn a_discovery_document_is_read_only_if_it_names_its_issuer_exactly_and_every_endpoint() {
    assert_eq!(metadata(json!({})).token_endpoint, "https://provider.example/token");
    for bad in [
        json!({"issuer": "https://provider.example/"}),
        json!({"issuer": "https://other.example"}),
        json!({"issuer": null}),
        json!({"token_endpoint": null}),
        json!({"authorization_endpoint": 7}),
        json!({"jwks_uri": "x".repeat(2049)}),
    ] {
        assert!(Metadata::read(&document(bad.clone()), ISSUER).is_err(), "{bad}");
    }
    for no_document in [json!([]), json!(null), json!("text")] {
        assert!(Metadata::read(&no_document, ISSUER).is_err(), "{no_document}");
    }
}

#[test]
fn a_secret_is_sent_as_the_provider_takes_it_and_a_public_client_sends_none() {
    let supports = |all: Value| metadata(json!({"token_endpoint_auth_methods_supported": all}));
    assert_eq!(metadata(json!({})).authentication(true), Ok(Authentication::Basic));
    let both = supports(json!(["client_secret_post", "client_secret_basic"]));
    assert_eq!(both.authentication(true), Ok(Authentication::Basic));
    assert_eq!(supports(json!(["client_secret_post"])).authentication(true), Ok(Authentication::Post));
    assert!(supports(json!(["private_key_jwt"])).authentication(true).is_err());
    assert_eq!(supports(json!(["none"])).authentication(false), Ok(Authentication::None));
}

#[test]
fn an_answer_counts_only_with_its_state_and_from_its_issuer() {
    let (plain, announced) =
        (metadata(json!({})), metadata(json!({"authorization_response_iss_parameter_supported": true})));
    let good = Returned { state: Some("s"), code: Some("c"), ..Returned::default() };
    let from = |issuer| Returned { issuer: Some(issuer), ..good };
    assert_eq!(good.code("s", &plain), Ok("c"));
    assert_eq!(from(ISSUER).code("s", &announced), Ok("c"));
    assert!(good.code("s", &announced).is_err());
    assert!(from("https://other.example").code("s", &plain).is_err());
    assert!(good.code("t", &plain).is_err());
    assert!(Returned { state: None, ..good }.code("s", &plain).is_err());
    assert!(Returned { state: Some(""), ..good }.code("", &plain).is_err());
    assert!(Returned { code: None, ..good }.code("s", &plain).is_err());
    assert!(Returned { code: Some(""), ..good }.code("s", &plain).is_err());
}

#[test]
fn a_refusal_is_repeated_only_by_a_plain_code_and_only_to_who_asked() {
    let plain = metadata(json!({}));
    let refusing = |error| Returned { state: Some("s"), error: Some(error), ..Returned::default() };
    let refused = |code: &str| Err(NotAccepted::Refused(code.to_owned()));
    assert_eq!(refusing("access_denied").code("s", &plain), refused("access_denied"));
    assert_eq!(refusing("<b>anna@example.org</b>").code("s", &plain), refused("unknown_error"));
    let long = "a".repeat(65);
    assert_eq!(refusing(&long).code("s", &plain), refused("unknown_error"));
    assert!(matches!(refusing("access_denied").code("t", &plain), Err(NotAccepted::Malformed(_))));
}

fn claims(change: Value) -> Value {
    let base = json!({"iss": ISSUER, "sub": "42", "aud": "us", "nonce": "n", "iat": 1, "exp": 2});
    with(base, change)
}

fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, client_id: "us", nonce: "n", signed_in_since: None }
}

#[test]
fn each_check_of_an_id_token_refuses_what_it_is_for() {
    let ok = |change: Value| subject(&claims(change), &expected()).is_ok();
    for good in
        [json!({}), json!({"aud": ["us"]}), json!({"azp": "us"}), json!({"aud": ["us", "them"], "azp": "us"})]
    {
        assert!(ok(good.clone()), "{good}");
    }
    for bad in [
        json!({"iss": "https://other.example"}),
        json!({"iss": null}),
        json!({"aud": "them"}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"aud": ["us", "them"]}),
        json!({"azp": "them"}),
        json!({"nonce": "m"}),
        json!({"nonce": null}),
        json!({"iat": null}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 42}),
        json!({"sub": "x".repeat(513)}),
        json!({"sub": "a\u{0}b"}),
    ] {
        assert!(!ok(bad.clone()), "{bad}");
    }
}

#[test]
fn who_was_to_sign_in_anew_and_did_not_is_refused() {
    let asked = Expected { signed_in_since: Some(NOW), ..expected() };
    let at = |seconds: i64| subject(&claims(json!({"auth_time": NOW.seconds() + seconds})), &asked);
    assert_eq!(at(0), Ok("42".to_owned()));
    assert_eq!(at(-29), Ok("42".to_owned()));
    assert_eq!(at(-40), Err(NotAccepted::Refused("login_required".to_owned())));
    assert_eq!(subject(&claims(json!({})), &asked), Ok("42".to_owned()));
}

#[test]
fn userinfo_adds_claims_of_the_same_person_and_overrides_none() {
    let id_token = json!({"sub": "42", "email": "a@example.org"});
    let userinfo = json!({"sub": "42", "email": "b@example.org", "name": "Anna"});
    let both = merged(&id_token, &userinfo).unwrap();
    assert_eq!(both, json!({"sub": "42", "email": "a@example.org", "name": "Anna"}));
    for other in [json!({"sub": "43"}), json!({}), json!([]), json!({"sub": 42})] {
        assert!(merged(&id_token, &other).is_err(), "{other}");
    }
}

#[test]
fn only_what_the_provider_verified_is_taken_over() {
    let taken = asserted(&json!({"name": " Anna ", "email": "a@example.org", "email_verified": "true",
        "phone_number": "+4930123456", "phone_number_verified": false, "picture": "https://a\nb"}));
    assert_eq!((taken.name.as_deref(), taken.email.as_deref()), (Some("Anna"), Some("a@example.org")));
    assert_eq!((taken.phone_number, taken.picture), (None, None));
    assert_eq!(asserted(&json!({"email": "a@example.org"})).email, None);
    assert_eq!(asserted(&json!({"name": 7, "email_verified": 1})).name, None);
}
