//! A card number in any field of any profile call is refused, and neither the store nor the log holds it.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use super::admin::ADMIN;
use crate::fixture::{Browser, HOST, Reply, Tokens, World};

const CARD: &str = "4111111111111111";
/// The same number as people write it.
const WRITTEN: [&str; 5] = [
    "4111111111111111",
    "my card: 4111 1111 1111 1111!",
    "4111-1111-1111-1111",
    "4111.1111\u{a0}1111\u{200b}1111",
    "\u{ff14}\u{ff11}\u{ff11}\u{ff11}1111 11111111",
];

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The calls that write about a person, each with a body that would be taken.
fn calls(user: &str) -> Vec<(Method, String, Value)> {
    let address = json!({
        "label": "Home", "street_address": "1 High Street", "locality": "Bath", "region": "Somerset",
        "postal_code": "BA1 1AA", "country": "GB",
    });
    let method = json!({
        "kind": "card", "brand": "visa", "last4": "1111", "expires": "2027-04", "reference": "pm_1NXWPnOoE5",
    });
    let person = json!({
        "name": "Vera", "username": "vera", "email": "vera@people.example", "phone": "+4915112345678",
        "picture": "https://pictures.example/vera",
    });
    let kyc = json!({ "level": "full", "status": "verified", "verified_at": "2026-11-21T14:05:00Z" });
    let profile = json!({ "name": "Vera", "picture": "https://pictures.example/vera" });
    vec![
        (Method::PATCH, "/v1/me/profile".into(), profile),
        (Method::POST, "/v1/me/addresses".into(), address.clone()),
        (Method::PUT, "/v1/me/addresses/{address}".into(), address.clone()),
        (Method::PATCH, "/v1/me/addresses/{address}".into(), address),
        (Method::POST, "/v1/me/payment-methods".into(), method.clone()),
        (Method::PUT, "/v1/me/payment-methods/{method}".into(), method.clone()),
        (Method::PATCH, "/v1/me/payment-methods/{method}".into(), method),
        (Method::PATCH, "/v1/me/apps/org.example.taxi".into(), json!({ "scope": "openid" })),
        (Method::POST, "/v1/webhooks/kyc".into(), json!({ "type": "kyc.updated", "data": { "x": "y" } })),
        (Method::POST, "/admin/v1/users".into(), person.clone()),
        (Method::POST, "/admin/v1/users".into(), json!([person])),
        (Method::PUT, format!("/admin/v1/users/{user}/kyc"), kyc),
    ]
}

/// The body with the number in each of its places: every text and number, and a name beside each.
fn planted(body: &Value, plant: &Value) -> Vec<Value> {
    match body {
        Value::Object(members) => {
            let mut all: Vec<Value> = members
                .iter()
                .flat_map(|(name, value)| {
                    let within = planted(value, plant).into_iter();
                    within.map(|value| {
                        let mut copy = body.clone();
                        copy[name.as_str()] = value;
                        copy
                    })
                })
                .collect();
            let mut named = body.clone();
            named[CARD] = "x".into();
            all.push(named);
            all
        }
        Value::Array(list) => {
            list.iter().flat_map(|one| planted(one, plant)).map(|one| json!([one])).collect()
        }
        _ => vec![plant.clone()],
    }
}

async fn call(world: &World, ana: &Tokens, method: Method, path: &str, body: &Value) -> Reply {
    match path.starts_with("/admin/") {
        true => world.admin_call(method, path, Some(ADMIN), &body.to_string()).await,
        false => world.json(method, path, Some(&ana.access), body).await,
    }
}

/// The ids of an address and a payment method of the person.
async fn furnish(world: &World, ana: &Tokens) -> (String, String) {
    let id = async |path: &str, body: Value| {
        let made = world.json(Method::POST, path, Some(&ana.access), &body).await.ok().json();
        made["id"].as_str().unwrap().to_owned()
    };
    let address = id("/v1/me/addresses", json!({ "locality": "Bath" })).await;
    (address, id("/v1/me/payment-methods", json!({ "kind": "card" })).await)
}

fn holds(folder: &Path, number: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(number.len()).any(|window| window == number.as_bytes())
    })
}

#[tokio::test]
async fn a_card_number_is_refused_wherever_it_stands_and_never_kept_or_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("portico.db"), SqliteOptions::default()).unwrap();
    let world = World::over(Arc::new(store)).await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, "org.example.taxi", None).await;
    let (address, method) = furnish(&world, &ana).await;
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    let user = people["items"][0]["user_id"].as_str().unwrap().to_owned();
    let before = world.get("/v1/me/export", Some(&ana.access)).await.ok().json();
    let mut plants: Vec<Value> = WRITTEN.iter().map(|text| json!(text)).collect();
    plants.push(json!(4_111_111_111_111_111u64));
    for (verb, path, body) in calls(&user) {
        let path = path.replace("{address}", &address).replace("{method}", &method);
        for plant in &plants {
            for bad in planted(&body, plant) {
                let refused = call(&world, &ana, verb.clone(), &path, &bad).await;
                assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{verb} {path} {bad}");
                assert!(!refused.body.contains("1111"), "{}", refused.body);
            }
        }
    }
    assertions(&world).await;
    pages(&world).await;
    let after = world.get("/v1/me/export", Some(&ana.access)).await.ok().json();
    assert_eq!(before, after);
    for written in WRITTEN {
        assert!(!holds(folder.path(), written), "the store holds {written}");
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(!logged.contains("1111 1111") && !logged.contains(CARD) && !logged.contains("1111-1111"));
}

/// What a trusted issuer claims of a person: they are signed in, and the claim is left out.
async fn assertions(world: &World) {
    for claim in ["name", "picture", "email", "phone_number"] {
        for written in WRITTEN {
            let assertion = world.assertion("carl", json!({ claim: written }));
            let reply = world.assert_in(HOST, &assertion).await;
            assert_eq!(reply.status, 200, "{claim} {written}: {}", reply.body);
            let tokens = Tokens::of(&reply);
            let kept = world.get("/v1/me/export", Some(&tokens.access)).await.ok().body;
            assert!(!kept.contains("1111 1111") && !kept.contains(CARD), "{claim} {written}: {kept}");
        }
    }
}

/// The forms of pages.
async fn pages(world: &World) {
    let mut browser = Browser::default();
    for path in ["/sign-in", "/settings", "/consent/xyz"] {
        for written in WRITTEN {
            let reply = browser.post(world, path, &[("csrf", "x"), ("username", written)]).await;
            assert_eq!(reply.status, 400, "{path} {written}");
            assert!(!reply.body.contains("1111 1111") && !reply.body.contains(CARD));
        }
    }
    let page = browser.get(world, "/sign-in").await;
    let csrf = Browser::field(&page, "csrf");
    let fields = [("csrf", csrf.as_str()), ("username", "nobody"), ("password", CARD)];
    let reply = browser.post(world, "/sign-in", &fields).await;
    assert!(reply.body.contains("name=\"password\""), "a password may be any digits: {}", reply.body);
}
