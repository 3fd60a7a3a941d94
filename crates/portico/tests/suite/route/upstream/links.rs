//! Tying an identity elsewhere to oneself, and undoing it.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{LINKS, PASSWORD, Story, left};
use crate::fixture::{Browser, HOST, Reply, Tokens, World};

async fn act(world: &World, browser: &mut Browser, fields: &[(&str, &str)]) -> Reply {
    let csrf = Browser::field(&browser.get(world, "/settings/devices").await.ok(), "csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend_from_slice(fields);
    browser.post(world, LINKS, &all).await
}

#[tokio::test]
async fn a_person_ties_an_identity_to_themselves_and_no_other_person_can() {
    let story = Story::begin().await;
    let world = &story.world;
    let mut bob = Browser::default();
    world.create_person("bob", PASSWORD).await;
    bob.sign_in(world, "/sign-in", "bob", PASSWORD).await;
    let left_bob = left(act(world, &mut bob, &[("action", "connect"), ("connection", "acme")]).await);
    // Somebody else's session in the same browser by then: nothing is tied to anybody.
    let mut stranger = Browser::default();
    story.provider.names(&story.claims(&left_bob, json!({"email": null})));
    assert_eq!(stranger.get(world, &story.back(&left_bob)).await.status, StatusCode::GONE);
    let tied = bob.get(world, &story.back(&left_bob)).await;
    assert_eq!(tied.header("location"), "/settings/links?done=linked");
    let page = bob.get(world, tied.header("location")).await.ok();
    assert!(page.body.contains("Disconnect"), "{}", page.body);
    let mut eve = Browser::default();
    world.create_person("eve", PASSWORD).await;
    eve.sign_in(world, "/sign-in", "eve", PASSWORD).await;
    let left_eve = left(act(world, &mut eve, &[("action", "connect"), ("connection", "acme")]).await);
    let taken = story.come_back(&mut eve, &left_eve, json!({})).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(!eve.get(world, LINKS).await.body.contains("disconnect"));
}

#[tokio::test]
async fn a_link_that_was_begun_in_one_session_is_not_made_in_another() {
    let story = Story::begin().await;
    let world = &story.world;
    let mut browser = Browser::default();
    for name in ["bob", "eve"] {
        world.create_person(name, PASSWORD).await;
    }
    browser.sign_in(world, "/sign-in", "bob", PASSWORD).await;
    let begun = left(act(world, &mut browser, &[("action", "connect"), ("connection", "acme")]).await);
    browser.sign_in(world, "/sign-in", "eve", PASSWORD).await;
    let reply = story.come_back(&mut browser, &begun, json!({})).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(!browser.get(world, LINKS).await.body.contains("disconnect"));
}

#[tokio::test]
async fn a_link_is_undone_unless_it_is_the_last_way_in() {
    let story = Story::begin().await;
    let world = &story.world;
    let mut browser = Browser::default();
    // Nobody proved an address of hers, so no code signs her in.
    let begun = story.leave(&mut browser, "").await;
    let entered = story.come_back(&mut browser, &begun, json!({"sub": "ana", "email": null})).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let page = browser.get(world, LINKS).await.ok();
    assert!(page.body.contains("only way") && !page.body.contains("\"disconnect\""), "{}", page.body);
    // A form that the page does not show.
    let people = world.admin_get("/admin/v1/users").await.ok().json();
    let ana = people["items"][0]["user_id"].as_str().unwrap().parse().unwrap();
    let id = world.house.live.store().links_of(ana).await.unwrap()[0].id().to_string();
    let forged = act(world, &mut browser, &[("action", "disconnect"), ("link", &id)]).await;
    assert_eq!(forged.status, StatusCode::CONFLICT, "{}", forged.body);
    assert!(forged.body.contains("without a way to sign in"), "{}", forged.body);
    let mut bob = Browser::default();
    world.create_person("bob", PASSWORD).await;
    bob.sign_in(world, "/sign-in", "bob", PASSWORD).await;
    let begun = left(act(world, &mut bob, &[("action", "connect"), ("connection", "acme")]).await);
    story.come_back(&mut bob, &begun, json!({"sub": "bob"})).await;
    let page = bob.get(world, LINKS).await.ok();
    let id = Browser::field(&page, "link");
    let undone = act(world, &mut bob, &[("action", "disconnect"), ("link", &id)]).await;
    assert_eq!(undone.header("location"), "/settings/links?done=unlinked");
    let again = act(world, &mut bob, &[("action", "disconnect"), ("link", &id)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_links_of_a_person_are_listed_and_undone_by_their_host() {
    let world = World::new().await;
    let unproven = json!({ "email_verified": false, "phone_number_verified": false });
    let tokens = Tokens::of(&world.assert_in(HOST, &world.assertion("ana", unproven)).await.ok());
    let listed = world.get("/v1/me/links", Some(&tokens.access)).await.ok().json();
    let link = &listed["links"][0];
    assert_eq!((&link["issuer"], &link["proof"]), (&json!("https://super.example"), &json!("assertion")));
    let path = format!("/v1/me/links/{}", link["id"].as_str().unwrap());
    let last = world.json(Method::DELETE, &path, Some(&tokens.access), &json!({})).await;
    assert_eq!(last.refusal(), (409, "conflict".to_owned()));
    let none = format!("/v1/me/links/lnk_{}", "0".repeat(32));
    assert_eq!(world.json(Method::DELETE, &none, Some(&tokens.access), &json!({})).await.status, 404);
}

#[tokio::test]
async fn somebody_unknown_gets_no_account_where_the_house_is_closed_to_newcomers() {
    let mut story = Story::begin().await;
    let mut known = Browser::default();
    story.sign_in(&mut known, "ana").await;
    story.world.restart_closed_to_newcomers();
    let people = async |story: &Story| story.world.admin_get("/admin/v1/users").await.ok().body;
    let before = people(&story).await;
    let mut browser = Browser::default();
    let begun = story.leave(&mut browser, "").await;
    let turned_away = story.come_back(&mut browser, &begun, json!({"sub": "newcomer"})).await;
    assert_eq!(turned_away.status, StatusCode::FORBIDDEN, "{}", turned_away.body);
    assert!(turned_away.body.contains("No account here yet"), "{}", turned_away.body);
    assert_eq!(browser.cookie("portico_session"), None);
    assert_eq!(people(&story).await, before);
    story.sign_in(&mut Browser::default(), "ana").await;
}
