#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};

use super::*;
use crate::noun::app::{App, AppKind, DataPush};
use crate::noun::catalogue::built_in;
use crate::noun::client::{KeySource, Role};
use crate::rule::sample::{NOW, host, scopes};

const FRESH: Fresh = Fresh { secret_digest: [9; 32], wx: [0, 1, 2, 3, 0xaa, 0xbb, 0xcc, 0xdd] };

/// The example of the contract, section 1, to the letter.
fn taxi() -> Value {
    serde_json::from_str(
        r#"{ "app_id": "org.example.taxi", "name": "Taxi", "short_name": "Taxi", "description": "Rides in two taps",
  "icons": [{ "src": "https://taxi.example/48.png", "sizes": "48x48" }],
  "version": { "code": 1, "name": "1.0.0" }, "platform_version": { "min_code": 1 }, "pages": ["pages/index/index"],
  "req_permissions": [ { "name": "profile.basic",  "reason": "to greet you by name" },
                       { "name": "phone.verified", "reason": "so that the driver can call you" } ],
  "portico": { "developer": "acme", "kind": "webview", "entry": "https://taxi.example/",
               "origins": ["https://taxi.example"], "redirect_uris": ["https://taxi.example/callback"],
               "optional_permissions": [ { "name": "email.verified", "reason": "to send receipts" } ],
               "backend": { "token_endpoint_auth_method": "client_secret_basic" },
               "backchannel_logout_uri": "https://taxi.example/logout", "token_ttl": 1800 } }"#,
    )
    .unwrap()
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut json = taxi();
    change(&mut json);
    json
}

fn own(key: &str, value: Value) -> Value {
    with(|json| json["portico"][key] = value)
}

fn register(json: &Value, before: Option<&Client>) -> Result<Registered, Denied> {
    Manifest::read(json)?.register(before, true, &built_in(), &FRESH, NOW)
}

fn registered(json: &Value) -> (Client, App) {
    let client = register(json, None).unwrap().client;
    let app = client.app().unwrap().clone();
    (client, app)
}

#[track_caller]
fn refused(json: &Value, word: &str) {
    let denied = register(json, None).unwrap_err();
    assert!(denied.description.contains(word), "{}", denied.description);
    assert!(!matches!(denied.code, Code::Conflict));
}

#[test]
fn the_example_of_the_contract_is_registered_as_it_says() {
    let done = register(&taxi(), None).unwrap();
    let (client, app) = (&done.client, done.client.app().unwrap());
    assert_eq!((client.id.as_str(), client.name.as_str()), ("org.example.taxi", "Taxi"));
    assert_eq!((client.auth, client.secret_digest), (AuthMethod::ClientSecretBasic, Some([9; 32])));
    assert!(done.new_secret);
    assert_eq!(client.redirect_uris, ["https://taxi.example/callback"]);
    assert_eq!(client.origins, ["https://taxi.example"]);
    assert_eq!(client.backchannel_logout_uri.as_deref(), Some("https://taxi.example/logout"));
    assert_eq!((client.id_token_alg, client.require_auth_time), (TokenAlg::Rs256, false));
    assert_eq!((client.registered_at, client.suspended_at), (NOW, None));
    assert_eq!(app.wx_app_id, "wx00010203aabbccdd");
    assert_eq!((app.developer.as_str(), app.kind), ("acme", AppKind::Webview));
    assert_eq!(
        (app.short_name.as_deref(), app.description.as_deref()),
        (Some("Taxi"), Some("Rides in two taps"))
    );
    assert_eq!(
        (app.icons[0].src.as_str(), app.icons[0].sizes.as_deref()),
        ("https://taxi.example/48.png", Some("48x48"))
    );
    assert_eq!((app.version_code, app.version_name.as_str()), (1, "1.0.0"));
    assert_eq!((app.entry.as_deref(), app.token_ttl.as_seconds()), (Some("https://taxi.example/"), 1800));
    let asked: Vec<_> =
        app.permissions.iter().map(|p| (p.scope.as_str(), p.reason.as_str(), p.required)).collect();
    assert_eq!(
        asked,
        [
            ("profile.basic", "to greet you by name", true),
            ("phone.verified", "so that the driver can call you", true),
            ("email.verified", "to send receipts", false),
        ]
    );
    assert_eq!(done.changes, [Change::ClientRegistered(Box::new(client.clone()))]);
}

