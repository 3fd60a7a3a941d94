//! People, handles and links.

use portico_core::Change;
use portico_core::id::UserId;
use portico_core::noun::link::Link;
use portico_core::noun::person::{Handle, HandleKind, Person};

use super::house::House;
use super::value::{at, decision, digest, handle, link, person, request, session_id, user_id};
use crate::{CommitError, Page, Taken};

fn created(number: u32, handles: &[Handle]) -> Change {
    Change::PersonCreated { person: person(number), handles: handles.to_vec() }
}

fn rewritten(house: &House, before: &str, after: &str, handles: &[Handle]) -> Vec<Change> {
    let (before, after) = (before.as_bytes().to_vec(), after.as_bytes().to_vec());
    vec![Change::ProfileRewritten { user: house.user, before, after, handles: handles.to_vec() }]
}

async fn found(house: &House, kind: HandleKind, number: u32) -> Option<UserId> {
    house.store.person_by_handle(kind, &digest(number)).await.unwrap()
}

pub(super) async fn a_person_reads_back_and_is_found_by_each_handle(house: House) {
    let handles = [HandleKind::Username, HandleKind::Email, HandleKind::Phone]
        .map(|kind| handle(kind, 5, kind != HandleKind::Phone));
    house.done(vec![created(5, &handles)]).await;
    assert_eq!(house.store.person(user_id(5)).await, Ok(Some(person(5))));
    assert_eq!(house.store.person(user_id(6)).await, Ok(None));
    for handle in handles {
        assert_eq!(found(&house, handle.kind, 5).await, Some(user_id(5)));
        let verified = house.store.handle_is_verified(handle.kind, &handle.index).await;
        assert_eq!(verified, Ok(handle.verified));
    }
    assert_eq!(house.store.handle_is_verified(HandleKind::Email, &digest(6)).await, Ok(false));
    let bare = Person { password: None, ..person(6) };
    house.done(vec![Change::PersonCreated { person: bare.clone(), handles: vec![] }]).await;
    assert_eq!(house.store.person(user_id(6)).await, Ok(Some(bare)));
    house.done(vec![Change::PasswordSet { user: user_id(6), hash: "$argon2id$6".to_owned() }]).await;
    assert_eq!(house.store.person(user_id(6)).await, Ok(Some(person(6))));
}

pub(super) async fn a_handle_of_one_kind_is_not_found_under_another(house: House) {
    house.done(vec![created(5, &[handle(HandleKind::Username, 5, true)])]).await;
    assert_eq!(found(&house, HandleKind::Email, 5).await, None);
    assert_eq!(found(&house, HandleKind::Phone, 5).await, None);
    house.done(vec![created(6, &[handle(HandleKind::Email, 5, true)])]).await;
    assert_eq!(found(&house, HandleKind::Username, 5).await, Some(user_id(5)));
    assert_eq!(found(&house, HandleKind::Email, 5).await, Some(user_id(6)));
}

pub(super) async fn a_verified_newcomer_takes_a_handle_over_from_an_unverified_holder(house: House) {
    house
        .done(vec![created(5, &[handle(HandleKind::Email, 5, false), handle(HandleKind::Phone, 5, false)])])
        .await;
    house.done(vec![created(6, &[handle(HandleKind::Email, 5, true)])]).await;
    assert_eq!(found(&house, HandleKind::Email, 5).await, Some(user_id(6)));
    assert_eq!(house.store.handle_is_verified(HandleKind::Email, &digest(5)).await, Ok(true));
    assert_eq!(found(&house, HandleKind::Phone, 5).await, Some(user_id(5)));
    house.done(rewritten(&house, "sealed 1", "anew", &[handle(HandleKind::Phone, 5, true)])).await;
    assert_eq!(found(&house, HandleKind::Phone, 5).await, Some(house.user));
}

pub(super) async fn a_verified_handle_is_not_given_away(house: House) {
    house.done(vec![created(5, &[handle(HandleKind::Phone, 5, true)])]).await;
    for verified in [true, false] {
        let claim = vec![created(6, &[handle(HandleKind::Phone, 5, verified)])];
        assert_eq!(house.refused(claim).await, CommitError::Taken(Taken::Phone));
    }
    assert_eq!(found(&house, HandleKind::Phone, 5).await, Some(user_id(5)));
    assert_eq!(house.store.person(user_id(6)).await, Ok(None));
}

