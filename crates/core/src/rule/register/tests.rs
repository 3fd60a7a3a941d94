#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};

use super::*;
use crate::noun::acr::Acr;
use crate::noun::app::AppKind;
use crate::noun::catalogue::{CatalogueEntry, Sensitivity, built_in};
use crate::noun::client::Role;
use crate::noun::developer::Developer;
use crate::noun::event::Happening;
use crate::rule::sample::{NOW, app, client, host, scopes};
use crate::scope::Scope;

fn service() -> Client {
    let mut client = client("org.example.orders");
    let Role::App(app) = &mut client.role else { panic!() };
    app.kind = AppKind::Service;
    client
}

fn orders() -> Value {
    json!({
        "name": "orders.history",
        "title": {"en": "Orders", "zh-CN": "订单"},
        "description": "What you have bought",
        "sensitivity": "sensitive",
        "served_by": "org.example.orders",
    })
}

fn scope(json: &Value, service: Option<&Client>) -> Result<CatalogueEntry, Denied> {
    ScopeSheet::read(json)?.register(service).map(|(entry, _)| entry)
}

fn with(key: &str, value: Value) -> Value {
    let mut json = orders();
    json[key] = value;
    json
}

#[test]
fn a_developer_has_an_id_and_a_name() {
    let acme = developer(&json!({"developer_id": "acme", "name": "Acme"}), NOW).unwrap();
    assert_eq!((acme.id.as_str(), acme.name.as_str(), acme.registered_at), ("acme", "Acme", NOW));
    for (json, word) in [
        (json!({"developer_id": "acme"}), "'name' is missing"),
        (json!({"developer_id": "ACME", "name": "Acme"}), "'developer_id' must be"),
        (json!({"id": "acme", "name": "Acme"}), "did you mean 'developer_id'?"),
        (json!("acme"), "must be a JSON object"),
    ] {
        let denied = developer(&json, NOW).unwrap_err();
        assert!(denied.description.contains(word), "{}", denied.description);
    }
}

#[test]
fn a_scope_has_words_in_languages_and_english_among_them() {
    let entry = scope(&orders(), Some(&service())).unwrap();
    assert_eq!(entry.title_in(&["zh-CN"]), "订单");
    assert_eq!(entry.title_in(&["fr"]), "Orders");
    assert_eq!(entry.description_in(&["fr"]), "What you have bought");
    assert_eq!(entry.sensitivity, Sensitivity::Sensitive);
    let bare = scope(&json!({"name": "orders.history", "title": "Orders"}), None).unwrap();
    assert_eq!((bare.description_in(&[]), bare.sensitivity), ("Orders", Sensitivity::Normal));
    for (json, word) in [
        (with("title", json!({"fr": "Achats"})), "'title' must have an 'en'"),
        (with("title", json!({"en us": "x", "en": "x"})), "language tags"),
        (with("title", json!({"en": 1})), "'title.en' must be a text"),
        (with("title", Value::Null), "'title' is missing"),
        (with("sensitivity", json!("high")), "must be one of: normal, sensitive"),
        (with("name", json!("a b")), "'name' must be"),
        (with("tittle", json!("x")), "did you mean 'title'?"),
    ] {
        let denied = scope(&json, Some(&service())).unwrap_err();
        assert!(denied.description.contains(word), "{}", denied.description);
    }
}

#[test]
fn the_operator_sets_the_level_of_a_built_in_scope_and_nothing_else_of_it() {
    let own = built_in().into_iter().find(|entry| entry.scope.as_str() == "kyc.status").unwrap();
    let entry = scope(&json!({ "name": "kyc.status", "acr": "urn:portico:acr:2" }), None).unwrap();
    assert_eq!(entry, CatalogueEntry { acr: Some(Acr::Two), ..own.clone() });
    assert_eq!(scope(&json!({ "name": "kyc.status" }), None).unwrap(), own);
    for acr in [json!("high"), json!(2)] {
        let refused = scope(&json!({ "name": "kyc.status", "acr": acr }), None).unwrap_err();
        assert_eq!(refused.code, Code::InvalidRequest);
    }
}

