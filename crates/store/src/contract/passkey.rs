//! Passkeys.

use portico_core::Change;
use portico_core::noun::passkey::Passkey;

use super::house::House;
use super::value::{at, digest, passkey};
use crate::{CommitError, Taken};

pub(super) async fn a_passkey_reads_back_as_it_was_added(house: House) {
    let fresh = passkey(10, house.user);
    let used = Passkey { used_at: Some(at(3)), ..passkey(11, house.user) };
    for added in [fresh, used] {
        house.done(vec![Change::PasskeyAdded(added.clone())]).await;
        assert_eq!(house.store.passkey(&added.digest).await, Ok(Some(added)));
    }
    assert_eq!(house.store.passkey(&digest(99)).await, Ok(None));
}

pub(super) async fn the_passkeys_of_a_person_come_oldest_first_and_nobody_elses(house: House) {
    let later = Passkey { created_at: at(9), ..passkey(10, house.user) };
    let earlier = passkey(11, house.user);
    let theirs = passkey(12, house.other_user);
    let all = [later.clone(), earlier.clone(), theirs];
    house.done(all.into_iter().map(Change::PasskeyAdded).collect()).await;
    assert_eq!(house.store.passkeys_of(house.user).await, Ok(vec![earlier, later]));
    let undone = Change::PasskeyRemoved { digest: digest(12), user: house.other_user };
    house.done(vec![undone]).await;
}

pub(super) async fn a_credential_belongs_to_one_person(house: House) {
    house.done(vec![Change::PasskeyAdded(passkey(10, house.user))]).await;
    for user in [house.user, house.other_user] {
        let again = vec![Change::PasskeyAdded(passkey(10, user))];
        assert_eq!(house.refused(again).await, CommitError::Taken(Taken::Passkey));
    }
    assert_eq!(house.store.passkey(&digest(10)).await, Ok(Some(passkey(10, house.user))));
}

pub(super) async fn of_sixteen_racing_uses_of_one_counter_one_is_taken(house: House) {
    let added = passkey(10, house.user);
    house.done(vec![Change::PasskeyAdded(added.clone())]).await;
    let uses = |number: u32| {
        vec![Change::PasskeyUsed {
            digest: digest(10),
            before: added.sealed_credential.clone(),
            after: format!("after {number}").into_bytes(),
            at: at(i64::from(number)),
        }]
    };
    let winner = house.one_of_sixteen(uses, CommitError::Conflict).await;
    let now = house.store.passkey(&digest(10)).await.unwrap().unwrap();
    assert_eq!(now.sealed_credential, format!("after {winner}").into_bytes());
    assert_eq!(now.used_at, Some(at(i64::from(winner))));
    assert_eq!(now.sealed_name, added.sealed_name);
}

pub(super) async fn of_sixteen_racing_additions_under_one_count_one_is_taken(house: House) {
    let (user, store) = (house.user, &house.store);
    let add = |number: u32| {
        let added = Change::PasskeyAdded(passkey(100 + number, user));
        vec![Change::PasskeysCounted { user, count: 0 }, added]
    };
    let winner = house.one_of_sixteen(add, CommitError::Conflict).await;
    assert_eq!(store.passkeys_of(user).await, Ok(vec![passkey(100 + winner, user)]));
}

pub(super) async fn a_passkey_is_renamed_and_removed_by_its_person_alone(house: House) {
    let user = house.user;
    house.done(vec![Change::PasskeyAdded(passkey(10, user)), Change::PasskeyAdded(passkey(11, user))]).await;
    let rename = |user| Change::PasskeyRenamed { digest: digest(10), user, sealed_name: b"anew".to_vec() };
    let remove = |user| Change::PasskeyRemoved { digest: digest(10), user };
    for theirs in [rename(house.other_user), remove(house.other_user)] {
        assert_eq!(house.refused(vec![theirs]).await, CommitError::Conflict);
    }
    house.done(vec![rename(user)]).await;
    let renamed = Passkey { sealed_name: b"anew".to_vec(), ..passkey(10, user) };
    assert_eq!(house.store.passkey(&digest(10)).await, Ok(Some(renamed)));
    house.done(vec![remove(user)]).await;
    assert_eq!(house.store.passkeys_of(user).await, Ok(vec![passkey(11, user)]));
    assert_eq!(house.refused(vec![remove(user)]).await, CommitError::Conflict);
}

pub(super) async fn the_passkeys_of_an_erased_person_are_gone(house: House) {
    house.done(vec![Change::PasskeyAdded(passkey(10, house.user))]).await;
    house.done(vec![Change::PersonErased { user: house.user, at: at(5) }]).await;
    assert_eq!(house.store.passkey(&digest(10)).await, Ok(None));
    assert_eq!(house.store.passkeys_of(house.user).await, Ok(vec![]));
}
