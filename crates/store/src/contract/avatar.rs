//! People's pictures.

use portico_core::Change;
use portico_core::id::UserId;

use super::house::House;
use super::value::{at, user_id};
use crate::CommitError;

fn set(user: UserId, sealed: &[u8]) -> Change {
    Change::AvatarSet { user, sealed: sealed.to_vec() }
}

pub(super) async fn an_avatar_reads_back_as_it_was_set_and_the_last_one_stands(house: House) {
    let (user, store) = (house.user, &house.store);
    assert_eq!(store.avatar(user).await, Ok(None));
    house.done(vec![set(user, b"first")]).await;
    assert_eq!(store.avatar(user).await, Ok(Some(b"first".to_vec())));
    let large = vec![7; 1024 * 1024];
    house.done(vec![set(user, &large)]).await;
    assert_eq!(store.avatar(user).await, Ok(Some(large)));
}

pub(super) async fn an_avatar_is_removed_and_removing_none_changes_nothing(house: House) {
    let user = house.user;
    house.done(vec![set(user, b"first")]).await;
    for _ in 0..2 {
        house.done(vec![Change::AvatarRemoved { user }]).await;
        assert_eq!(house.store.avatar(user).await, Ok(None));
    }
    house.done(vec![Change::AvatarRemoved { user: user_id(999) }]).await;
}

pub(super) async fn an_avatar_goes_with_its_person_and_none_comes_after(house: House) {
    let user = house.user;
    house.done(vec![set(user, b"first")]).await;
    house.done(vec![Change::PersonErased { user, at: at(5) }]).await;
    assert_eq!(house.store.avatar(user).await, Ok(None));
    for nobody in [user, user_id(999)] {
        assert_eq!(house.refused(vec![set(nobody, b"late")]).await, CommitError::Conflict);
        assert_eq!(house.store.avatar(nobody).await, Ok(None));
    }
}

pub(super) async fn an_avatar_and_its_profile_change_together_or_not_at_all(house: House) {
    let user = house.user;
    let rewritten = |before: &[u8]| Change::ProfileRewritten {
        user,
        before: before.to_vec(),
        after: b"anew".to_vec(),
        handles: vec![],
    };
    let stale = vec![set(user, b"picture"), rewritten(b"not what is there")];
    assert_eq!(house.refused(stale).await, CommitError::Conflict);
    assert_eq!(house.store.avatar(user).await, Ok(None));
    house.done(vec![rewritten(b"sealed 1"), set(user, b"picture")]).await;
    assert_eq!(house.store.avatar(user).await, Ok(Some(b"picture".to_vec())));
}
