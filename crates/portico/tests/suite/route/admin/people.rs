use serde_json::{Value, json};

use super::{TAXI, act, detail, get, post, walk};
use crate::fixture::World;

/// The only person there is.
async fn only(world: &World) -> String {
    let ids = walk(world, "users", "user_id").await;
    assert_eq!(ids.len(), 1);
    ids.into_iter().next().unwrap()
}

async fn create(world: &World, person: Value) -> String {
    let reply = post(world, "users", person).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()["user_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_created_and_shown() {
    let world = World::new().await;
    let anna = create(
        &world,
        json!({
            "name": "Anna", "username": "anna", "email": "Anna@Example.org", "email_verified": true,
            "phone": "+49 (30) 123-456", "password": "correct horse",
        }),
    )
    .await;
    let shown = get(&world, &format!("users/{anna}")).await.ok().json();
    assert_eq!(shown["has_password"], true);
    let profile = &shown["profile"];
    assert_eq!((&profile["name"], &profile["username"]), (&json!("Anna"), &json!("anna")));
    assert_eq!(profile["emails"][0]["email"], "Anna@Example.org");
    assert!(profile["emails"][0]["verified_at"].is_string());
    assert_eq!(profile["phones"][0], json!({ "phone": "+4930123456", "verified_at": null }));
    let listed = get(&world, "users").await.ok();
    assert!(!listed.body.contains("Anna") && !listed.body.contains("argon2"), "{}", listed.body);
}

#[tokio::test]
async fn a_handle_belongs_to_one_person() {
    let world = World::new().await;
    create(&world, json!({ "username": "anna", "email": "anna@example.org", "email_verified": true })).await;
    create(&world, json!({ "phone": "+4930123456", "phone_verified": true })).await;
    for (person, what) in [
        (json!({ "username": "ANNA" }), "username"),
        (json!({ "email": "Anna@example.org", "email_verified": true }), "e-mail"),
        (json!({ "phone": "0049 30 123456", "phone_verified": true }), "phone"),
    ] {
        let reply = post(&world, "users", person).await;
        assert_eq!(reply.refusal(), (409, "conflict".into()));
        assert!(detail(&reply).contains(what), "{}", reply.body);
    }
}

#[tokio::test]
async fn what_cannot_be_a_person_is_refused() {
    let world = World::new().await;
    for (person, word) in [
        (json!({ "name": "A", "password": "short" }), "shorter than 8"),
        (json!({ "name": "A", "password": "x".repeat(2000) }), "longer than 1024"),
        (json!({ "name": "A", "email": "nowhere" }), "'email'"),
        (json!({ "name": "A", "phone": "030 123" }), "'phone'"),
        (json!({ "name": "A", "nickname": "B" }), "'nickname'"),
        (json!({ "username": "a@b.c" }), "'username'"),
        (json!([]), "1 to 1000"),
        (json!([{ "name": "A" }, { "name": "A", "email": "nowhere" }]), "entry 1: 'email'"),
    ] {
        let reply = post(&world, "users", person).await;
        assert_eq!(reply.status, 400);
        assert!(detail(&reply).contains(word), "{}", reply.body);
        assert!(!reply.body.contains("nowhere"), "what is personal is not repeated");
    }
    assert_eq!(walk(&world, "users", "user_id").await, Vec::<String>::new());
}

#[tokio::test]
async fn many_people_come_whole_or_not_at_all() {
    let world = World::new().await;
    let named = |names: &[&str]| -> Value { names.iter().map(|name| json!({ "username": name })).collect() };
    let made = post(&world, "users", named(&["one", "two", "three"])).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["users"].as_array().unwrap().len(), 3);
    assert_eq!(post(&world, "users", named(&["four", "two"])).await.status, 409);
    assert_eq!(post(&world, "users", named(&["five", "five"])).await.status, 409);
    assert_eq!(walk(&world, "users", "user_id").await.len(), 3);
}

