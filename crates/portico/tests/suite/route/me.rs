use axum::http::{Method, StatusCode};
use portico_core::moment::Span;
use serde_json::{Value, json};

use crate::fixture::{Launched, Reply, Tokens, World};

const TAXI: &str = "org.example.taxi";
const SHOP: &str = "org.example.shop";

async fn get(world: &World, tokens: &Tokens, path: &str) -> Value {
    world.get(path, Some(&tokens.access)).await.ok().json()
}

async fn send(world: &World, tokens: &Tokens, method: Method, path: &str, body: Value) -> Reply {
    world.json(method, path, Some(&tokens.access), &body).await
}

async fn delete(world: &World, tokens: &Tokens, path: &str) -> Reply {
    send(world, tokens, Method::DELETE, path, json!({})).await
}

/// Signs the person in once more, on another device.
async fn also(world: &World, subject: &str) -> Tokens {
    world.sign_in(subject).await
}

#[tokio::test]
async fn every_address_wants_the_hosts_own_token() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let launched = world.launch_granting(&ana, TAXI, None).await;
    for (method, path) in [
        (Method::DELETE, "/v1/me"),
        (Method::GET, "/v1/me/profile"),
        (Method::PATCH, "/v1/me/profile"),
        (Method::GET, "/v1/me/apps"),
        (Method::DELETE, "/v1/me/apps/org.example.taxi"),
        (Method::PATCH, "/v1/me/apps/org.example.taxi"),
        (Method::GET, "/v1/me/sessions"),
        (Method::DELETE, "/v1/me/sessions"),
        (Method::DELETE, "/v1/me/sessions/current"),
        (Method::GET, "/v1/me/history"),
        (Method::GET, "/v1/me/export"),
    ] {
        let asked = async |token| world.json(method.clone(), path, token, &json!({})).await;
        let nobody = asked(None).await;
        assert_eq!(nobody.refusal(), (401, "invalid_token".into()), "{method} {path}");
        assert_eq!(nobody.header("www-authenticate"), "Bearer", "{method} {path}");
        assert_eq!(asked(Some("nonsense")).await.refusal(), (401, "invalid_token".into()), "{method} {path}");
        let app = asked(Some(&launched)).await;
        assert_eq!(app.refusal(), (403, "insufficient_scope".into()), "{method} {path}");
    }
    assert_eq!(
        world.introspect(TAXI, &launched).await["scope"],
        "openid profile.basic phone.verified email.verified"
    );
}

#[tokio::test]
async fn a_person_sees_and_changes_their_own_profile() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let profile = get(&world, &ana, "/v1/me/profile").await;
    assert_eq!(
        profile,
        json!({
            "name": "Name of ana", "picture": "https://pictures.example/ana", "username": null,
            "email": "ana@people.example", "email_verified": true,
            "phone_number": profile["phone_number"], "phone_number_verified": true,
        })
    );
    let token = world.launch_granting(&ana, TAXI, None).await;
    let sent = json!({ "name": "Ana Lucía", "picture": null });
    let after = send(&world, &ana, Method::PATCH, "/v1/me/profile", sent).await.ok().json();
    assert_eq!((&after["name"], &after["picture"]), (&json!("Ana Lucía"), &Value::Null));
    let info = world.userinfo(&token).await.ok().json();
    assert_eq!((&info["name"], info.get("picture")), (&json!("Ana Lucía"), None));
    assert_eq!(get(&world, &world.sign_in("bob").await, "/v1/me/profile").await["name"], "Name of bob");
}

#[tokio::test]
async fn a_bad_profile_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let before = get(&world, &ana, "/v1/me/profile").await;
    for bad in [
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "name": "a\u{7}b" }),
        json!({ "name": "Ana", "picture": "http://pictures.example/ana" }),
        json!({ "name": "Ana", "email": "another@people.example" }),
        json!([]),
    ] {
        let refused = send(&world, &ana, Method::PATCH, "/v1/me/profile", bad.clone()).await;
        assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{bad}");
    }
    let bearer = format!("Bearer {}", ana.access);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let plain = world.call(Method::PATCH, "/v1/me/profile", &headers, "{\"name\":\"x\"}").await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(get(&world, &ana, "/v1/me/profile").await, before);
}

