use axum::http::Method;
use portico_core::moment::Span;
use portico_seal::WebhookKey;
use serde_json::{Value, json};

use super::admin::ADMIN;
use crate::fixture::{KYC_SECRET, Reply, Tokens, World};

async fn put(world: &World, user: &str, body: &Value) -> Reply {
    world
        .admin_call(Method::PUT, &format!("/admin/v1/users/{user}/kyc"), Some(ADMIN), &body.to_string())
        .await
}

/// A signed-in person and their inner id.
async fn ana(world: &World) -> (Tokens, String) {
    let tokens = world.sign_in("ana").await;
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    (tokens, people["items"][0]["user_id"].as_str().unwrap().to_owned())
}

async fn seen(world: &World, tokens: &Tokens) -> Value {
    world.get("/v1/me/kyc", Some(&tokens.access)).await.ok().json()
}

struct Sent<'a> {
    id: &'a str,
    at: i64,
    body: String,
}

impl Sent<'_> {
    fn signature(&self) -> String {
        WebhookKey::parse(KYC_SECRET).unwrap().sign(self.id, &self.at.to_string(), self.body.as_bytes())
    }

    async fn to(&self, world: &World, signature: &str) -> Reply {
        let at = self.at.to_string();
        let headers = [
            ("content-type", "application/json"),
            ("webhook-id", self.id),
            ("webhook-timestamp", at.as_str()),
            ("webhook-signature", signature),
        ];
        world.call(Method::POST, "/v1/webhooks/kyc", &headers, &self.body).await
    }
}

fn message(user: &str, level: &str, status: &str) -> String {
    let data = json!({ "user_id": user, "level": level, "status": status, "provider_case": "x" });
    json!({ "type": "kyc.updated", "timestamp": "2027-01-15T08:00:00Z", "data": data }).to_string()
}

#[tokio::test]
async fn the_operator_writes_what_the_person_reads() {
    let world = World::new().await;
    let (tokens, user) = ana(&world).await;
    assert_eq!(
        seen(&world, &tokens).await,
        json!({ "level": "none", "status": "none", "verified_at": null })
    );
    let report = json!({ "level": "full", "status": "verified", "verified_at": "2026-11-21T14:05:00Z" });
    let answer = put(&world, &user, &report).await.ok().json();
    assert_eq!(answer["verified_at"], "2026-11-21T14:05:00Z");
    assert_eq!(
        seen(&world, &tokens).await,
        json!({ "level": "full", "status": "verified", "verified_at": 1_795_269_900 })
    );
    for bad in [
        json!({}),
        json!([]),
        json!({ "level": "full" }),
        json!({ "level": "gold", "status": "verified" }),
        json!({ "level": "none", "status": "verified" }),
        json!({ "level": "full", "status": "verified", "verified_at": "yesterday" }),
        json!({ "level": "full", "status": "verified", "verified_at": "2999-01-01T00:00:00Z" }),
        json!({ "level": "full", "status": "verified", "document": "passport" }),
    ] {
        assert_eq!(put(&world, &user, &bad).await.refusal(), (400, "invalid_request".into()), "{bad}");
    }
    assert_eq!(seen(&world, &tokens).await["level"], "full");
    let nobody = "usr_00000000000000000000000000000000";
    assert_eq!(put(&world, nobody, &report).await.refusal(), (404, "not_found".into()));
    assert_eq!(put(&world, "somebody", &report).await.refusal(), (404, "not_found".into()));
    let own = world.json(Method::PUT, "/v1/me/kyc", Some(&tokens.access), &report).await;
    assert_eq!(own.status, 405);
}

#[tokio::test]
async fn a_signed_report_counts_once() {
    let world = World::new().await;
    let (tokens, user) = ana(&world).await;
    let now = world.now().seconds();
    let first = Sent { id: "msg_1", at: now, body: message(&user, "basic", "pending") };
    assert_eq!(first.to(&world, &first.signature()).await.status, 204);
    assert_eq!(seen(&world, &tokens).await["status"], "pending");
    let second = Sent { id: "msg_2", at: now, body: message(&user, "full", "verified") };
    assert_eq!(second.to(&world, &format!("v1,AAAA {}", second.signature())).await.status, 204);
    assert_eq!(seen(&world, &tokens).await["verified_at"], now);
    assert_eq!(first.to(&world, &first.signature()).await.status, 204, "sent again");
    world.pass(Span::hours(20));
    let again = Sent { id: "msg_1", at: world.now().seconds(), body: first.body.clone() };
    assert_eq!(again.to(&world, &again.signature()).await.status, 204, "tried again much later");
    assert_eq!(seen(&world, &world.sign_in("ana").await).await["level"], "full");
}

#[tokio::test]
async fn an_older_report_never_overwrites_a_newer_one() {
    let world = World::new().await;
    let (tokens, user) = ana(&world).await;
    let now = world.now().seconds();
    let newer = Sent { id: "msg_2", at: now, body: message(&user, "full", "verified") };
    assert_eq!(newer.to(&world, &newer.signature()).await.status, 204);
    let older = Sent { id: "msg_1", at: now - 1, body: message(&user, "basic", "pending") };
    assert_eq!(older.to(&world, &older.signature()).await.status, 204);
    assert_eq!(seen(&world, &tokens).await["status"], "verified");
    // What the operator says stands whatever was reported, and an older report does not undo it.
    put(&world, &user, &json!({ "level": "basic", "status": "rejected" })).await.ok();
    let older = Sent { id: "msg_3", at: now - 1, body: message(&user, "full", "verified") };
    assert_eq!(older.to(&world, &older.signature()).await.status, 204);
    assert_eq!(seen(&world, &tokens).await["status"], "rejected");
}

#[tokio::test]
async fn a_report_that_is_not_the_providers_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (tokens, user) = ana(&world).await;
    let now = world.now().seconds();
    let sent = |id, at, body| Sent { id, at, body };
    let good = sent("msg_1", now, message(&user, "full", "verified"));
    for signature in ["", "v1,", "v1,AAAA", "v2,AAAA", &good.signature().replace("v1,", "v1a,")] {
        assert_eq!(good.to(&world, signature).await.status, 403, "{signature}");
    }
    let other = sent("msg_2", now, good.body.clone());
    assert_eq!(other.to(&world, &good.signature()).await.status, 403, "another id");
    for at in [now - 301, now + 301, i64::MAX, i64::MIN] {
        let late = sent("msg_3", at, good.body.clone());
        assert_eq!(late.to(&world, &late.signature()).await.status, 403, "{at}");
    }
    let unknown = message("usr_00000000000000000000000000000000", "full", "verified");
    for (body, status) in [
        ("{}".to_owned(), 400),
        ("nonsense".to_owned(), 400),
        (message(&user, "gold", "verified"), 400),
        (message(&user, "none", "verified"), 400),
        (message("somebody", "full", "verified"), 400),
        (unknown, 404),
        (json!({ "type": "invoice.paid", "data": {} }).to_string(), 204),
    ] {
        let odd = sent("msg_4", now, body);
        assert_eq!(odd.to(&world, &odd.signature()).await.status, status, "{}", odd.body);
    }
    let bare = world.json(Method::POST, "/v1/webhooks/kyc", None, &json!({})).await;
    assert_eq!(bare.refusal(), (400, "invalid_request".into()));
    assert_eq!(seen(&world, &tokens).await["level"], "none");
}
