//! What the WeChat-compatible face keeps.

use portico_core::Change;
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};

use super::house::House;
use super::value::{app, app_token, at, session_id, session_key};
use crate::CommitError;

/// The generation of the one there at the beginning is 1.
fn turned(house: &House, generation: u32) -> SessionKey {
    SessionKey { since: at(i64::from(generation) * 10), ..session_key(generation, house.user, &house.app) }
}

pub(super) async fn a_session_key_turns_one_generation_at_a_time(house: House) {
    let store = &house.store;
    assert_eq!(store.session_key(&house.other_app, house.user).await, Ok(None));
    assert_eq!(store.session_key(&house.app, house.other_user).await, Ok(None));
    for generation in [2, 3] {
        house.done(vec![Change::SessionKeyTurned(turned(&house, generation))]).await;
        let now = store.session_key(&house.app, house.user).await;
        assert_eq!(now, Ok(Some(turned(&house, generation))));
    }
    for generation in [0, 1, 2, 3, 5, u32::MAX] {
        let refused = house.refused(vec![Change::SessionKeyTurned(turned(&house, generation))]).await;
        assert_eq!(refused, CommitError::Conflict, "{generation}");
    }
    let late = SessionKey { app: house.other_app.clone(), ..turned(&house, 2) };
    assert_eq!(house.refused(vec![Change::SessionKeyTurned(late)]).await, CommitError::Conflict);
}

pub(super) async fn of_sixteen_racing_turns_of_a_session_key_one_is_taken(house: House) {
    for generation in [2, 3] {
        let turn = |number: u32| {
            let session = session_id(100 + number);
            vec![Change::SessionKeyTurned(SessionKey { session, ..turned(&house, generation) })]
        };
        let winner = house.one_of_sixteen(turn, CommitError::Conflict).await;
        let now = house.store.session_key(&house.app, house.user).await.unwrap().unwrap();
        assert_eq!((now.generation, now.session), (generation, session_id(100 + winner)));
    }
    let first = |number: u32| {
        let (app, session) = (house.other_app.clone(), session_id(100 + number));
        vec![Change::SessionKeyTurned(SessionKey { app, session, ..turned(&house, 1) })]
    };
    house.one_of_sixteen(first, CommitError::Conflict).await;
}

pub(super) async fn a_session_key_is_given_while_its_generation_is_current(house: House) {
    let give = |generation, number| {
        let (app, user, session) = (house.app.clone(), house.user, session_id(number));
        vec![Change::SessionKeyGiven { app, user, generation, session }]
    };
    house.done(give(1, 7)).await;
    let now = house.store.session_key(&house.app, house.user).await;
    let first = session_key(1, house.user, &house.app);
    assert_eq!(now, Ok(Some(SessionKey { session: session_id(7), ..first })));
    house.done(vec![Change::SessionKeyTurned(turned(&house, 2))]).await;
    for generation in [1, 3] {
        assert_eq!(house.refused(give(generation, 8)).await, CommitError::Conflict);
    }
    house.done(give(2, 8)).await;
}

pub(super) async fn the_two_access_tokens_of_an_app_turn_by_themselves(house: House) {
    let token = |kind, generation| AppToken {
        since: at(i64::from(generation) * 10),
        earlier: (1..generation).rev().map(|before| at(i64::from(before) * 10)).collect(),
        ..app_token(kind, generation, &house.app)
    };
    let now = async |kind| house.store.app_token(&house.app, kind).await.unwrap();
    let turn = |kind, generation| vec![Change::AppTokenTurned(token(kind, generation))];
    assert_eq!(now(AppTokenKind::Stable).await, None);
    house.done(turn(AppTokenKind::Fresh, 2)).await;
    house.done(turn(AppTokenKind::Stable, 1)).await;
    assert_eq!(now(AppTokenKind::Fresh).await, Some(token(AppTokenKind::Fresh, 2)));
    assert_eq!(now(AppTokenKind::Stable).await, Some(token(AppTokenKind::Stable, 1)));
    house.done(turn(AppTokenKind::Fresh, 3)).await;
    assert_eq!(now(AppTokenKind::Fresh).await, Some(token(AppTokenKind::Fresh, 3)));
    for (kind, generation) in [(AppTokenKind::Fresh, 3), (AppTokenKind::Fresh, 5), (AppTokenKind::Stable, 1)]
    {
        assert_eq!(house.refused(turn(kind, generation)).await, CommitError::Conflict);
    }
    let race = |number: u32| {
        let later = AppToken { since: at(i64::from(number)), ..token(AppTokenKind::Stable, 2) };
        vec![Change::AppTokenTurned(later)]
    };
    let winner = house.one_of_sixteen(race, CommitError::Conflict).await;
    assert_eq!(now(AppTokenKind::Stable).await.unwrap().since, at(i64::from(winner)));
}

pub(super) async fn keys_and_tokens_go_with_their_person_and_their_app(house: House) {
    let store = &house.store;
    let elsewhere = session_key(1, house.user, &house.other_app);
    let theirs = session_key(1, house.other_user, &house.app);
    let both = [Change::SessionKeyTurned(elsewhere.clone()), Change::SessionKeyTurned(theirs)];
    house.done(both.to_vec()).await;
    house.done(vec![Change::ClientRemoved { client: house.app.clone() }]).await;
    for user in [house.user, house.other_user] {
        assert_eq!(store.session_key(&house.app, user).await, Ok(None));
    }
    assert_eq!(store.app_token(&house.app, AppTokenKind::Fresh).await, Ok(None));
    assert_eq!(store.session_key(&house.other_app, house.user).await, Ok(Some(elsewhere)));
    house.done(vec![Change::PersonErased { user: house.user, at: at(9) }]).await;
    assert_eq!(store.session_key(&house.other_app, house.user).await, Ok(None));
}

pub(super) async fn an_app_is_found_by_its_wechat_style_id(house: House) {
    let store = &house.store;
    assert_eq!(store.app_by_wx_id("wx-north.taxi").await, Ok(Some(house.app.clone())));
    for unknown in ["north.taxi", "wx-north.tax", "WX-north.taxi", ""] {
        assert_eq!(store.app_by_wx_id(unknown).await, Ok(None), "{unknown}");
    }
    house.done(vec![Change::ClientRemoved { client: house.app.clone() }]).await;
    assert_eq!(store.app_by_wx_id("wx-north.taxi").await, Ok(None));
    house.done(vec![Change::ClientRegistered(Box::new(app("north.taxi", "north")))]).await;
    assert_eq!(store.app_by_wx_id("wx-north.taxi").await, Ok(Some(house.app.clone())));
}