#[tokio::test]
async fn apps_are_listed_with_what_each_may_see() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let Launched::Ask { request, .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    world.answer(&ana, &request, &["profile.basic", "phone.verified"], &["email.verified"]).await.ok();
    let Launched::Token { .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    let listed = get(&world, &ana, "/v1/me/apps").await;
    let apps = listed["apps"].as_array().unwrap();
    assert_eq!(apps.len(), 1);
    assert_eq!((&apps[0]["app_id"], &apps[0]["developer"]), (&json!(TAXI), &json!("acme")));
    assert_eq!(apps[0]["scope"], "openid profile.basic phone.verified");
    assert_eq!(apps[0]["last_used_at"], world.now().seconds());
    let phone =
        apps[0]["permissions"].as_array().unwrap().iter().find(|p| p["scope"] == "phone.verified").unwrap();
    assert_eq!(
        *phone,
        json!({
            "scope": "phone.verified", "title": "Phone number", "description": "Your verified phone number",
            "reason": "org.example.taxi wants phone.verified", "required": true, "sensitivity": "normal",
            "decision": "granted", "preauthorised": false,
        })
    );
    assert_eq!(apps[0]["permissions"][2]["decision"], "refused");
    let bob = world.sign_in("bob").await;
    assert_eq!(get(&world, &bob, "/v1/me/apps").await, json!({ "apps": [] }));
}

#[tokio::test]
async fn what_is_not_kept_is_gone_from_tokens_already_out() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    let (token, bobs) =
        (world.launch_granting(&ana, TAXI, None).await, world.launch_granting(&bob, TAXI, None).await);
    let sent = json!({ "scope": "openid profile.basic kyc.status" });
    let kept = send(&world, &ana, Method::PATCH, "/v1/me/apps/org.example.taxi", sent).await.ok().json();
    assert_eq!(kept, json!({ "app_id": TAXI, "scope": "openid profile.basic" }));
    assert_eq!(world.introspect(TAXI, &token).await["scope"], "openid profile.basic");
    assert!(world.userinfo(&token).await.ok().json().get("email").is_none());
    let Launched::Token { scope, .. } = world.launch(&ana, TAXI, None).await else { panic!() };
    assert_eq!(scope, "openid profile.basic");
    assert_eq!(
        world.introspect(TAXI, &bobs).await["scope"],
        "openid profile.basic phone.verified email.verified"
    );
    let again = json!({ "scope": "profile" });
    let kept = send(&world, &ana, Method::PATCH, "/v1/me/apps/org.example.taxi", again).await.ok().json();
    assert_eq!(kept["scope"], "openid profile.basic");
}

