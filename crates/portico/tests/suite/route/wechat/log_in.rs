//! Log-in codes, session keys, and what ends them.

use std::sync::Arc;

use portico_core::Change;
use portico_core::moment::Span;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_store::Page;

use super::{LOGIN_CODE, OTHER, STORE, Town, decrypt, errcode};
use crate::fixture::World;

#[tokio::test]
async fn a_code_gives_the_openid_that_the_launch_token_has_and_a_key() {
    let town = Town::new().await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    let (open_id, _) = town.log_in(STORE).await;
    assert_eq!(town.world.introspect(STORE, &launch).await["sub"], open_id.as_str());
    assert_ne!(town.log_in(OTHER).await.0, open_id);
}

#[tokio::test]
async fn the_unionid_is_given_where_the_person_allowed_it_and_only_there() {
    let town = Town::new().await;
    let answer = town.exchange(STORE, &town.code(STORE).await).await.json();
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    let claims = town.world.userinfo(&launch).await.json();
    assert_eq!(
        (&answer["unionid"], answer["unionid"].as_str().map(str::len)),
        (&claims["unionid"], Some(28))
    );
    let other = town.exchange(OTHER, &town.code(OTHER).await).await.json();
    assert!(other.get("unionid").is_none(), "{other}");
    let narrow = [("requested_token_type", LOGIN_CODE), ("scope", "openid")];
    let code = town.world.exchange(&town.ana.access, STORE, &narrow).await.ok().json();
    let answer = town.exchange(STORE, code["access_token"].as_str().unwrap()).await.json();
    assert!(answer.get("unionid").is_none() && answer.get("openid").is_some(), "{answer}");
}

#[tokio::test]
async fn codes_live_five_minutes_work_once_and_several_may_be_outstanding() {
    let town = Town::new().await;
    let codes = [town.code(STORE).await, town.code(STORE).await, town.code(STORE).await];
    for code in &codes[..2] {
        assert_eq!(errcode(&town.exchange(STORE, code).await), -999);
        assert_eq!(errcode(&town.exchange(STORE, code).await), 40163);
    }
    town.world.pass(Span::minutes(5));
    assert_eq!(errcode(&town.exchange(STORE, &codes[2]).await), 40029);
    assert_eq!(errcode(&town.exchange(STORE, "never issued").await), 40029);
}

#[tokio::test]
async fn a_code_that_was_redeemed_here_is_used_at_the_token_endpoint_too_and_the_other_way_round() {
    let town = Town::new().await;
    let at_token = |code: String| {
        let town = &town;
        async move {
            let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
            town.world.form("/oauth/token", Some(&town.world.credentials(STORE)), &fields).await
        }
    };
    let code = town.code(STORE).await;
    town.exchange(STORE, &code).await.ok();
    assert_eq!(at_token(code).await.refusal(), (400, "invalid_grant".into()));
    let code = town.code(STORE).await;
    let gave = at_token(code.clone()).await.ok().json();
    let launch = gave["access_token"].as_str().unwrap();
    assert_eq!(town.world.introspect(STORE, launch).await["active"], true);
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40163);
    assert_eq!(town.world.introspect(STORE, launch).await["active"], false);
}

#[tokio::test]
async fn sixteen_parallel_log_ins_of_one_person_leave_every_one_of_them_able_to_decrypt() {
    let town = Arc::new(Town::new().await);
    let mut codes = vec![];
    for _ in 0..16 {
        codes.push(town.code(STORE).await);
    }
    let log_ins: Vec<_> = codes
        .into_iter()
        .map(|code| {
            let town = town.clone();
            tokio::spawn(async move { town.exchange(STORE, &code).await.json() })
        })
        .collect();
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    let mut keys = vec![];
    for log_in in log_ins {
        let answer = log_in.await.unwrap();
        keys.push(answer["session_key"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned());
    }
    let data = town.user_data(&launch, "profile").await.ok().json();
    for key in keys {
        assert_eq!(decrypt(&key, &data).unwrap()["nickName"], "Name of ana");
    }
}

#[tokio::test]
async fn a_key_turns_after_a_while_and_the_one_before_is_good_a_little_longer() {
    let town = Town::new().await;
    let (open_id, first) = town.log_in(STORE).await;
    assert_eq!(town.log_in(STORE).await.1, first);
    town.world.pass(Span::hours(1));
    let ana = town.world.sign_in("ana").await;
    let code = town.code_of(&ana, STORE, LOGIN_CODE).await;
    let answer = town.exchange(STORE, &code).await.json();
    let second = answer["session_key"].as_str().unwrap();
    assert_ne!(second, first);
    let token = town.token(STORE).await;
    assert_eq!(town.check(&token, &open_id, &first).await, 0);
    assert_eq!(town.check(&token, &open_id, second).await, 0);
    town.world.pass(Span::minutes(10));
    assert_eq!(town.check(&token, &open_id, &first).await, 87009);
    assert_eq!(town.check(&token, &open_id, second).await, 0);
}

#[tokio::test]
async fn a_reset_puts_another_key_in_the_place_of_the_one_that_is_known() {
    let town = Town::new().await;
    let (open_id, first) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    let answer = town.signed("wxa/resetusersessionkey", &token, &open_id, &first).await.json();
    assert_eq!((&answer["errcode"], &answer["openid"]), (&0.into(), &open_id.as_str().into()));
    let second = answer["session_key"].as_str().unwrap();
    assert_eq!(town.check(&token, &open_id, &first).await, 87009);
    assert_eq!(town.check(&token, &open_id, second).await, 0);
    let refused = town.signed("wxa/resetusersessionkey", &token, &open_id, &first).await;
    assert_eq!(errcode(&refused), 87009);
}

#[tokio::test]
async fn the_end_of_the_session_ends_its_codes_and_its_keys_at_once() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let (token, code) = (town.token(STORE).await, town.code(STORE).await);
    assert_eq!(town.check(&token, &open_id, &key).await, 0);
    town.world.sign_out(&town.ana).await.ok();
    assert_eq!(town.check(&token, &open_id, &key).await, 87009);
    assert_eq!(errcode(&town.signed("wxa/resetusersessionkey", &token, &open_id, &key).await), 87009);
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40029);
    // Back again, the person has another key.
    let ana = town.world.sign_in("ana").await;
    let answer = town.exchange(STORE, &town.code_of(&ana, STORE, LOGIN_CODE).await).await.json();
    assert_ne!(answer["session_key"], key.as_str());
    assert_eq!(town.check(&token, &open_id, &key).await, 87009);
}