#[test]
fn an_app_id_is_a_reverse_domain() {
    for bad in ["taxi", "Org.example.taxi", ".org.taxi", "org..taxi", "org.example/taxi", "", "org.täxi"] {
        refused(&with(|json| json["app_id"] = bad.into()), "'app_id'");
    }
    refused(&with(|json| json["app_id"] = Value::Null), "'app_id' is missing");
}

#[test]
fn an_unknown_member_is_refused_by_name_with_the_nearest_in_what_is_ours_only() {
    refused(&own("redirect_url", json!([])), "'portico.redirect_url'; did you mean 'redirect_uris'?");
    let backend = json!({"token_endpoint_auth_metod": "none"});
    refused(&own("backend", backend), "did you mean 'token_endpoint_auth_method'?");
    let optional = json!([{"name": "email.verified", "reason": "x", "raeson": "y"}]);
    refused(&own("optional_permissions", optional), "'portico.optional_permissions[0].raeson'");
    assert!(register(&with(|json| json["window"] = json!({"fullscreen": true})), None).is_ok());
}

#[test]
fn what_this_version_has_not_is_refused_unless_it_is_off() {
    for key in ["dpop_bound_access_tokens", "require_pushed_authorization_requests"] {
        refused(&own(key, json!(true)), "not supported by this version");
        refused(&own(key, json!("yes")), "must be true or false");
        assert!(register(&own(key, json!(false)), None).is_ok());
    }
}

#[test]
fn where_events_are_pushed_has_an_address_a_token_and_perhaps_a_key() {
    let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    let url = "https://taxi.example/e";
    let whole = json!({ "event_url": url, "token": "abc123", "encoding_aes_key": key });
    let manifest = Manifest::read(&own("wechat", whole.clone())).unwrap();
    let sheet = manifest.push().unwrap();
    assert_eq!((&sheet.event_url[..], &sheet.token[..]), (url, "abc123"));
    assert_eq!(sheet.encoding_aes_key.as_deref(), Some(key));
    assert!(!format!("{manifest:?}").contains("abc123"), "secrets are not shown");
    let kept = manifest.with_push(vec![7]).register(None, true, &built_in(), &FRESH, NOW).unwrap().client;
    let push = kept.app().unwrap().push.clone();
    assert_eq!(push.unwrap(), DataPush { event_url: url.into(), secrets: vec![7] });
    assert!(Manifest::read(&own("wechat", json!({ "event_url": url, "token": "abc" }))).is_ok());
    for (member, value, why) in [
        ("event_url", Value::Null, "is missing"),
        ("event_url", json!("javascript:alert(1)"), "must be"),
        ("token", Value::Null, "is missing"),
        ("token", json!("ab"), "3 to 32 letters and digits"),
        ("token", json!("a b c"), "3 to 32 letters and digits"),
        ("encoding_aes_key", json!("short"), "43 letters and digits"),
        ("encoding_aes_key", json!("=".repeat(43)), "43 letters and digits"),
        ("else", json!(1), "else"),
    ] {
        let mut bad = whole.clone();
        bad[member] = value;
        if bad[member].is_null() {
            bad.as_object_mut().unwrap().remove(member);
        }
        refused(&own("wechat", bad), why);
    }
}

#[test]
fn without_a_backend_an_app_has_a_secret_in_the_header() {
    let (client, _) = registered(&own("backend", Value::Null));
    assert_eq!((client.auth, client.secret_digest), (AuthMethod::ClientSecretBasic, Some([9; 32])));
    let (client, _) = registered(&own("backend", json!({"token_endpoint_auth_method": "none"})));
    assert_eq!((client.auth, client.secret_digest), (AuthMethod::None, None));
    refused(&own("backend", json!({"token_endpoint_auth_method": "tls"})), "must be one of: none");
}

