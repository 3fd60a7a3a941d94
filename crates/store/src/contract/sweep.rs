//! Clearing away what has passed.

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::noun::code::{Code, CodeUse};
use portico_core::noun::consent::ConsentRequest;
use portico_core::noun::delivery::DeliveryState;
use portico_core::noun::event::Happening;
use portico_core::noun::key::SigningKeyRecord;

use super::house::House;
use super::value::{
    at, code, delivery, delivery_id, digest, family, family_id, gave, request, session, session_id,
    signing_key, token_id,
};
use crate::{CommitError, Taken};

fn swept(expired: i64, events: i64, ended: i64) -> Vec<Change> {
    let (spent_before, expired_before, events_before, ended_before) =
        (at(expired), at(expired), at(events), at(ended));
    vec![Change::Swept(Sweep { spent_before, expired_before, events_before, ended_before })]
}

pub(super) async fn a_sweep_clears_what_has_expired_and_keeps_the_rest(house: House) {
    let (user, session, store) = (house.user, house.session, &house.store);
    for (number, expires) in [(5, 99), (6, 100)] {
        let expires_at = at(expires);
        let issued = Code { expires_at, ..code(number, user, session, &house.app) };
        let asked = ConsentRequest { expires_at, ..request(number, user, session, &house.app) };
        let made =
            SigningKeyRecord { retires_at: Some(expires_at), ..signing_key(&format!("key {number}"), 1) };
        house
            .done(vec![
                Change::CodeIssued(issued),
                Change::ConsentAsked(asked),
                Change::TokenRevoked { token: token_id(number), until: expires_at },
                Change::AssertionUsed { digest: digest(number), until: expires_at },
                Change::KeyMade(made),
                Change::Happened { at: expires_at, what: Happening::KeysRotated },
            ])
            .await;
    }
    house.done(vec![Change::KeyMade(signing_key("key 7", 1))]).await;
    house.done(swept(100, 100, 100)).await;
    assert_eq!(store.code(&digest(5)).await, Ok(None));
    assert!(store.code(&digest(6)).await.unwrap().is_some());
    assert_eq!(store.consent_request(&digest(5)).await, Ok(None));
    assert!(store.consent_request(&digest(6)).await.unwrap().is_some());
    assert_eq!(store.revoked_tokens().await, Ok(vec![(token_id(6), at(100))]));
    let kids = store.signing_keys().await.unwrap().into_iter().map(|key| key.kid);
    assert_eq!(kids.collect::<Vec<_>>(), ["key 6", "key 7"]);
    let events = store.events_after(Default::default(), 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.at).collect::<Vec<_>>(), [at(100)]);
    assert_eq!(store.event_bounds().await, Ok((events[0].seq, events[0].seq)));
    let assert = |number| vec![Change::AssertionUsed { digest: digest(number), until: at(500) }];
    house.done(assert(5)).await;
    assert_eq!(house.refused(assert(6)).await, CommitError::Taken(Taken::Assertion));
}

pub(super) async fn a_used_code_is_kept_as_long_as_its_token_is_good(house: House) {
    for (number, until) in [(5, 900), (6, 20)] {
        let gave = CodeUse { token_expires_at: at(until), ..gave(number) };
        let issued = Change::CodeIssued(code(number, house.user, house.session, &house.app));
        house.done(vec![issued, Change::CodeUsed { digest: digest(number), gave }]).await;
    }
    let kept = |number| {
        let store = house.store.clone();
        async move { store.code(&digest(number)).await.unwrap().is_some() }
    };
    house.done(swept(60, 0, 0)).await;
    assert!(kept(5).await && kept(6).await);
    house.done(swept(900, 0, 0)).await;
    assert!(kept(5).await && !kept(6).await);
    house.done(swept(901, 0, 0)).await;
    assert!(!kept(5).await);
}

pub(super) async fn a_sweep_clears_ended_sessions_with_their_clients_and_families(house: House) {
    for (number, ended) in [(5, Some(99)), (6, Some(100)), (7, None)] {
        let begun = session(number, house.user, &house.host);
        let entered = Change::ClientEntered { session: begun.id, client: house.app.clone(), at: at(1) };
        let started = Change::FamilyStarted(family(number, begun.id, &house.app));
        let mut list = vec![Change::SessionStarted(begun.clone()), entered, started];
        list.extend(ended.map(|when| house.end(begun.id, when)));
        house.done(list).await;
    }
    house.done(swept(0, 0, 100)).await;
    for (number, there) in [(5, false), (6, true), (7, true)] {
        let id = session_id(number);
        assert_eq!(house.store.session(id).await.unwrap().is_some(), there);
        assert_eq!(house.store.clients_in(id).await.unwrap().len(), usize::from(there));
        assert_eq!(house.store.family(family_id(number)).await.unwrap().is_some(), there);
    }
}

pub(super) async fn a_sweep_keeps_deliveries_that_are_pending_or_failed(house: House) {
    use DeliveryState::{Delivered, Failed, Pending};
    for (number, state, queued) in [(1, Pending, 5), (2, Failed, 5), (3, Delivered, 5), (4, Delivered, 100)] {
        let mut queued_then = delivery(number, &house.app, house.user, house.session);
        queued_then.queued_at = at(queued);
        let id = delivery_id(number);
        let tried = Change::DeliveryTried { delivery: id, attempts: 1, next_at: at(9), state, error: None };
        house.done(vec![Change::DeliveryQueued(queued_then), tried]).await;
    }
    house.done(swept(10_000, 10_000, 100)).await;
    for (number, there) in [(1, true), (2, true), (3, false), (4, true)] {
        assert_eq!(house.store.delivery(delivery_id(number)).await.unwrap().is_some(), there, "{number}");
    }
}

pub(super) async fn a_large_sweep_clears_everything(house: House) {
    let revoke = |number| Change::TokenRevoked { token: token_id(number), until: at(50) };
    house.done((0..5000).map(revoke).collect()).await;
    let ended = (10_000..13_000).flat_map(|number| {
        let begun = session(number, house.user, &house.host);
        let end = house.end(begun.id, 50);
        [Change::SessionStarted(begun), end]
    });
    house.done(ended.collect()).await;
    house.done(vec![revoke(9000), swept(51, 0, 51).remove(0)]).await;
    assert_eq!(house.store.revoked_tokens().await, Ok(vec![]));
    house.done((0..5000).map(revoke).collect()).await;
    house.done(swept(51, 0, 0)).await;
    assert_eq!(house.store.revoked_tokens().await, Ok(vec![]));
    for number in [10_000, 11_500, 12_999] {
        assert_eq!(house.store.session(session_id(number)).await, Ok(None));
    }
}