#[test]
fn a_name_of_porticos_own_is_refused() {
    for name in ["openid", "profile.basic", "host", "offline_access", "profile", "email", "phone", "address"]
    {
        assert_eq!(
            scope(&with("name", name.into()), Some(&service())).unwrap_err().code,
            Code::Conflict,
            "{name}"
        );
    }
}

#[test]
fn a_scope_is_served_by_a_registered_service_or_by_nobody() {
    for other in [None, Some(&client("org.example.orders")), Some(&host("org.example.orders"))] {
        let denied = scope(&orders(), other).unwrap_err();
        assert!(denied.description.contains("is not a registered app of kind 'service'"));
    }
    let sheet = ScopeSheet::read(&orders()).unwrap();
    assert_eq!(sheet.served_by().map(|id| id.as_str()), Some("org.example.orders"));
    assert!(matches!(sheet.register(Some(&service())).unwrap().1[..], [Change::ScopeRegistered(_)]));
}

#[test]
fn suspending_an_app_tells_its_back_ends_and_resuming_it_undoes_it() {
    let taxi = client("org.example.taxi");
    let changes = suspend(&taxi, NOW);
    let [Change::ClientRewritten { after, .. }, Change::Happened { what, .. }] = &changes[..] else {
        panic!()
    };
    assert_eq!(after.suspended_at, Some(NOW));
    assert_eq!(*what, Happening::AppSuspended { app: taxi.id.clone() });
    assert!(suspend(after, NOW).is_empty());
    let [Change::ClientRewritten { before, after: live }] = &resume(after)[..] else { panic!() };
    assert_eq!((before, &**live), (after, &taxi));
    assert!(resume(&taxi).is_empty());
    assert!(matches!(suspend(&host("super"), NOW)[..], [Change::ClientRewritten { .. }]));
}

#[test]
fn a_new_secret_replaces_the_old_one_where_there_is_one() {
    let taxi = client("org.example.taxi");
    let [Change::ClientRewritten { after, .. }] = &rotate_secret(&taxi, [8; 32]).unwrap()[..] else {
        panic!()
    };
    assert_eq!(after.secret_digest, Some([8; 32]));
    assert_eq!(rotate_secret(&host("super"), [8; 32]).unwrap_err().code, Code::InvalidRequest);
}

#[test]
fn an_app_is_removed_unless_a_scope_needs_it() {
    let taxi = client("org.example.taxi");
    let changes = remove(&taxi, &built_in(), NOW).unwrap();
    assert!(matches!(changes[..], [Change::ClientRemoved { .. }, Change::Happened { .. }]));
    let mut catalogue = built_in();
    catalogue.push(scope(&orders(), Some(&service())).unwrap());
    assert_eq!(remove(&service(), &catalogue, NOW).unwrap_err().code, Code::Conflict);
}

fn acme(id: &str) -> Developer {
    developer(&json!({"developer_id": id, "name": "Somebody"}), NOW).unwrap()
}

#[test]
fn a_moved_app_is_another_developers_and_nobody_has_decided_about_its_union_id() {
    let mut taxi = client("org.example.taxi");
    let Role::App(app) = &mut taxi.role else { panic!() };
    app.preauthorised = scopes("profile.basic union_id");
    let to = acme("bazaar");
    let changes = move_to(&taxi, &to.id, Some(&to), NOW).unwrap();
    let [Change::ClientRewritten { before, after }, reopened] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(**before, taxi);
    let moved = after.app().unwrap();
    assert_eq!((moved.developer.as_str(), &moved.preauthorised), ("bazaar", &scopes("profile.basic")));
    // Nothing else of it is another: neither by what back ends know it nor its secret.
    let mut back = (**after).clone();
    back.role = taxi.role.clone();
    assert_eq!(back, taxi);
    assert_eq!(moved.wx_app_id, crate::rule::sample::app(&taxi).wx_app_id);
    let Change::ScopeReopened { app, scope, at, words } = reopened else { panic!("{reopened:?}") };
    assert_eq!((app, scope.as_str(), *at), (&taxi.id, "union_id", NOW));
    assert_eq!(words.app_name, taxi.name);
}