pub(super) async fn a_verified_handle_moves_in_one_list_that_rewrites_its_holder_first(house: House) {
    house.done(vec![created(5, &[handle(HandleKind::Phone, 5, true)])]).await;
    let older = || Change::ProfileRewritten {
        user: user_id(5),
        before: person(5).sealed_profile,
        after: b"without".to_vec(),
        handles: vec![],
    };
    let newer = rewritten(&house, "sealed 1", "with", &[handle(HandleKind::Phone, 5, true)]).remove(0);
    assert_eq!(house.refused(vec![newer.clone(), older()]).await, CommitError::Taken(Taken::Phone));
    assert_eq!(found(&house, HandleKind::Phone, 5).await, Some(user_id(5)));
    house.done(vec![older(), newer]).await;
    assert_eq!(found(&house, HandleKind::Phone, 5).await, Some(house.user));
    assert_eq!(house.store.person(user_id(5)).await.unwrap().unwrap().sealed_profile, b"without");
}

pub(super) async fn an_unverified_newcomer_takes_no_handle_over(house: House) {
    house.done(vec![created(5, &[handle(HandleKind::Email, 5, false)])]).await;
    let claim = vec![created(6, &[handle(HandleKind::Email, 5, false)])];
    assert_eq!(house.refused(claim).await, CommitError::Taken(Taken::Email));
    assert_eq!(found(&house, HandleKind::Email, 5).await, Some(user_id(5)));
}

pub(super) async fn of_sixteen_racing_people_one_gets_the_username(house: House) {
    let create = |number| vec![created(100 + number, &[handle(HandleKind::Username, 5, true)])];
    let winner = house.one_of_sixteen(create, CommitError::Taken(Taken::Username)).await;
    assert_eq!(found(&house, HandleKind::Username, 5).await, Some(user_id(100 + winner)));
    assert_eq!(house.store.people(Page { after: None, limit: 100 }).await.unwrap().len(), 3);
}

pub(super) async fn a_rewritten_profile_has_its_new_handles_and_frees_the_old(house: House) {
    let handles = [handle(HandleKind::Username, 7, true), handle(HandleKind::Email, 1, false)];
    house.done(rewritten(&house, "sealed 1", "anew", &handles)).await;
    assert_eq!(house.store.person(house.user).await.unwrap().unwrap().sealed_profile, b"anew");
    assert_eq!(found(&house, HandleKind::Username, 1).await, None);
    assert_eq!(found(&house, HandleKind::Username, 7).await, Some(house.user));
    assert_eq!(house.store.handle_is_verified(HandleKind::Email, &digest(1)).await, Ok(false));
    house.done(vec![created(5, &[handle(HandleKind::Username, 1, true)])]).await;
    assert_eq!(found(&house, HandleKind::Username, 1).await, Some(user_id(5)));
}

pub(super) async fn a_profile_is_rewritten_only_from_the_one_that_was_read(house: House) {
    let rewrite = |number: u32| rewritten(&house, "sealed 1", &format!("anew {number}"), &[]);
    let winner = house.one_of_sixteen(rewrite, CommitError::Conflict).await;
    let now = house.store.person(house.user).await.unwrap().unwrap();
    assert_eq!(now.sealed_profile, format!("anew {winner}").into_bytes());
}

pub(super) async fn an_erased_person_leaves_only_that_there_was_somebody(house: House) {
    let (user, store) = (house.user, &house.store);
    let refused = decision(user, &house.other_app, "x", portico_core::noun::consent::Decision::Refused, 3);
    let asked = request(5, user, house.session, &house.app);
    house.done(vec![Change::ConsentDecided(refused), Change::ConsentAsked(asked)]).await;
    house.done(vec![house.end(session_id(1), 4), Change::PersonErased { user, at: at(5) }]).await;
    let left = Person {
        erased_at: Some(at(5)),
        password: None,
        wrapped_key: vec![],
        sealed_profile: vec![],
        ..person(1)
    };
    assert_eq!(store.person(user).await, Ok(Some(left.clone())));
    assert_eq!(found(&house, HandleKind::Username, 1).await, None);
    assert_eq!(found(&house, HandleKind::Email, 1).await, None);
    assert_eq!(store.person_by_link("https://issuer.example", &digest(1)).await, Ok(None));
    assert_eq!(store.consents(user, &house.app).await.unwrap().0, []);
    assert_eq!(store.consent_history(user, 10).await, Ok(vec![]));
    assert_eq!(store.consent_request(&digest(5)).await, Ok(None));
    assert_eq!(store.session(house.session).await.unwrap().unwrap().sealed_label, Vec::<u8>::new());
    let late = Change::AppUsed { user, app: house.app.clone(), at: at(6) };
    house.done(vec![late, Change::PersonErased { user, at: at(9) }]).await;
    assert_eq!(store.apps_of(user).await, Ok(vec![]));
    assert_eq!(store.person(user).await, Ok(Some(left)));
}

