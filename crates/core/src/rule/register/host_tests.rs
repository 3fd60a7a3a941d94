#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};

use super::*;
use crate::noun::client::KeySource;
use crate::noun::host::{Colour, Scheme};
use crate::rule::sample::{NOW, client};

const FRESH: Fresh = Fresh { secret_digest: [9; 32], wx: [0; 8] };

fn sheet() -> Value {
    json!({
        "host_id": "super-app",
        "name": "Everyday",
        "redirect_uris": ["https://super.example/back", "com.example.everyday:/back"],
        "origins": ["https://super.example"],
        "trusted_issuers": [
            {"issuer": "https://id.example", "jwks_uri": "https://id.example/jwks", "audience": "portico"},
            {"issuer": "other", "jwks": {"keys": [{"kty": "OKP"}]}, "user_claim": "uid"},
        ],
        "post_logout_redirect_uris": ["https://super.example/bye"],
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut json = sheet();
    json[key] = value;
    json
}

fn register(json: &Value, before: Option<&Client>) -> Result<Registered, Denied> {
    HostSheet::read(json, "https://id.portico.example")?.register(before, &FRESH, NOW)
}

#[track_caller]
fn refused(json: &Value, word: &str) {
    let denied = register(json, None).unwrap_err();
    assert!(denied.description.contains(word), "{}", denied.description);
}

#[test]
fn a_host_is_public_unless_it_says_otherwise() {
    let done = register(&sheet(), None).unwrap();
    assert_eq!(
        (done.client.auth, done.client.secret_digest, done.new_secret),
        (AuthMethod::None, None, false)
    );
    assert_eq!(done.client.redirect_uris.len(), 2);
    let trusted = &done.client.host().unwrap().trusted_issuers;
    assert_eq!(trusted[0].keys, KeySource::JwksUri("https://id.example/jwks".into()));
    assert_eq!((trusted[0].audience.as_deref(), trusted[0].user_claim.as_str()), (Some("portico"), "sub"));
    assert_eq!((trusted[1].audience.as_deref(), trusted[1].user_claim.as_str()), (None, "uid"));
    assert!(matches!(done.changes[..], [Change::ClientRegistered(_)]));
    let done = register(&with("token_endpoint_auth_method", json!("client_secret_basic")), None).unwrap();
    assert_eq!((done.client.secret_digest, done.new_secret), (Some([9; 32]), true));
}

#[test]
fn registering_a_host_again_replaces_it_and_keeps_its_secret() {
    let with_secret = with("token_endpoint_auth_method", json!("client_secret_basic"));
    let mut before = register(&with_secret, None).unwrap().client;
    before.secret_digest = Some([3; 32]);
    before.suspended_at = Some(NOW);
    let mut json = with_secret;
    json["name"] = "Every Day".into();
    let done = register(&json, Some(&before)).unwrap();
    assert_eq!((done.client.secret_digest, done.new_secret), (Some([3; 32]), false));
    assert_eq!((done.client.name.as_str(), done.client.suspended_at), ("Every Day", Some(NOW)));
    assert!(matches!(done.changes[..], [Change::ClientRewritten { .. }]));
}

#[test]
fn an_id_of_an_app_is_taken() {
    let denied = register(&sheet(), Some(&client("super-app"))).unwrap_err();
    assert_eq!(denied.code, Code::Conflict);
}

#[test]
fn what_is_wrong_is_named() {
    refused(&with("redirect_uri", json!([])), "did you mean 'redirect_uris'?");
    refused(&with("host_id", json!("Super App")), "'host_id' must be");
    refused(&with("host_id", Value::Null), "'host_id' is missing");
    refused(&with("name", Value::Null), "'name' is missing");
    refused(&with("redirect_uris", json!(["http://super.example/"])), "'redirect_uris[0]'");
    refused(&with("origins", json!(["https://*.example"])), "'origins[0]'");
    refused(&with("dpop_bound_access_tokens", json!(true)), "not supported by this version");
    refused(&with("token_endpoint_auth_method", json!("private_key_jwt")), "is needed for private_key_jwt");
    refused(&with("backchannel_logout_uri", json!("/logout")), "'backchannel_logout_uri'");
    refused(&with("id_token_signed_response_alg", json!("HS256")), "must be one of");
}

#[test]
fn a_trusted_issuer_has_a_name_and_keys() {
    let trusted = |value: Value| with("trusted_issuers", json!([value]));
    refused(
        &trusted(json!({"jwks_uri": "https://id.example/jwks"})),
        "'trusted_issuers[0].issuer' is missing",
    );
    refused(&trusted(json!({"issuer": "x"})), "'trusted_issuers[0].jwks' or 'jwks_uri' is missing");
    refused(&trusted(json!({"issuer": "x", "jwks_url": "y"})), "did you mean 'jwks_uri'?");
    let private = json!({"keys": [{"kty": "OKP", "d": "x"}]});
    refused(&trusted(json!({"issuer": "x", "jwks": private})), "private or secret key");
    let twice = json!({"issuer": "x", "jwks_uri": "https://id.example/jwks"});
    refused(&with("trusted_issuers", json!([twice, twice])), "is there twice");
}

#[test]
fn a_theme_is_read_and_a_bad_one_is_named() {
    let theme = |value: Value| with("theme", value);
    let done = register(
        &theme(json!({"accent": "#0A7F5A", "scheme": "dark", "logo": "https://super.example/logo.svg"})),
        None,
    );
    let client = done.unwrap().client;
    let there = &client.host().unwrap().theme;
    assert_eq!((there.accent, there.scheme), (Some(Colour([10, 127, 90])), Some(Scheme::Dark)));
    assert_eq!(there.logo.as_deref(), Some("https://super.example/logo.svg"));
    assert!(register(&theme(json!({})), None).unwrap().client.host().unwrap().theme.is_plain());
    for (value, word) in [
        (json!("dark"), "'theme' must be an object"),
        (json!({"accents": "#000000"}), "did you mean 'accent'?"),
        (json!({"accent": "green"}), "'theme.accent' must be a colour"),
        (json!({"accent": "#0a7f5a;}"}), "'theme.accent'"),
        (json!({"accent": 5}), "'theme.accent' must be a text"),
        (json!({"scheme": "black"}), "'theme.scheme' must be one of: light, dark, auto"),
        (json!({"logo": "http://super.example/logo.svg"}), "'theme.logo' must be an https address"),
        (json!({"logo": "http://127.0.0.1/logo.svg"}), "'theme.logo' must be an https address"),
        (json!({"logo": "javascript:alert(1)"}), "'theme.logo'"),
        (json!({"logo": "https://me:secret@super.example/"}), "'theme.logo'"),
        (json!({"logo": "/logo.svg"}), "'theme.logo'"),
    ] {
        refused(&theme(value), word);
    }
}

#[test]
fn a_logo_on_loopback_is_for_a_portico_on_loopback() {
    let sheet = with("theme", json!({"logo": "http://127.0.0.1:9000/logo.svg"}));
    assert!(HostSheet::read(&sheet, "http://127.0.0.1:8080").is_ok());
    assert!(HostSheet::read(&sheet, "http://id.example").is_err());
}
