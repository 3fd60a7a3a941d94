//! Families of refresh tokens, and tokens revoked one by one.

use portico_core::Change;
use portico_core::noun::event::Happening;
use portico_core::noun::family::Family;

use super::house::House;
use super::value::{at, family, family_id, session, token_id};
use crate::CommitError;

fn rotated(number: u32, generation: u32, when: i64) -> Change {
    Change::FamilyRotated { family: family_id(number), generation, at: at(when) }
}

pub(super) async fn a_family_reads_back_as_it_was_started(house: House) {
    let started = family(5, house.session, &house.app);
    let revoked = Family { revoked_at: Some(at(3)), ..family(6, house.session, &house.host) };
    house.done(vec![Change::FamilyStarted(started.clone()), Change::FamilyStarted(revoked.clone())]).await;
    assert_eq!(house.store.family(family_id(5)).await, Ok(Some(started.clone())));
    assert_eq!(house.store.family(family_id(6)).await, Ok(Some(revoked)));
    assert_eq!(house.store.family(family_id(7)).await, Ok(None));
    house.done(vec![rotated(5, 2, 9)]).await;
    let next = Family { generation: 2, rotated_at: at(9), ..started };
    assert_eq!(house.store.family(family_id(5)).await, Ok(Some(next)));
}

pub(super) async fn of_sixteen_racing_rotations_of_one_generation_one_wins(house: House) {
    for generation in 2..6 {
        let rotate = |number: u32| {
            let now = at(i64::from(number));
            vec![
                Change::SessionHeld { session: house.session, now },
                rotated(1, generation, i64::from(number)),
            ]
        };
        let winner = house.one_of_sixteen(rotate, CommitError::Conflict).await;
        let family = house.store.family(family_id(1)).await.unwrap().unwrap();
        assert_eq!((family.generation, family.rotated_at), (generation, at(i64::from(winner))));
    }
}

pub(super) async fn a_revoked_family_does_not_rotate(house: House) {
    let revoke = |when| Change::FamilyRevoked { family: family_id(1), at: at(when) };
    house.done(vec![rotated(1, 2, 1), revoke(5)]).await;
    assert_eq!(house.refused(vec![rotated(1, 3, 6)]).await, CommitError::Conflict);
    let family = house.store.family(family_id(1)).await.unwrap().unwrap();
    assert_eq!((family.generation, family.revoked_at), (2, Some(at(5))));
}

pub(super) async fn revoking_again_keeps_the_first_moment(house: House) {
    for when in [5, 9] {
        house.done(vec![Change::FamilyRevoked { family: family_id(1), at: at(when) }]).await;
    }
    house.done(vec![Change::FamilyRevoked { family: family_id(99), at: at(9) }]).await;
    let family = house.store.family(family_id(1)).await.unwrap().unwrap();
    assert_eq!(family.revoked_at, Some(at(5)));
}

/// The events of both lists tell which was committed first.
pub(super) async fn a_rotation_never_follows_the_end_of_its_session(house: House) {
    for number in 100..140 {
        let begun = session(number, house.user, &house.host);
        let started = family(number, begun.id, &house.app);
        house.done(vec![Change::SessionStarted(begun.clone()), Change::FamilyStarted(started)]).await;
        let marked = |change, what| vec![change, Change::Happened { at: at(10), what }];
        let mut rotate = marked(rotated(number, 2, 10), Happening::KeysRotated);
        rotate.insert(0, Change::SessionHeld { session: begun.id, now: at(10) });
        let suspended = Happening::AppSuspended { app: house.app.clone() };
        let results = house.race(vec![marked(house.end(begun.id, 10), suspended), rotate]).await;
        let ended = results[0].as_ref().expect("nothing stands in the way of signing out").events[0].seq;
        let generation = house.store.family(family_id(number)).await.unwrap().unwrap().generation;
        match &results[1] {
            Ok(done) => assert!(done.events[0].seq < ended && generation == 2),
            Err(refusal) => assert!(*refusal == CommitError::Conflict && generation == 1),
        }
    }
}

pub(super) async fn a_revoked_token_is_listed_until_it_is_swept(house: House) {
    let revoke = |number, until| Change::TokenRevoked { token: token_id(number), until: at(until) };
    house.done(vec![revoke(1, 100), revoke(2, 50), revoke(1, 100), revoke(3, 80), revoke(3, 20)]).await;
    let store = &house.store;
    let all = [(token_id(2), at(50)), (token_id(3), at(80)), (token_id(1), at(100))];
    assert_eq!(store.revoked_tokens().await, Ok(all.to_vec()));
}