#[test]
fn an_app_stays_where_it_is_and_moves_to_nobody_unknown() {
    let taxi = client("org.example.taxi");
    let there = acme("acme");
    assert_eq!(move_to(&taxi, &there.id, Some(&there), NOW).unwrap(), []);
    let nobody = "nobody".parse().unwrap();
    let denied = move_to(&taxi, &nobody, None, NOW).unwrap_err();
    assert_eq!(denied.code, Code::InvalidRequest);
    assert!(denied.description.contains("'nobody' is not registered"), "{}", denied.description);
    assert!(move_to(&host("super"), &there.id, Some(&there), NOW).is_err(), "a host has no developer");
}

#[test]
fn only_what_the_manifest_asks_for_is_preauthorised() {
    let taxi = client("org.example.taxi");
    let named = |name: &str| name.parse::<Scope>().unwrap();
    let changes = preauthorise(&taxi, &named("phone.verified")).unwrap();
    let [Change::ClientRewritten { after, .. }] = &changes[..] else { panic!() };
    assert_eq!(app(after).preauthorised, scopes("phone.verified"));
    assert!(preauthorise(after, &named("phone.verified")).unwrap().is_empty());
    for other in ["kyc.status", "openid"] {
        assert_eq!(preauthorise(&taxi, &named(other)).unwrap_err().code, Code::InvalidScope);
    }
    assert_eq!(preauthorise(&host("super"), &named("phone.verified")).unwrap_err().code, Code::InvalidScope);
}

#[test]
fn a_person_has_what_the_operator_says_and_it_is_verified_now() {
    let json = json!({
        "name": "Anna", "username": "anna", "email": "Anna@Example.org", "email_verified": true,
        "phone": "+49 30 123456", "picture": "https://example.org/anna.png", "password": " kept as it is ",
    });
    let sheet = PersonSheet::read(&json, NOW).unwrap();
    let profile = &sheet.profile;
    assert_eq!((profile.name.as_deref(), profile.username.as_deref()), (Some("Anna"), Some("anna")));
    assert_eq!(profile.verified_email(), Some("Anna@Example.org"));
    assert_eq!((profile.verified_phone(), profile.phones[0].value.as_str()), (None, "+49 30 123456"));
    assert_eq!(sheet.password.as_deref(), Some(" kept as it is "));
}

#[test]
fn a_username_cannot_be_taken_for_an_address_or_a_number() {
    for bad in ["anna@example.org", "+49301234567", "0049301234567", "an na", "-anna", "@anna", "123456789"] {
        assert!(PersonSheet::read(&json!({"username": bad}), NOW).is_err(), "{bad}");
    }
    for good in ["anna", "Änna.2", "4nna"] {
        assert!(PersonSheet::read(&json!({"username": good}), NOW).is_ok(), "{good}");
    }
}

#[test]
fn what_is_wrong_with_a_person_is_named() {
    for (json, word) in [
        (json!({"mail": "a@b.c"}), "did you mean 'email'?"),
        (json!({"email_verified": true}), "'email_verified' is of no use without 'email'"),
        (json!({"email": "a@b.c", "email_verified": "yes"}), "must be true or false"),
        (json!({"name": "a\u{7}"}), "control characters"),
        (json!({"picture": "javascript:alert(1)"}), "'picture'"),
        (json!({"password": 12345678}), "'password' must be a text"),
    ] {
        let denied = PersonSheet::read(&json, NOW).err().unwrap();
        assert!(denied.description.contains(word), "{}", denied.description);
    }
}
