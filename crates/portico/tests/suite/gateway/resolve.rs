//! Who calls, and by what the two apps know people.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use portico_gateway::resolve::{counterparts, still_holds};
use portico_gateway::rewrite::MOST_IDS;
use portico_gateway::route::{Counterpart, TokenPlace};
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use serde_json::json;

use super::{APP, ORIGIN, SHOP, Town, bearer, head, refusal, route};
use crate::fixture::{Counting, Launched, World};

#[tokio::test]
async fn a_caller_is_known_by_the_openids_of_both_apps() {
    let town = Town::new().await;
    let (tokens, token) = town.open("ana").await;
    let caller = town.resolve(&bearer(&token)).await.unwrap().caller.unwrap();
    assert_eq!(caller.ids.here, town.sub(APP, &token).await);
    let shop = town.world.launch_granting(&tokens, SHOP, None).await;
    assert_eq!(caller.ids.there, town.sub(SHOP, &shop).await);
    assert_ne!(caller.ids.here, caller.ids.there);
    // The shop is another developer's, and the person has not said that it may know the UnionID.
    assert_eq!(caller.ids.union_id, None);
}

#[tokio::test]
async fn an_openid_of_the_merchants_own_is_what_it_is_told() {
    let town = Town::new().await;
    let (_, token) = town.open("ana").await;
    town.import("oWX-ana", "ana").await;
    let caller = town.resolve(&bearer(&token)).await.unwrap().caller.unwrap();
    assert_eq!(caller.ids.there, "oWX-ana");
}

#[tokio::test]
async fn what_the_merchant_was_told_is_never_replaced() {
    let town = Town::new().await;
    let (_, token) = town.open("ana").await;
    let told = town.resolve(&bearer(&token)).await.unwrap().caller.unwrap().ids.there;
    let link = json!({ "app": SHOP, "openid": "oWX-late", "email": "ana@people.example" });
    let refused = town.world.admin_post("/admin/v1/links", link).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert_eq!(town.resolve(&bearer(&token)).await.unwrap().caller.unwrap().ids.there, told);
}

#[tokio::test]
async fn the_merchants_app_is_told_when_the_session_ends_in_which_it_was_told_of_a_person() {
    let town = Town::new().await;
    let (tokens, token) = town.open("ana").await;
    town.resolve(&bearer(&token)).await.unwrap();
    town.world.sign_out(&tokens).await.ok();
    let listed = town.world.admin_get("/admin/v1/deliveries").await.ok().json();
    let apps: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|item| item["client_id"].clone()).collect();
    assert!(apps.contains(&json!(SHOP)), "{listed}");
}

