//! Sessions and the clients entered in them.

use portico_core::Change;
use portico_core::id::SessionId;
use portico_core::noun::event::Happening;
use portico_core::noun::session::{EndReason, Ended, Session};

use super::house::House;
use super::value::{app, at, client_id, digest, session, session_id, user_id};
use crate::{CommitError, Page};

fn ids(sessions: Vec<Session>) -> Vec<SessionId> {
    sessions.into_iter().map(|session| session.id).collect()
}

pub(super) async fn a_session_reads_back_and_is_found_by_its_cookie(house: House) {
    let begun = house.begin(5).await;
    let store = &house.store;
    assert_eq!(store.session(begun.id).await, Ok(Some(begun.clone())));
    assert_eq!(store.session_by_cookie(&digest(5)).await, Ok(Some(begun)));
    assert_eq!(store.session_by_cookie(&digest(6)).await, Ok(None));
    for number in [6, 7] {
        let bare =
            Session { cookie_digest: None, sealed_label: vec![], ..session(number, house.user, &house.host) };
        house.done(vec![Change::SessionStarted(bare.clone())]).await;
        assert_eq!(store.session(bare.id).await, Ok(Some(bare)));
    }
}

pub(super) async fn a_session_ends_once(house: House) {
    let end = |number: u32| {
        let reason = EndReason::ALL[number as usize % 7];
        vec![Change::SessionEnded { session: house.session, at: at(i64::from(number)), reason }]
    };
    let winner = house.one_of_sixteen(end, CommitError::Conflict).await;
    let ended = house.store.session(house.session).await.unwrap().unwrap().ended;
    let (at, reason) = (at(i64::from(winner)), EndReason::ALL[winner as usize % 7]);
    assert_eq!(ended, Some(Ended { at, reason }));
}

pub(super) async fn a_guard_holds_until_the_session_expires_or_ends(house: House) {
    let held = |now| vec![Change::SessionHeld { session: house.session, now: at(now) }];
    house.done(held(0)).await;
    house.done(held(9_999)).await;
    assert_eq!(house.refused(held(10_000)).await, CommitError::Conflict);
    house.done(vec![house.end(house.session, 5)]).await;
    assert_eq!(house.refused(held(0)).await, CommitError::Conflict);
}

pub(super) async fn a_touch_moves_a_live_session_forward_and_nothing_else(house: House) {
    let begun = house.begin(5).await;
    let touch = |used, expires| {
        vec![Change::SessionTouched { session: begun.id, used_at: at(used), expires_at: at(expires) }]
    };
    let now = || async {
        let session = house.store.session(begun.id).await.unwrap().unwrap();
        (session.used_at, session.expires_at)
    };
    house.done(touch(100, 10_100)).await;
    assert_eq!(now().await, (at(100), at(10_100)));
    house.done(touch(50, 10_050)).await;
    assert_eq!(now().await, (at(100), at(10_100)));
    house.done(touch(10_100, 20_000)).await;
    assert_eq!(now().await, (at(100), at(10_100)));
    house.done(vec![house.end(begun.id, 200)]).await;
    house.done(touch(300, 10_300)).await;
    assert_eq!(now().await, (at(100), at(10_100)));
    let nobody = Change::SessionTouched { session: session_id(99), used_at: at(1), expires_at: at(2) };
    house.done(vec![nobody]).await;
    assert_eq!(house.store.session(session_id(99)).await, Ok(None));
}

pub(super) async fn signing_in_again_renews_the_session_and_its_cookie(house: House) {
    let begun = house.begin(5).await;
    let again = |when, cookie_digest| {
        let expires_at = at(when + 10_000);
        let method = format!("pwd otp {when}");
        vec![Change::SessionReauthenticated {
            session: begun.id,
            at: at(when),
            method,
            cookie_digest,
            expires_at,
        }]
    };
    house.done(again(100, Some(digest(50)))).await;
    let renewed = Session {
        authenticated_at: at(100),
        used_at: at(100),
        method: "pwd otp 100".to_owned(),
        cookie_digest: Some(digest(50)),
        expires_at: at(10_100),
        ..begun.clone()
    };
    assert_eq!(house.store.session_by_cookie(&digest(50)).await, Ok(Some(renewed.clone())));
    assert_eq!(house.store.session_by_cookie(&digest(5)).await, Ok(None));
    house.done(again(200, None)).await;
    let method = "pwd otp 200".to_owned();
    let (authenticated_at, used_at, expires_at) = (at(200), at(200), at(10_200));
    let kept = Session { authenticated_at, used_at, method, expires_at, ..renewed };
    assert_eq!(house.store.session_by_cookie(&digest(50)).await, Ok(Some(kept)));
}