#[test]
fn a_scope_is_known_named_once_and_explained() {
    let ask = |name: &str, reason: &str| json!([{"name": name, "reason": reason}]);
    refused(
        &with(|json| json["req_permissions"] = ask("orders.history", "x")),
        "'orders.history' is not in the catalogue",
    );
    refused(&with(|json| json["req_permissions"] = ask("host", "x")), "'host' is for hosts only");
    refused(&with(|json| json["req_permissions"] = ask("a b", "x")), "is not a scope");
    refused(&with(|json| json["req_permissions"] = ask("profile.basic", " ")), "reason' must not be empty");
    refused(&with(|json| json["req_permissions"] = json!([{"name": "profile.basic"}])), "reason' is missing");
    refused(&own("optional_permissions", ask("phone.verified", "x")), "'phone.verified' is asked for twice");
    refused(&own("optional_permissions", ask("phone", "x")), "'phone.verified' is asked for twice");
    let denied = register(&own("optional_permissions", ask("nothing", "x")), None).unwrap_err();
    assert_eq!(denied.code, Code::InvalidScope);
}

#[test]
fn openid_goes_without_saying() {
    let (_, app) = registered(&with(|json| json["req_permissions"] = json!([{"name": "openid"}])));
    assert_eq!(app.permissions.len(), 1);
    assert_eq!(app.manifest_scope(), scopes("openid email.verified"));
}

#[test]
fn standard_names_of_oidc_stand_for_those_of_the_catalogue() {
    let (_, app) = registered(&own("optional_permissions", json!([{"name": "email", "reason": "x"}])));
    assert!(app.names(&"email.verified".parse().unwrap()));
}

#[test]
fn texts_are_short_and_hold_no_control_characters() {
    refused(&with(|json| json["name"] = "a".repeat(101).into()), "'name' is longer than 100 characters");
    refused(&with(|json| json["name"] = "Ta\u{0}xi".into()), "control characters");
    refused(&with(|json| json["name"] = "Ta\u{202e}ix".into()), "control characters");
    refused(&with(|json| json["name"] = "  ".into()), "must not be empty");
    refused(&with(|json| json["name"] = 7.into()), "'name' must be a text");
    refused(&with(|json| json["description"] = "é".repeat(1001).into()), "longer than 1000");
    refused(&with(|json| json["req_permissions"][0]["reason"] = "r".repeat(301).into()), "longer than 300");
    assert!(register(&with(|json| json["name"] = "é".repeat(100).into()), None).is_ok());
}

#[test]
fn addresses_are_checked_and_named_in_the_refusal() {
    refused(&own("origins", json!(["https://taxi.example", "null"])), "'portico.origins[1]'");
    refused(&own("origins", json!(["https://taxi.example", "https://taxi.example/"])), "is there twice");
    refused(&own("redirect_uris", json!(["javascript:alert(1)"])), "'portico.redirect_uris[0]'");
    refused(
        &own("post_logout_redirect_uris", json!(["http://taxi.example/"])),
        "'portico.post_logout_redirect_uris[0]'",
    );
    refused(&own("entry", json!("javascript:alert(1)")), "'portico.entry'");
    refused(
        &own("backchannel_logout_uri", json!("https://taxi.example/#x")),
        "'portico.backchannel_logout_uri'",
    );
    refused(&with(|json| json["icons"][0]["src"] = "javascript:alert(1)".into()), "'icons[0].src'");
    let many: Vec<_> = (0..51).map(|i| format!("https://taxi.example/{i}")).collect();
    refused(&own("redirect_uris", json!(many)), "more than 50 entries");
    refused(&own("redirect_uris", json!("https://taxi.example/")), "must be a list");
    assert_eq!(
        registered(&own("origins", json!(["https://taxi.example/"]))).0.origins,
        ["https://taxi.example"]
    );
}

