//! Events and their numbers.

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::id::EventSeq;
use portico_core::noun::event::Happening;
use portico_core::noun::session::EndReason;

use super::house::House;
use super::value::{at, token_id};

fn happened(when: i64) -> Change {
    Change::Happened { at: at(when), what: Happening::KeysRotated }
}

pub(super) async fn events_are_numbered_in_the_order_of_their_commits(house: House) {
    assert_eq!(house.store.event_bounds().await, Ok(Default::default()));
    let first = house.done(vec![happened(1), happened(2)]).await.events;
    assert!(first[0].seq < first[1].seq && first[0].at == at(1));
    let second = house.done(vec![happened(0)]).await.events;
    assert!(first[1].seq < second[0].seq);
    assert_eq!(house.store.event_bounds().await, Ok((second[0].seq, first[0].seq)));
    let results = house.race((0..16).map(|_| vec![happened(3), happened(3)]).collect()).await;
    let mut pairs: Vec<_> = results.into_iter().map(|result| result.unwrap().events).collect();
    pairs.sort_by_key(|pair| pair[0].seq);
    let seqs: Vec<_> = pairs.iter().flatten().map(|event| event.seq).collect();
    assert!(seqs.is_sorted_by(|a, b| a < b), "the events of one list stand together: {seqs:?}");
}

pub(super) async fn events_after_a_number_are_complete_and_in_order(house: House) {
    let events = house.done((1..=7).map(happened).collect()).await.events;
    let store = &house.store;
    assert_eq!(store.events_after(EventSeq(0), 100).await.as_ref(), Ok(&events));
    assert_eq!(store.events_after(events[2].seq, 2).await, Ok(events[3..5].to_vec()));
    assert_eq!(store.events_after(events[6].seq, 2).await, Ok(vec![]));
    assert_eq!(store.events_after(EventSeq(u64::MAX), 2).await, Ok(vec![]));
}

pub(super) async fn an_event_number_is_never_given_again_after_a_sweep(house: House) {
    let last = house.done((1..=3).map(happened).collect()).await.events[2].seq;
    let sweep =
        Sweep { spent_before: at(0), expired_before: at(0), events_before: at(100), ended_before: at(0) };
    house.done(vec![Change::Swept(sweep)]).await;
    assert_eq!(house.store.events_after(EventSeq(0), 10).await, Ok(vec![]));
    assert_eq!(house.store.event_bounds().await, Ok(Default::default()));
    let next = house.done(vec![happened(200)]).await.events[0].seq;
    assert!(next > last);
    assert_eq!(house.store.event_bounds().await, Ok((next, next)));
}

pub(super) async fn the_last_event_before_a_moment_is_found(house: House) {
    let events = house.done([1, 5, 5, 9].map(happened).to_vec()).await.events;
    let store = &house.store;
    assert_eq!(store.event_before(at(1)).await, Ok(EventSeq(0)));
    assert_eq!(store.event_before(at(5)).await, Ok(events[0].seq));
    assert_eq!(store.event_before(at(6)).await, Ok(events[2].seq));
    assert_eq!(store.event_before(at(99)).await, Ok(events[3].seq));
}

pub(super) async fn every_kind_of_event_reads_back(house: House) {
    let (user, app) = (house.user, house.app.clone());
    let kinds = [
        Happening::SessionEnded {
            session: house.session,
            user,
            reason: EndReason::PasswordChanged,
            clients: vec![house.host.clone(), app.clone()],
        },
        Happening::ConsentChanged {
            user,
            app: app.clone(),
            scope: "openid profile.basic".parse().unwrap(),
            removed: "email.verified".parse().unwrap(),
        },
        Happening::ProfileChanged { user, claims: vec!["name".to_owned()] },
        Happening::OpenIdUndone { user, app: app.clone(), open_id: vec![0, 1, 255] },
        Happening::TokenRevoked { client: app.clone(), token: token_id(3) },
        Happening::AppSuspended { app },
        Happening::KeysRotated,
    ];
    let changes = kinds.iter().map(|what| Change::Happened { at: at(4), what: what.clone() });
    let events = house.done(changes.collect()).await.events;
    assert_eq!(house.store.events_after(EventSeq(0), 10).await.as_ref(), Ok(&events));
    assert!(events.iter().map(|event| &event.what).eq(&kinds));
}