pub(super) async fn the_clients_of_a_session_come_in_the_order_of_entry(house: House) {
    let enter =
        |client: &str| Change::ClientEntered { session: house.session, client: client_id(client), at: at(2) };
    let names = ["zebra", "apple", "north.taxi", "zebra", "mango"];
    for name in names {
        house.done(vec![enter(name)]).await;
    }
    let expected = ["north.taxi", "zebra", "apple", "mango"].map(client_id);
    assert_eq!(house.store.clients_in(house.session).await, Ok(expected.to_vec()));
    house.done(vec![Change::ClientsCounted { session: house.session, count: 4 }]).await;
    assert_eq!(house.store.clients_in(session_id(99)).await, Ok(vec![]));
}

/// A sign-out tells the clients it has counted; one that enters meanwhile is told too or is not in.
pub(super) async fn an_end_never_misses_a_client_that_entered_before_it(house: House) {
    for number in 100..140 {
        let begun = house.begin(number).await;
        let enter = vec![
            Change::SessionHeld { session: begun.id, now: at(1) },
            Change::ClientEntered { session: begun.id, client: house.app.clone(), at: at(1) },
        ];
        let told = Happening::SessionEnded {
            session: begun.id,
            user: house.user,
            reason: EndReason::SignedOut,
            clients: vec![],
        };
        let end = vec![
            Change::ClientsCounted { session: begun.id, count: 0 },
            house.end(begun.id, 1),
            Change::Happened { at: at(1), what: told },
        ];
        let results = house.race(vec![enter, end]).await;
        let entered = house.store.clients_in(begun.id).await.unwrap().len();
        let ended = house.store.session(begun.id).await.unwrap().unwrap().ended.is_some();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!((entered, ended), if results[0].is_ok() { (1, false) } else { (0, true) });
    }
}

pub(super) async fn a_person_sees_open_sessions_latest_first(house: House) {
    for (number, when) in [(5, 50), (6, 70), (7, 60), (8, 80)] {
        let begun = Session { started_at: at(when), ..session(number, house.user, &house.host) };
        house.done(vec![Change::SessionStarted(begun)]).await;
    }
    house.done(vec![house.end(session_id(8), 90)]).await;
    let sessions = house.store.sessions_of(house.user).await.unwrap();
    assert_eq!(ids(sessions), [6, 7, 5, 1].map(session_id));
}

pub(super) async fn the_first_session_of_a_person_is_known_although_it_ended(house: House) {
    let first = || house.store.first_session_of(house.user);
    house.begin(5).await;
    assert_eq!(first().await, Ok(Some(house.session)));
    house.done(vec![house.end(house.session, 90)]).await;
    assert_eq!(first().await, Ok(Some(house.session)));
    assert_eq!(house.store.first_session_of(user_id(99)).await, Ok(None));
}

pub(super) async fn sessions_through_a_client_come_in_pages_complete_and_in_order(house: House) {
    house.done(vec![Change::ClientRegistered(Box::new(app("west.shop", "north")))]).await;
    for number in (5..12).rev() {
        let begun = session(number, house.user, &client_id("west.shop"));
        house.done(vec![Change::SessionStarted(begun)]).await;
    }
    house.done(vec![house.end(session_id(8), 90)]).await;
    let mut found: Vec<SessionId> = Vec::new();
    loop {
        let page = Page { after: found.last().copied(), limit: 2 };
        let next = house.store.sessions_through(&client_id("west.shop"), page).await.unwrap();
        if next.is_empty() {
            break;
        }
        found.extend(ids(next));
    }
    assert_eq!(found, [5, 6, 7, 9, 10, 11].map(session_id));
}

pub(super) async fn expired_sessions_come_longest_first(house: House) {
    for (number, when) in [(5, 50), (6, 30), (7, 40), (8, 20)] {
        let begun = Session { expires_at: at(when), ..session(number, house.user, &house.host) };
        house.done(vec![Change::SessionStarted(begun)]).await;
    }
    house.done(vec![house.end(session_id(8), 10)]).await;
    let store = &house.store;
    assert_eq!(ids(store.sessions_expired(at(29), 10).await.unwrap()), []);
    assert_eq!(ids(store.sessions_expired(at(40), 10).await.unwrap()), [6, 7].map(session_id));
    assert_eq!(ids(store.sessions_expired(at(99), 2).await.unwrap()), [6, 7].map(session_id));
    let ended = Change::SessionEnded { session: session_id(6), at: at(30), reason: EndReason::Expired };
    house.done(vec![ended]).await;
    assert_eq!(ids(store.sessions_expired(at(99), 2).await.unwrap()), [7, 5].map(session_id));
}

pub(super) async fn live_sessions_are_counted(house: House) {
    let short = Session { expires_at: at(50), ..session(5, house.user, &house.host) };
    house.done(vec![Change::SessionStarted(short)]).await;
    house.begin(6).await;
    house.done(vec![house.end(session_id(6), 10)]).await;
    assert_eq!(house.store.sessions_live(at(49)).await, Ok(3));
    assert_eq!(house.store.sessions_live(at(50)).await, Ok(2));
    assert_eq!(house.store.sessions_live(at(10_000)).await, Ok(0));
}
