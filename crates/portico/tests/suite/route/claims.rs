use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use axum::http::Method;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::admin::ADMIN;
use crate::fixture::{Tokens, World, manifest};

/// Every scope of the catalogue with exactly the claims that it opens, beside `sub`.
const OPENS: [(&str, &[&str]); 7] = [
    ("profile.basic", &["name", "picture"]),
    ("email.verified", &["email", "email_verified"]),
    ("phone.verified", &["phone_number", "phone_number_verified"]),
    ("address.list", &["addresses"]),
    ("payment.methods", &["payment_methods"]),
    ("kyc.status", &["kyc"]),
    ("union_id", &["unionid"]),
];
const ONE: &str = "org.example.one";
const TWO: &str = "org.example.two";

/// A world in which two apps of two developers may ask for everything, and a person of whom
/// everything is known.
async fn world() -> (World, Tokens) {
    let mut world = World::new().await;
    let scopes = OPENS.map(|(scope, _)| scope);
    world.register_app(manifest(ONE, "acme", &[], &scopes)).await;
    world.register_app(manifest(TWO, "bazaar", &[], &scopes)).await;
    let ana = world.sign_in("ana").await;
    complete(&world, &ana).await;
    (world, ana)
}

async fn complete(world: &World, tokens: &Tokens) {
    for town in ["Bath", "Leeds"] {
        let address = json!({ "label": "Home", "locality": town, "country": "GB" });
        world.json(Method::POST, "/v1/me/addresses", Some(&tokens.access), &address).await.ok();
    }
    let card = json!({
        "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04", "reference": "pm_1NXWPnOoE5DtLM",
    });
    world.json(Method::POST, "/v1/me/payment-methods", Some(&tokens.access), &card).await.ok();
    let mut bytes = vec![];
    RgbImage::from_pixel(8, 8, Rgb([9, 9, 9]))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    world.put_bytes("/v1/me/avatar", &tokens.access, "image/png", bytes).await.ok();
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    let user = people["items"][0]["user_id"].as_str().unwrap();
    let report = json!({ "level": "full", "status": "verified" }).to_string();
    world.admin_call(Method::PUT, &format!("/admin/v1/users/{user}/kyc"), Some(ADMIN), &report).await.ok();
}

async fn claims(world: &World, token: &str) -> BTreeMap<String, Value> {
    let info = world.userinfo(token).await.ok();
    assert!(!info.body.contains("pm_1") && !info.body.contains("usr_"), "{}", info.body);
    let all: BTreeMap<String, Value> = serde_json::from_str(&info.body).unwrap();
    all.into_iter().filter(|(name, _)| name != "sub").collect()
}

async fn names(world: &World, token: &str) -> BTreeSet<String> {
    claims(world, token).await.into_keys().collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn every_scope_alone_opens_exactly_its_claims_and_a_withdrawal_closes_them_at_once() {
    for (scope, opens) in OPENS {
        let (world, ana) = world().await;
        let token = world.launch_granting(&ana, ONE, Some(&format!("openid {scope}"))).await;
        assert_eq!(names(&world, &token).await, set(opens), "{scope}");
        let kept = json!({ "scope": "openid" });
        let path = format!("/v1/me/apps/{ONE}");
        world.json(Method::PATCH, &path, Some(&ana.access), &kept).await.ok();
        assert_eq!(names(&world, &token).await, set(&[]), "{scope}");
    }
    let (world, ana) = world().await;
    let bare = world.launch_granting(&ana, ONE, Some("openid")).await;
    assert_eq!(names(&world, &bare).await, set(&[]));
    let discovery = world.get("/.well-known/openid-configuration", None).await.ok().json();
    let announced: BTreeSet<_> =
        discovery["claims_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for (_, opens) in OPENS {
        assert!(opens.iter().all(|claim| announced.contains(claim)), "{opens:?}");
    }
}

#[tokio::test]
async fn the_claims_are_what_the_person_wrote() {
    let (world, ana) = world().await;
    let token = world.launch_granting(&ana, ONE, None).await;
    let claims = claims(&world, &token).await;
    let home = &claims["addresses"][0];
    assert_eq!(
        *home,
        json!({
            "id": home["id"], "label": "Home", "locality": "Bath", "country": "GB", "default": true,
            "formatted": "Bath\nGB",
        })
    );
    let card = &claims["payment_methods"][0];
    assert_eq!(
        *card,
        json!({
            "id": card["id"], "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04",
            "default": true,
        })
    );
    let kyc = json!({ "level": "full", "status": "verified", "verified_at": world.now().seconds() });
    assert_eq!(claims["kyc"], kyc);
}

/// Every text of a document but those that are about the person and not of an id's kind.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(list) => list.iter().for_each(|value| texts(value, into)),
        Value::Object(members) => members.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn two_apps_that_were_granted_everything_have_no_id_in_common() {
    let (world, ana) = world().await;
    let host = world.get("/v1/me/addresses", Some(&ana.access)).await.ok().json();
    let mut seen = vec![];
    for app in [ONE, TWO] {
        let token = world.launch_granting(&ana, app, None).await;
        let claims = claims(&world, &token).await;
        let again: BTreeMap<_, _> = self::claims(&world, &token).await;
        assert_eq!(claims, again, "ids are stable");
        let mut ids = BTreeSet::new();
        for name in ["addresses", "payment_methods"] {
            for entry in claims[name].as_array().unwrap() {
                texts(&entry["id"], &mut ids);
            }
        }
        texts(&claims["picture"], &mut ids);
        texts(&claims["unionid"], &mut ids);
        assert_eq!(ids.len(), 5);
        seen.push(ids);
    }
    let mut hosts = BTreeSet::new();
    texts(&host["addresses"][0]["id"], &mut hosts);
    seen.push(hosts);
    for (i, one) in seen.iter().enumerate() {
        for other in &seen[i + 1..] {
            assert!(one.is_disjoint(other), "{one:?} {other:?}");
            let path = |ids: &BTreeSet<String>| -> BTreeSet<String> {
                let tail = |id: &String| id.rsplit('/').next().unwrap_or_default().to_owned();
                ids.iter().map(tail).flat_map(|id| windows(&id)).collect()
            };
            assert!(path(one).is_disjoint(&path(other)), "a piece in common");
        }
    }
}

/// Every six characters in a row.
fn windows(text: &str) -> Vec<String> {
    text.as_bytes().windows(6).map(|window| String::from_utf8_lossy(window).into_owned()).collect()
}

#[tokio::test]
async fn a_change_of_the_profile_is_told_by_the_names_of_its_claims() {
    use portico_core::noun::event::Happening;
    let (world, ana) = world().await;
    let address = json!({ "locality": "York", "default": true });
    world.json(Method::POST, "/v1/me/addresses", Some(&ana.access), &address).await.ok();
    let events = world.house.live.store().events_after(Default::default(), 1000).await.unwrap();
    let told: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event.what {
            Happening::ProfileChanged { claims, .. } => Some(claims.join(" ")),
            _ => None,
        })
        .collect();
    let expected =
        ["addresses address", "addresses", "payment_methods", "picture", "kyc", "addresses address"];
    assert_eq!(told, expected);
}