pub(super) async fn a_blocked_person_is_not_held_until_the_block_is_lifted(house: House) {
    let block = |when: Option<i64>| vec![Change::PersonBlocked { user: house.user, at: when.map(at) }];
    let held = || vec![Change::PersonHeld { user: house.user }];
    house.done(block(Some(5))).await;
    assert_eq!(house.store.person(house.user).await.unwrap().unwrap().blocked_at, Some(at(5)));
    assert_eq!(house.refused(held()).await, CommitError::Conflict);
    house.done(block(None)).await;
    house.done(held()).await;
}

pub(super) async fn a_password_is_held_until_another_is_set(house: House) {
    let held = |user, hash: Option<&str>| vec![Change::PasswordHeld { user, hash: hash.map(str::to_owned) }];
    let user = house.user;
    let before = house.store.person(user).await.unwrap().unwrap().password;
    house.done(held(user, before.as_deref())).await;
    house.done(vec![Change::PasswordSet { user, hash: "$argon2id$anew".to_owned() }]).await;
    assert_eq!(house.refused(held(user, before.as_deref())).await, CommitError::Conflict);
    assert_eq!(house.refused(held(user, None)).await, CommitError::Conflict);
    house.done(held(user, Some("$argon2id$anew"))).await;
    let bare = Person { password: None, ..person(6) };
    house.done(vec![Change::PersonCreated { person: bare, handles: vec![] }]).await;
    house.done(held(user_id(6), None)).await;
    assert_eq!(house.refused(held(user_id(99), None)).await, CommitError::Conflict);
}

pub(super) async fn an_identity_elsewhere_belongs_to_one_person(house: House) {
    let tie = |number| vec![Change::Linked(link(5, user_id(100 + number)))];
    let winner = house.one_of_sixteen(tie, CommitError::Taken(Taken::Link)).await;
    let store = &house.store;
    let there = store.person_by_link("https://issuer.example", &digest(5)).await;
    assert_eq!(there, Ok(Some(user_id(100 + winner))));
    assert_eq!(store.person_by_link("https://other.example", &digest(5)).await, Ok(None));
    assert_eq!(store.person_by_link("https://issuer.example", &digest(6)).await, Ok(None));
    let mut elsewhere = link(5, house.user);
    elsewhere.issuer = "https://other.example".to_owned();
    house.done(vec![Change::Linked(elsewhere)]).await;
    assert_eq!(store.person_by_link("https://other.example", &digest(5)).await, Ok(Some(house.user)));
}

pub(super) async fn the_identities_of_a_person_come_earliest_first(house: House) {
    let (user, store) = (house.user, &house.store);
    let late = Link { linked_at: at(9), ..link(5, user) };
    let early = Link { linked_at: at(2), issuer: "https://other.example".to_owned(), ..link(6, user) };
    house.done(vec![Change::Linked(late.clone()), Change::Linked(early.clone())]).await;
    assert_eq!(store.links_of(user).await, Ok(vec![link(1, user), early, late]));
    assert_eq!(store.links_of(user_id(999)).await, Ok(vec![]));
    house.done(vec![Change::PersonErased { user, at: at(10) }]).await;
    assert_eq!(store.links_of(user).await, Ok(vec![]));
}

pub(super) async fn people_come_in_pages_complete_and_in_order(house: House) {
    house.done((3..10).rev().map(|number| created(number, &[])).collect()).await;
    let mut people = Vec::new();
    loop {
        let page = Page { after: people.last().copied(), limit: 4 };
        let next = house.store.people(page).await.unwrap();
        assert!(next.len() <= 4);
        if next.is_empty() {
            break;
        }
        people.extend(next.into_iter().map(|person| person.id));
    }
    assert_eq!(people, (1..10).map(user_id).collect::<Vec<_>>());
}