#[tokio::test]
async fn after_the_first_time_a_caller_is_resolved_from_memory() {
    let store = Arc::new(Counting::default());
    let town = Town { world: World::over(store.clone()).await, route: route() };
    let (_, token) = town.open("ana").await;
    town.resolve(&bearer(&token)).await.unwrap();
    store.asked();
    for _ in 0..10 {
        town.resolve(&bearer(&token)).await.unwrap();
    }
    assert_eq!(store.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn the_union_id_is_told_with_a_token_that_opens_it_to_the_same_developer() {
    let mut town = Town::new().await;
    town.route.known_as = "org.example.taxi".parse().unwrap();
    let (_, token) = town.open("ana").await;
    let union_id = town.world.userinfo(&token).await.ok().json()["unionid"].clone();
    let caller = town.resolve(&bearer(&token)).await.unwrap().caller.unwrap();
    assert_eq!(json!(caller.ids.union_id), union_id);
    let tokens = town.world.sign_in("bob").await;
    let Launched::Ask { request, scope } = town.world.launch(&tokens, APP, None).await else {
        panic!("no question")
    };
    town.world.answer(&tokens, &request, &[], &[&scope]).await.ok();
    let Launched::Token { token, .. } = town.world.launch(&tokens, APP, None).await else {
        panic!("no token")
    };
    assert_eq!(town.resolve(&bearer(&token)).await.unwrap().caller.unwrap().ids.union_id, None);
}

#[tokio::test]
async fn no_token_and_a_token_that_is_not_good_for_the_app_are_401() {
    let town = Town::new().await;
    let (tokens, token) = town.open("ana").await;
    let shop = town.world.launch_granting(&tokens, SHOP, None).await;
    assert_eq!(refusal(town.resolve(&head(Method::GET, &[])).await), (401, "missing_token"));
    for other in ["nonsense", &shop, &tokens.access, &token[1..]] {
        assert_eq!(refusal(town.resolve(&bearer(other)).await), (401, "invalid_token"), "{other}");
    }
    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer a")];
    assert_eq!(refusal(town.resolve(&head(Method::GET, &twice)).await), (400, "invalid_request"));
}

#[tokio::test]
async fn a_sign_out_a_suspension_and_a_withdrawal_hold_from_the_next_request_on() {
    let mut town = Town::new().await;
    town.route.require = "openid union_id".parse().unwrap();
    let (tokens, token) = town.open("ana").await;
    let resolved = town.resolve(&bearer(&token)).await.unwrap();
    let caller = resolved.caller.unwrap();
    let holds = async || still_holds(&town.world.house.live, &town.route, Some(&caller)).await;
    assert_eq!(holds().await, Ok(()));
    let path = format!("/v1/me/apps/{APP}");
    town.world.json(Method::DELETE, &path, Some(&tokens.access), &json!({})).await.ok();
    let refused = town.resolve(&bearer(&token)).await.err().unwrap();
    assert_eq!((refused.status.as_u16(), refused.code), (403, "insufficient_scope"));
    assert_eq!(refused.missing, Some("union_id".parse().unwrap()));
    assert_eq!(refusal(holds().await), (403, "insufficient_scope"));
    town.world.sign_out(&tokens).await.ok();
    assert_eq!(refusal(town.resolve(&bearer(&token)).await), (401, "invalid_token"));
    assert_eq!(refusal(holds().await), (401, "invalid_token"));
    let (_, token) = town.open("bob").await;
    town.resolve(&bearer(&token)).await.unwrap();
    town.world.admin_post(&format!("/admin/v1/apps/{APP}/suspend"), json!({})).await.ok();
    assert_eq!(refusal(town.resolve(&bearer(&token)).await), (401, "invalid_token"));
}

#[tokio::test]
async fn an_app_that_is_not_there_and_a_suspended_merchant_are_503() {
    for (app, known_as) in [("org.example.none", SHOP), (APP, "org.example.none"), (APP, "super.app")] {
        let mut town = Town::new().await;
        (town.route.app, town.route.known_as) = (app.parse().unwrap(), known_as.parse().unwrap());
        let (_, token) = town.open("ana").await;
        assert_eq!(refusal(town.resolve(&bearer(&token)).await), (503, "temporarily_unavailable"));
    }
    let town = Town::new().await;
    let (_, token) = town.open("ana").await;
    town.world.admin_post(&format!("/admin/v1/apps/{SHOP}/suspend"), json!({})).await.ok();
    assert_eq!(refusal(town.resolve(&bearer(&token)).await), (503, "temporarily_unavailable"));
}

#[tokio::test(start_paused = true)]
async fn without_a_lease_the_answer_is_503_and_never_a_guess() {
    let master = MasterKey::generate(&SystemChance).to_text();
    let world = World::node(&Arc::new(Memory::new()), &master, None).await;
    let town = Town { world, route: route() };
    let (_, token) = town.open("ana").await;
    let resolved = town.resolve(&bearer(&token)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(refusal(town.resolve(&bearer(&token)).await), (503, "temporarily_unavailable"));
    let held = still_holds(&town.world.house.live, &town.route, resolved.caller.as_ref()).await;
    assert_eq!(refusal(held), (503, "temporarily_unavailable"));
    town.world.house.live.join().await.unwrap();
    town.resolve(&bearer(&token)).await.unwrap();
}

#[tokio::test]
async fn with_a_cookie_changes_and_upgrades_come_from_the_apps_own_pages_alone() {
    let mut town = Town::new().await;
    town.route.token = TokenPlace::Cookie("session".to_owned());
    let (_, token) = town.open("ana").await;
    let cookie = format!("a=b; session={token}");
    let with = |method, more: &[(&str, &str)]| head(method, &[&[("cookie", cookie.as_str())], more].concat());
    town.resolve(&with(Method::GET, &[])).await.unwrap();
    town.resolve(&with(Method::HEAD, &[("origin", "https://evil.example")])).await.unwrap();
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
    let own = ("origin", ORIGIN);
    town.resolve(&with(Method::POST, &[own])).await.unwrap();
    town.resolve(&with(Method::GET, &[&upgrade[..], &[own]].concat())).await.unwrap();
    let evil = ("origin", "https://evil.example");
    let nearly = ("origin", "https://org.example.rides.example.evil.example");
    for from in [vec![], vec![evil], vec![nearly], vec![("origin", "null")], vec![own, evil], vec![own, own]]
    {
        for method in [Method::POST, Method::DELETE, Method::OPTIONS, Method::CONNECT] {
            assert_eq!(
                refusal(town.resolve(&with(method, &from)).await),
                (403, "invalid_origin"),
                "{from:?}"
            );
        }
        let upgraded = with(Method::GET, &[&upgrade[..], &from].concat());
        assert_eq!(refusal(town.resolve(&upgraded).await), (403, "invalid_origin"), "{from:?}");
    }
    let bearer_only = town.resolve(&bearer(&token)).await;
    assert_eq!(refusal(bearer_only), (401, "missing_token"));
}

#[tokio::test]
async fn others_are_found_who_have_come_through_the_gateway_or_were_linked() {
    let town = Town::new().await;
    let (_, ana) = town.open("ana").await;
    let (_, bob) = town.open("bob").await;
    let (here, bobs) = (town.sub(APP, &ana).await, town.sub(APP, &bob).await);
    let there = town.resolve(&bearer(&ana)).await.unwrap().caller.unwrap().ids.there;
    let at = |open_id: Option<&str>, is_known_here, is_known_there| Counterpart {
        open_id: open_id.map(str::to_owned),
        is_known_there,
        is_known_here,
    };
    assert_eq!(town.known(APP, SHOP, &here).await, at(Some(&there), true, false));
    assert_eq!(town.known(SHOP, APP, &there).await, at(Some(&here), true, false));
    // The merchant has never been told of this one.
    assert_eq!(town.known(APP, SHOP, &bobs).await, at(None, true, false));
    town.import("oWX-bob", "bob").await;
    assert_eq!(town.known(APP, SHOP, &bobs).await, at(Some("oWX-bob"), true, false));
    assert_eq!(town.known(SHOP, APP, "oWX-bob").await, at(Some(&bobs), true, false));
    // What the merchant knows somebody by is said of it, whichever way it comes.
    for of_the_shop in [there.as_str(), "oWX-bob"] {
        assert_eq!(town.known(APP, SHOP, of_the_shop).await, at(None, false, true));
    }
    assert_eq!(town.known(APP, SHOP, "nobody").await, at(None, false, false));
}

#[tokio::test]
async fn a_hundred_thousand_names_are_found_in_their_places() {
    let town = Town::new().await;
    let (_, ana) = town.open("ana").await;
    let there = town.resolve(&bearer(&ana)).await.unwrap().caller.unwrap().ids.there;
    let here = town.sub(APP, &ana).await;
    let (app, shop) = (town.client(APP).await, town.client(SHOP).await);
    let names: Vec<String> = (1..MOST_IDS).map(|n| format!("o{n}")).chain([here.clone()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = counterparts(&town.world.house.live, &app, &shop, &names).await.unwrap();
    assert_eq!((found.len(), &found[&here].open_id), (MOST_IDS, &Some(there)));
}