#[test]
fn a_token_lives_half_an_hour_at_most() {
    for bad in [json!(0), json!(1801), json!(-1), json!(1.5), json!("60"), json!(1e300)] {
        refused(&own("token_ttl", bad), "1 to 1800");
    }
    assert_eq!(registered(&own("token_ttl", json!(60))).1.token_ttl.as_seconds(), 60);
    assert_eq!(registered(&own("token_ttl", Value::Null)).1.token_ttl.as_seconds(), 1800);
}

#[test]
fn kind_version_developer_and_algorithm_are_checked() {
    refused(&own("kind", json!("iframe")), "must be one of: webview");
    refused(&own("kind", Value::Null), "'portico.kind' is missing");
    refused(&own("developer", Value::Null), "'portico.developer' is missing");
    refused(&own("developer", json!("Acme Inc.")), "is not a developer id");
    refused(&own("id_token_signed_response_alg", json!("none")), "must be one of: RS256");
    refused(&own("require_auth_time", json!("no")), "must be true or false");
    refused(&with(|json| json["version"] = json!({"name": "1"})), "'version.code' is missing");
    refused(&with(|json| json["version"]["code"] = json!(-1)), "'version.code'");
    refused(&with(|json| json["version"]["code"] = json!("1")), "'version.code'");
    refused(&with(|json| json["portico"] = Value::Null), "'portico' is missing");
    refused(&json!([]), "must be a JSON object");
    let (client, _) = registered(&own("id_token_signed_response_alg", json!("EdDSA")));
    assert_eq!(client.id_token_alg, TokenAlg::EdDsa);
}

#[test]
fn keys_are_public_and_in_one_place() {
    let backend = |value: Value| own("backend", value);
    let public = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]});
    let method = "private_key_jwt";
    refused(&backend(json!({"token_endpoint_auth_method": method})), "is needed for private_key_jwt");
    for (member, value) in [("d", "AA"), ("p", "AA"), ("q", "AA"), ("k", "AA")] {
        let mut set = public.clone();
        set["keys"][0][member] = value.into();
        refused(
            &backend(json!({"token_endpoint_auth_method": method, "jwks": set})),
            "private or secret key",
        );
    }
    for empty in [json!({"keys": []}), json!({}), json!("keys"), json!({"keys": ["x"]})] {
        refused(
            &backend(json!({"token_endpoint_auth_method": method, "jwks": empty})),
            "'portico.backend.jwks'",
        );
    }
    let both = json!({"token_endpoint_auth_method": method, "jwks": public, "jwks_uri": "https://taxi.example/jwks"});
    refused(&backend(both), "exclude each other");
    refused(&backend(json!({"jwks_uri": "http://taxi.example/jwks"})), "'portico.backend.jwks_uri'");
    let (client, _) = registered(&backend(json!({"token_endpoint_auth_method": method, "jwks": public})));
    assert_eq!((client.keys, client.secret_digest), (Some(KeySource::Jwks(public)), None));
}

#[test]
fn the_developer_is_registered_before() {
    let denied =
        Manifest::read(&taxi()).unwrap().register(None, false, &built_in(), &FRESH, NOW).unwrap_err();
    assert!(denied.description.contains("'acme' is not registered"));
}

fn version(code: u64) -> Value {
    with(|json| json["version"]["code"] = code.into())
}

#[test]
fn only_a_higher_version_updates() {
    let before = register(&version(5), None).unwrap().client;
    for code in [0, 4, 5] {
        let denied = register(&version(code), Some(&before)).unwrap_err();
        assert_eq!(denied.code, Code::Conflict);
        assert!(denied.description.contains("version code 5"));
    }
    let done = register(&version(6), Some(&before)).unwrap();
    let [Change::ClientRewritten { before: was, after }] = &done.changes[..] else { panic!() };
    assert_eq!((&**was, &**after), (&before, &done.client));
}