#[tokio::test]
async fn the_operator_signs_a_person_out_everywhere() {
    let world = World::new().await;
    let first = world.sign_in("ana").await;
    let second = world.sign_in("ana").await;
    let rides = world.launch_granting(&first, TAXI, None).await;
    let ana = only(&world).await;
    let sessions = get(&world, &format!("users/{ana}/sessions")).await.ok().json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    let ended = act(&world, &format!("users/{ana}/end-sessions")).await.ok().json();
    assert_eq!(ended, json!({ "user_id": ana, "ended": 2 }));
    assert_eq!(world.introspect(TAXI, &rides).await, json!({ "active": false }));
    assert_eq!(world.refresh(&second.refresh).await.refusal(), (400, "invalid_grant".into()));
    let none = get(&world, &format!("users/{ana}/sessions")).await.ok().json();
    assert_eq!(none, json!({ "items": [] }));
    assert_eq!(act(&world, &format!("users/{ana}/end-sessions")).await.ok().json()["ended"], 0);
}

#[tokio::test]
async fn a_suspended_person_is_out_until_resumed() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let rides = world.launch_granting(&tokens, TAXI, None).await;
    let ana = only(&world).await;
    let suspended = act(&world, &format!("users/{ana}/suspend")).await.ok().json();
    assert!(suspended["suspended_at"].is_string());
    assert_eq!(world.introspect(TAXI, &rides).await, json!({ "active": false }));
    let assertion = world.assertion("ana", json!({}));
    assert!(world.assert_in(crate::fixture::HOST, &assertion).await.status.is_client_error());
    act(&world, &format!("users/{ana}/suspend")).await.ok();
    assert_eq!(act(&world, &format!("users/{ana}/resume")).await.ok().json()["suspended_at"], Value::Null);
    world.sign_in("ana").await;
    assert_eq!(world.introspect(TAXI, &rides).await, json!({ "active": false }));
}

#[tokio::test]
async fn an_erased_person_is_out_and_nothing_personal_is_left() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let rides = world.launch_granting(&tokens, TAXI, None).await;
    let ana = only(&world).await;
    let erased = act(&world, &format!("users/{ana}/erase")).await.ok().json();
    assert!(erased["erased_at"].is_string());
    assert_eq!(world.introspect(TAXI, &rides).await, json!({ "active": false }));
    let shown = get(&world, &format!("users/{ana}")).await.ok();
    assert!(!shown.body.to_lowercase().contains("ana@"), "{}", shown.body);
    assert_eq!(shown.json()["profile"]["name"], Value::Null);
    let export = get(&world, &format!("users/{ana}/export")).await.ok().json();
    assert_eq!((&export["apps"], &export["history"]), (&json!([]), &json!([])));
    assert_eq!(act(&world, &format!("users/{ana}/erase")).await.ok().json(), erased);
    act(&world, &format!("users/{ana}/resume")).await.ok();
    create(&world, json!({ "email": "ana@people.example", "email_verified": true })).await;
}

#[tokio::test]
async fn an_export_holds_everything_in_one_document() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let rides = world.launch_granting(&tokens, TAXI, None).await;
    let sub = world.introspect(TAXI, &rides).await["sub"].clone();
    let ana = only(&world).await;
    let export = get(&world, &format!("users/{ana}/export")).await.ok().json();
    assert_eq!(export["account"]["user_id"], ana.as_str());
    assert_eq!(export["profile"]["name"], "Name of ana");
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    assert_eq!((&export["apps"][0]["app_id"], &export["apps"][0]["openid"]), (&json!(TAXI), &sub));
    assert_eq!(export["apps"][0]["decisions"].as_array().unwrap().len(), 3);
    let line = &export["history"][0];
    assert_eq!((&line["app_id"], &line["decision"]), (&json!(TAXI), &json!("granted")));
    assert!(line["words"]["reason"].as_str().unwrap().contains("wants"));
}