#[tokio::test]
async fn all_is_withdrawn_at_once_and_again_without_complaint() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    for _ in 0..2 {
        let gone = delete(&world, &ana, "/v1/me/apps/org.example.taxi").await;
        assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(world.introspect(TAXI, &token).await["scope"], "openid");
        assert_eq!(world.userinfo(&token).await.ok().json().as_object().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_app_that_was_never_used_is_not_there() {
    let world = World::new().await;
    let (ana, bob) = (world.sign_in("ana").await, world.sign_in("bob").await);
    world.launch_granting(&bob, SHOP, None).await;
    for app in [SHOP, "org.example.unknown", "super.app", "No%20Id", "%ff", "current"] {
        let path = format!("/v1/me/apps/{app}");
        assert_eq!(delete(&world, &ana, &path).await.refusal(), (404, "not_found".into()), "{app}");
        let kept = send(&world, &ana, Method::PATCH, &path, json!({ "scope": "openid" })).await;
        assert_eq!(kept.refusal(), (404, "not_found".into()), "{app}");
    }
}

#[tokio::test]
async fn an_app_used_without_any_permission_is_there() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, SHOP, Some("openid")).await;
    assert_eq!(get(&world, &ana, "/v1/me/apps").await["apps"][0]["app_id"], SHOP);
    assert_eq!(delete(&world, &ana, "/v1/me/apps/org.example.shop").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_malformed_scope_to_keep_withdraws_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, TAXI, None).await;
    let path = "/v1/me/apps/org.example.taxi";
    for bad in
        [json!({ "scope": "a\"b" }), json!({}), json!({ "scope": ["openid"] }), json!({ "keep": "openid" })]
    {
        let refused = send(&world, &ana, Method::PATCH, path, bad.clone()).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(
        world.introspect(TAXI, &token).await["scope"],
        "openid profile.basic phone.verified email.verified"
    );
}

#[tokio::test]
async fn sessions_are_listed_ended_and_told_apart() {
    let world = World::new().await;
    let (here, there) = (world.sign_in("ana").await, also(&world, "ana").await);
    let listed = get(&world, &here, "/v1/me/sessions").await;
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let current: Vec<_> = sessions.iter().filter(|session| session["current"] == true).collect();
    assert_eq!((current.len(), &current[0]["client_name"]), (1, &json!("super.app")));
    assert_eq!(current[0]["started_at"], world.now().seconds());
    let other = sessions.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    let path = format!("/v1/me/sessions/{other}");
    let bob = world.sign_in("bob").await;
    assert_eq!(delete(&world, &bob, &path).await.refusal(), (404, "not_found".into()));
    for _ in 0..2 {
        assert_eq!(delete(&world, &here, &path).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(world.get("/v1/me/profile", Some(&there.access)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.refresh(&there.refresh).await.refusal(), (400, "invalid_grant".into()));
    assert_eq!(get(&world, &here, "/v1/me/sessions").await["sessions"].as_array().unwrap().len(), 1);
    for bad in ["unknown", "ses_00000000000000000000000000000000", "%ff", &"A".repeat(28)] {
        let path = format!("/v1/me/sessions/{bad}");
        assert_eq!(delete(&world, &here, &path).await.refusal(), (404, "not_found".into()), "{bad}");
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_and_its_launches() {
    let world = World::new().await;
    let (here, there) = (world.sign_in("ana").await, also(&world, "ana").await);
    let token = world.launch_granting(&here, TAXI, None).await;
    assert_eq!(delete(&world, &here, "/v1/me/sessions/current").await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    assert_eq!(delete(&world, &here, "/v1/me/sessions/current").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&world, &there, "/v1/me/sessions").await["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ending_the_others_leaves_this_one() {
    let world = World::new().await;
    let (here, there) = (world.sign_in("ana").await, also(&world, "ana").await);
    let bob = world.sign_in("bob").await;
    let token = world.launch_granting(&there, TAXI, None).await;
    assert_eq!(delete(&world, &here, "/v1/me/sessions").await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.introspect(TAXI, &token).await, json!({ "active": false }));
    get(&world, &here, "/v1/me/profile").await;
    get(&world, &bob, "/v1/me/profile").await;
}

#[tokio::test]
async fn history_keeps_every_decision_with_the_words_shown() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, SHOP, None).await;
    world.pass(Span::seconds(5));
    delete(&world, &ana, "/v1/me/apps/org.example.shop").await.ok();
    let history = get(&world, &ana, "/v1/me/history").await;
    assert_eq!(
        history["history"],
        json!([
            {
                "at": world.now().seconds(), "app_id": SHOP, "app_name": SHOP, "scope": "profile.basic",
                "decision": "withdrawn", "words": {},
            },
            {
                "at": world.now().seconds() - 5, "app_id": SHOP, "app_name": SHOP, "scope": "profile.basic",
                "decision": "granted",
                "words": {
                    "title": "Name and picture", "description": "Your name and your profile picture",
                    "reason": "org.example.shop wants profile.basic", "locale": "en",
                },
            },
        ])
    );
}

#[tokio::test]
async fn an_export_needs_a_fresh_sign_in_and_holds_everything_but_inner_ids() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    let export = world.get("/v1/me/export", Some(&ana.access)).await.ok();
    let json = export.json();
    assert_eq!(json["profile"]["emails"][0]["value"], "ana@people.example");
    assert_eq!(json["apps"][0]["app_id"], TAXI);
    assert_eq!(
        (json["history"].as_array().unwrap().len(), json["sessions"].as_array().unwrap().len()),
        (3, 1)
    );
    assert!(!export.body.contains("usr_") && !export.body.contains("ses_"), "{}", export.body);
    assert!(export.header("content-disposition").starts_with("attachment"));
    world.pass(Span::millis(300_001));
    let late = world.get("/v1/me/export", Some(&ana.access)).await;
    assert_eq!(late.refusal(), (403, "reauthentication_required".into()));
}

#[tokio::test]
async fn an_erased_person_leaves_nothing_active() {
    let world = World::new().await;
    let (here, there) = (world.sign_in("ana").await, also(&world, "ana").await);
    let bob = world.sign_in("bob").await;
    let tokens =
        [world.launch_granting(&here, TAXI, None).await, world.launch_granting(&there, SHOP, None).await];
    world.pass(Span::millis(300_001));
    let late = delete(&world, &here, "/v1/me").await;
    assert_eq!(late.refusal(), (403, "reauthentication_required".into()));
    assert_eq!(world.introspect(TAXI, &tokens[0]).await["active"], true);

    let fresh = also(&world, "ana").await;
    assert_eq!(delete(&world, &fresh, "/v1/me").await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.introspect(TAXI, &tokens[0]).await, json!({ "active": false }));
    assert_eq!(world.introspect(SHOP, &tokens[1]).await, json!({ "active": false }));
    for tokens in [&here, &there, &fresh] {
        assert_eq!(world.get("/v1/me/profile", Some(&tokens.access)).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.refresh(&tokens.refresh).await.refusal(), (400, "invalid_grant".into()));
    }
    get(&world, &bob, "/v1/me/profile").await;
    let back = world.sign_in("ana").await;
    let history = get(&world, &back, "/v1/me/history").await;
    assert_eq!((&history["history"], history["links"].as_array().unwrap().len()), (&json!([]), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_of_one_profile_that_meet_all_get_through() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let street = |number| json!({ "label": format!("Home {number}"), "street_address": "Long Street", "country": "DE" });
    let add = |number| send(&world, &ana, Method::POST, "/v1/me/addresses", street(number));
    let added = futures_util::future::join_all((0..16).map(add)).await;
    assert!(added.iter().all(|reply| reply.status == StatusCode::CREATED));
    let kept = get(&world, &ana, "/v1/me/addresses").await;
    assert_eq!(kept["addresses"].as_array().unwrap().len(), 16);
}