#[test]
fn an_update_keeps_what_the_manifest_does_not_say() {
    let mut before = register(&taxi(), None).unwrap().client;
    before.suspended_at = Some(NOW);
    before.secret_digest = Some([3; 32]);
    let Role::App(app) = &mut before.role else { panic!() };
    app.preauthorised = scopes("profile.basic phone.verified");
    app.wx_app_id = "wxffffffffffffffff".into();
    let mut json = version(2);
    json["req_permissions"] = json!([{"name": "profile.basic", "reason": "r"}]);
    let later = NOW + crate::moment::Span::days(1);
    let manifest = Manifest::read(&json).unwrap();
    let done = manifest.register(Some(&before), true, &built_in(), &FRESH, later).unwrap();
    let app = done.client.app().unwrap();
    assert_eq!((done.client.secret_digest, done.new_secret), (Some([3; 32]), false));
    assert_eq!((done.client.registered_at, done.client.suspended_at), (NOW, Some(NOW)));
    assert_eq!(app.wx_app_id, "wxffffffffffffffff");
    assert_eq!(app.preauthorised, scopes("profile.basic"));
}

#[test]
fn an_update_says_anew_where_events_are_pushed() {
    let push = json!({ "event_url": "https://taxi.example/e", "token": "abc123" });
    let register = |json: &Value, before: Option<&Client>, secrets: u8| {
        let manifest = Manifest::read(json).unwrap().with_push(vec![secrets]);
        manifest.register(before, true, &built_in(), &FRESH, NOW).unwrap().client
    };
    let secrets = |client: &Client| client.app().unwrap().push.as_ref().map(|push| push.secrets.clone());
    let mut json = version(1);
    json["portico"]["wechat"] = push.clone();
    let first = register(&json, None, 1);
    assert_eq!(secrets(&first), Some(vec![1]));
    (json["version"]["code"], json["portico"]["wechat"]["token"]) = (2.into(), "other".into());
    let second = register(&json, Some(&first), 2);
    assert_eq!(secrets(&second), Some(vec![2]));
    assert_eq!(secrets(&register(&version(3), Some(&second), 3)), None);
}

#[test]
fn an_app_registered_anew_is_known_to_back_ends_by_another_id() {
    let first = register(&taxi(), None).unwrap().client;
    let fresh = Fresh { wx: [7; 8], ..FRESH };
    let again = Manifest::read(&taxi()).unwrap().register(None, true, &built_in(), &fresh, NOW).unwrap();
    let id = |client: &Client| client.app().unwrap().wx_app_id.clone();
    assert_eq!((id(&first).len(), id(&again.client).len()), (18, 18));
    assert_ne!(id(&first), id(&again.client));
}

#[test]
fn a_secret_comes_and_goes_with_the_method_that_needs_one() {
    let method = |code: u64, method: &str| {
        let mut json = version(code);
        json["portico"]["backend"] = json!({"token_endpoint_auth_method": method});
        json
    };
    let first = register(&method(1, "none"), None).unwrap();
    assert_eq!((first.client.secret_digest, first.new_secret), (None, false));
    let second = register(&method(2, "client_secret_post"), Some(&first.client)).unwrap();
    assert_eq!((second.client.secret_digest, second.new_secret), (Some([9; 32]), true));
    let third = register(&method(3, "client_secret_basic"), Some(&second.client)).unwrap();
    assert!(!third.new_secret);
    let fourth = register(&method(4, "none"), Some(&third.client)).unwrap();
    assert_eq!(fourth.client.secret_digest, None);
}

#[test]
fn an_id_of_a_host_or_of_another_developer_is_taken() {
    let denied = register(&taxi(), Some(&host("org.example.taxi"))).unwrap_err();
    assert_eq!(denied.code, Code::Conflict);
    let before = register(&taxi(), None).unwrap().client;
    let mut json = version(2);
    json["portico"]["developer"] = "other".into();
    assert_eq!(register(&json, Some(&before)).unwrap_err().code, Code::Conflict);
}