#[tokio::test]
async fn signing_out_on_one_device_leaves_the_key_of_another_good() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    town.world.pass(Span::minutes(1));
    let other = town.world.sign_in("ana").await;
    let code = town.code_of(&other, STORE, LOGIN_CODE).await;
    assert_eq!(town.exchange(STORE, &code).await.json()["session_key"], key.as_str());
    town.world.pass(Span::minutes(1));
    town.world.sign_out(&other).await.ok();
    assert_eq!(town.check(&token, &open_id, &key).await, 0);
    let data = town.user_data(&launch, "profile").await.ok().json();
    assert_eq!(decrypt(&key, &data).unwrap()["nickName"], "Name of ana");
    assert_eq!(town.log_in(STORE).await.1, key, "nothing turned it");
    town.world.sign_out(&town.ana).await.ok();
    assert_eq!(town.check(&token, &open_id, &key).await, 87009);
}

#[tokio::test]
async fn a_device_that_never_opened_the_app_and_one_that_came_later_keep_no_key_good() {
    let town = Town::new().await;
    town.world.pass(Span::minutes(1));
    let idle = town.world.sign_in("ana").await;
    let (open_id, key) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    town.world.pass(Span::minutes(1));
    town.world.sign_out(&town.ana).await.ok();
    assert_eq!(town.check(&token, &open_id, &key).await, 87009, "the app was never entered there");
    town.world.sign_out(&idle).await.ok();
    town.world.pass(Span::minutes(1));
    let later = town.world.sign_in("ana").await;
    let code = town.code_of(&later, STORE, LOGIN_CODE).await;
    assert_eq!(town.check(&token, &open_id, &key).await, 87009, "a closed key is not opened again");
    assert_ne!(town.exchange(STORE, &code).await.json()["session_key"], key.as_str());
}

#[tokio::test]
async fn a_key_that_another_device_carries_can_be_reset() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    town.world.pass(Span::minutes(1));
    let other = town.world.sign_in("ana").await;
    town.exchange(STORE, &town.code_of(&other, STORE, LOGIN_CODE).await).await.ok();
    town.world.pass(Span::minutes(1));
    town.world.sign_out(&other).await.ok();
    let answer = town.signed("wxa/resetusersessionkey", &token, &open_id, &key).await.json();
    let next = answer["session_key"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(town.check(&token, &open_id, next).await, 0);
    assert_eq!(town.check(&token, &open_id, &key).await, 87009);
}

#[tokio::test]
async fn under_another_open_id_the_person_has_another_key() {
    const OLD: &str = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M";
    let town = Town::new().await;
    let ana = only_person(&town.world).await;
    let cyd = town.world.sign_in("cyd").await;
    let (live, app) = (&town.world.house.live, STORE.parse().unwrap());
    let people = live.store().people(Page { after: None, limit: 3 }).await.unwrap();
    let user = people.iter().find(|one| one.id.to_string() != ana).unwrap().id;
    let issuer = app_issuer(&app);
    let subject_index = live.vault().link_index(&issuer, OLD);
    let tied = Link {
        issuer: issuer.clone(),
        subject_index,
        user,
        proof: LinkProof::Import,
        linked_at: town.world.now(),
        open_id: Some(live.vault().seal_open_id(&app, OLD)),
    };
    town.world.house.commit(vec![Change::PersonHeld { user }, Change::Linked(tied)]).await.unwrap();
    town.world.launch_granting(&cyd, STORE, None).await;
    let log_in = async || {
        let code = town.code_of(&cyd, STORE, LOGIN_CODE).await;
        let answer = town.exchange(STORE, &code).await.json();
        [&answer["openid"], &answer["session_key"]].map(|one| one.as_str().unwrap().to_owned())
    };
    let [was, key] = log_in().await;
    assert_eq!(was, OLD);
    let undone = Change::Unlinked { issuer, subject_index, user, at: town.world.now() };
    town.world.house.commit(vec![undone]).await.unwrap();
    let [is, next] = log_in().await;
    assert!(is != OLD && next != key);
    let token = town.token(STORE).await;
    assert_eq!(town.check(&token, &is, &key).await, 87009);
    assert_eq!(town.check(&token, &is, &next).await, 0);
}

async fn only_person(world: &World) -> String {
    let people = world.house.live.store().people(Page { after: None, limit: 2 }).await.unwrap();
    assert_eq!(people.len(), 1);
    people[0].id.to_string()
}

#[tokio::test]
async fn a_blocked_person_and_a_suspended_app_show_here() {
    let town = Town::new().await;
    let (code, token) = (town.code(STORE).await, town.token(STORE).await);
    let user = only_person(&town.world).await;
    town.world.admin_post(&format!("/admin/v1/users/{user}/suspend"), serde_json::json!({})).await.ok();
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40226);
    town.world.admin_post(&format!("/admin/v1/apps/{STORE}/suspend"), serde_json::json!({})).await.ok();
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40013);
    assert_eq!(town.check(&token, "x", "x").await, 40013);
}
