//! OpenIDs that came from elsewhere, and what one app's people are to another.

use portico_core::Change;
use portico_core::id::{ClientId, UserId};
use portico_core::noun::link::{Link, PastLink, app_issuer};

use super::house::House;
use super::value::{agreement, at, client_id, digest, link, open_id, person, user_id};
use crate::{CommitError, ImportFacts, Known, Page, Resolution, Resolved, Taken};

fn undone(link: &Link, when: i64) -> Change {
    let Link { issuer, subject_index, user, .. } = link.clone();
    Change::Unlinked { issuer, subject_index, user, at: at(when) }
}

fn used(user: UserId, app: &ClientId) -> Change {
    Change::AppUsed { user, app: app.clone(), at: at(3) }
}

/// So many more people, from this number on.
async fn people(house: &House, numbers: std::ops::Range<u32>) {
    let create = |number| Change::PersonCreated { person: person(number), handles: vec![] };
    house.done(numbers.map(create).collect()).await;
}

pub(super) async fn an_open_id_from_elsewhere_is_one_of_a_person_at_an_app(house: House) {
    let (store, user, app) = (&house.store, house.user, &house.app);
    assert_eq!(store.open_id(user, app).await, Ok(None));
    assert_eq!(store.has_open_ids(app).await, Ok(false));
    let first = open_id(50, user, app);
    house.done(vec![Change::Linked(first.clone())]).await;
    assert_eq!(store.open_id(user, app).await, Ok(first.open_id.clone()));
    assert_eq!(store.has_open_ids(app).await, Ok(true));
    assert_eq!(store.person_by_link(&app_issuer(app), &digest(50)).await, Ok(Some(user)));
    assert_eq!(store.links_of(user).await, Ok(vec![first, link(1, user)]));
    for (app, user) in [(app, house.other_user), (&house.other_app, user)] {
        assert_eq!(store.open_id(user, app).await, Ok(None));
    }
    assert_eq!(store.has_open_ids(&house.other_app).await, Ok(false));
    let of_another = open_id(50, house.other_user, app);
    let second = open_id(51, user, app);
    for taken in [of_another, second] {
        let refused = house.refused(vec![Change::Linked(taken)]).await;
        assert_eq!(refused, CommitError::Taken(Taken::Link));
    }
    // An identity that is no OpenID is not counted, wherever it is from.
    let marked = Link { open_id: None, ..open_id(52, user, app) };
    let elsewhere = open_id(50, user, &house.other_app);
    house.done(vec![Change::Linked(marked), Change::Linked(elsewhere)]).await;
}

pub(super) async fn an_open_id_that_was_undone_is_history_and_makes_room(house: House) {
    let (store, user, app) = (&house.store, house.user, &house.app);
    let first = open_id(50, user, app);
    house.done(vec![Change::Linked(first.clone()), undone(&first, 4)]).await;
    assert_eq!(store.open_id(user, app).await, Ok(None));
    assert_eq!(store.has_open_ids(app).await, Ok(false));
    let past = PastLink { link: first.clone(), unlinked_at: at(4) };
    assert_eq!(store.past_links_of(user, 10).await, Ok(vec![past]));
    let second = open_id(51, user, app);
    house.done(vec![Change::Linked(second.clone())]).await;
    let third = open_id(52, user, app);
    house.done(vec![undone(&second, 5), Change::Linked(third.clone())]).await;
    assert_eq!(store.open_id(user, app).await, Ok(third.open_id));
    house.done(vec![Change::Linked(open_id(50, house.other_user, app)), undone(&first_of(&house), 6)]).await;
}

/// The OpenID that the other person has in the case above.
fn first_of(house: &House) -> Link {
    open_id(50, house.other_user, &house.app)
}

pub(super) async fn of_sixteen_racing_open_ids_of_one_person_one_is_taken(house: House) {
    let import = |number: u32| vec![Change::Linked(open_id(100 + number, house.user, &house.app))];
    let winner = house.one_of_sixteen(import, CommitError::Taken(Taken::Link)).await;
    let theirs = open_id(100 + winner, house.user, &house.app).open_id;
    assert_eq!(house.store.open_id(house.user, &house.app).await, Ok(theirs));
}

pub(super) async fn a_guard_knows_where_an_open_id_comes_from(house: House) {
    let (user, app) = (house.user, &house.other_app);
    let held = |imported| Change::OpenIdHeld { user, app: app.clone(), imported };
    let unissued = || Change::OpenIdUnissued { user, app: app.clone() };
    house.done(vec![held(false), unissued()]).await;
    assert_eq!(house.refused(vec![held(true)]).await, CommitError::Conflict);
    let theirs = open_id(50, user, app);
    // What tells it is not the use of another app, nor another person's.
    house.done(vec![used(user, &house.app), used(house.user, &house.host), unissued()]).await;
    house.done(vec![Change::Linked(theirs.clone()), held(true), unissued()]).await;
    assert_eq!(house.refused(vec![held(false)]).await, CommitError::Conflict);
    house.done(vec![used(user, app)]).await;
    assert_eq!(house.refused(vec![unissued()]).await, CommitError::Conflict);
    house.done(vec![undone(&theirs, 5), held(false)]).await;
    assert_eq!(house.refused(vec![unissued()]).await, CommitError::Conflict);
}

pub(super) async fn an_import_and_a_first_launch_never_both_have_their_way(house: House) {
    people(&house, 100..140).await;
    let app = &house.other_app;
    for number in 100..140 {
        let user = user_id(number);
        let import = vec![
            Change::PersonHeld { user },
            Change::OpenIdUnissued { user, app: app.clone() },
            Change::Linked(open_id(number, user, app)),
        ];
        let launch = vec![Change::OpenIdHeld { user, app: app.clone(), imported: false }, used(user, app)];
        let results = house.race(vec![import, launch]).await;
        let [imported, launched] = &results[..] else { panic!("two lists were committed") };
        assert!(imported.is_ok() != launched.is_ok(), "{results:?}");
        assert_eq!(house.store.open_id(user, app).await.unwrap().is_some(), imported.is_ok());
        let used = house.store.apps_of(user).await.unwrap();
        assert_eq!(!used.is_empty(), launched.is_ok());
    }
}

pub(super) async fn links_under_one_issuer_come_in_pages_complete_and_in_order(house: House) {
    people(&house, 60..67).await;
    let all: Vec<Link> = (60..67).map(|number| open_id(number, user_id(number), &house.app)).collect();
    house.done(all.iter().rev().cloned().map(Change::Linked).collect()).await;
    house.done(vec![Change::Linked(open_id(63, house.user, &house.other_app))]).await;
    let mut found: Vec<Link> = Vec::new();
    loop {
        let after = found.last().map(|link| link.subject_index);
        let next = house.store.links_at(&app_issuer(&house.app), Page { after, limit: 3 }).await.unwrap();
        if next.is_empty() {
            break;
        }
        assert!(next.len() <= 3);
        found.extend(next);
    }
    assert_eq!(found, all);
    let none = house.store.links_at("app:north", Page { after: None, limit: 9 }).await;
    assert_eq!(none, Ok(vec![]));
}

pub(super) async fn whom_identities_belong_to_is_told_in_order(house: House) {
    people(&house, 70..72).await;
    let (app, issuer) = (&house.app, app_issuer(&house.app));
    let all = [
        open_id(80, user_id(70), app),
        open_id(81, user_id(71), app),
        open_id(82, user_id(71), &house.other_app),
    ];
    house.done(all.map(Change::Linked).to_vec()).await;
    let asked = [81, 999, 80, 82, 81].map(digest);
    let expected = vec![Some(user_id(71)), None, Some(user_id(70)), None, Some(user_id(71))];
    assert_eq!(house.store.people_by_links(&issuer, &asked).await, Ok(expected));
    assert_eq!(house.store.people_by_links(&issuer, &[]).await, Ok(vec![]));
    assert_eq!(house.store.people_by_links("app:nobody", &asked[..1]).await, Ok(vec![None]));
    let many: Vec<_> = (0..1000).map(|number| digest(80 + number % 2)).collect();
    let found = house.store.people_by_links(&issuer, &many).await.unwrap();
    assert_eq!(found.len(), 1000);
    assert!(found.iter().enumerate().all(|(place, who)| *who == Some(user_id(70 + place as u32 % 2))));
}

pub(super) async fn what_stands_in_the_way_of_an_import_is_told_in_order(house: House) {
    let app = &house.app;
    people(&house, 70..75).await;
    house
        .done(vec![
            Change::PersonBlocked { user: user_id(74), at: Some(at(2)) },
            Change::Linked(open_id(80, user_id(70), app)),
            Change::Linked(open_id(81, user_id(71), &house.other_app)),
            Change::PersonErased { user: user_id(73), at: at(2) },
        ])
        .await;
    let free = ImportFacts { exists: true, ..ImportFacts::default() };
    let cases = [
        ((user_id(999), 90), ImportFacts::default()),
        ((user_id(73), 90), ImportFacts::default()),
        ((user_id(74), 90), ImportFacts::default()),
        ((user_id(72), 90), free.clone()),
        ((house.user, 90), ImportFacts { issued: true, ..free.clone() }),
        ((house.other_user, 90), free.clone()),
        ((user_id(72), 80), ImportFacts { holder: Some(user_id(70)), ..free.clone() }),
        ((user_id(70), 80), ImportFacts { holder: Some(user_id(70)), ..free.clone() }),
        ((user_id(70), 90), ImportFacts { has_another: true, ..free.clone() }),
        ((user_id(71), 81), free),
    ];
    let asked: Vec<_> = cases.iter().map(|((user, index), _)| (*user, digest(*index))).collect();
    let facts: Vec<_> = cases.iter().map(|(_, facts)| facts.clone()).collect();
    assert_eq!(house.store.import_facts(app, &asked).await, Ok(facts));
    assert_eq!(house.store.import_facts(app, &[]).await, Ok(vec![]));
    let many: Vec<_> = (0..1000).map(|number| (user_id(70 + number % 2), digest(80))).collect();
    let facts = house.store.import_facts(app, &many).await.unwrap();
    assert_eq!(facts.len(), 1000);
    assert!(facts.iter().all(|facts| facts.exists && facts.holder == Some(user_id(70))));
}

pub(super) async fn the_people_of_one_app_are_resolved_to_what_another_knows(house: House) {
    let (from, to) = (&house.app, &house.other_app);
    people(&house, 70..78).await;
    let there = open_id(81, user_id(71), to);
    house
        .done(vec![
            used(user_id(70), from),
            used(user_id(70), to),
            used(user_id(71), from),
            used(user_id(75), from),
            // Opened one of the two only.
            used(user_id(76), to),
            used(user_id(77), from),
            used(house.user, to),
            Change::Linked(there.clone()),
            Change::Linked(open_id(82, user_id(72), from)),
            used(user_id(72), to),
            Change::Linked(open_id(83, user_id(73), from)),
            Change::Linked(open_id(84, user_id(74), from)),
            Change::Linked(open_id(84, user_id(74), to)),
            Change::Linked(open_id(85, user_id(75), to)),
            used(user_id(75), to),
        ])
        .await;
    let derived = |user| Some(Resolved { user, open_id: None });
    let imported = |index, user| Some(Resolved { user, open_id: open_id(index, user, to).open_id });
    let cases = [
        (Known::Derived(user_id(70)), derived(user_id(70))),
        (Known::Derived(user_id(71)), imported(81, user_id(71))),
        (Known::Imported(digest(82)), derived(user_id(72))),
        (Known::Imported(digest(83)), None),
        (Known::Imported(digest(84)), imported(84, user_id(74))),
        (Known::Derived(user_id(75)), imported(85, user_id(75))),
        (Known::Imported(digest(81)), None),
        (Known::Derived(user_id(76)), None),
        (Known::Derived(user_id(77)), None),
        // In whose place another came from elsewhere.
        (Known::Derived(user_id(72)), None),
        (Known::Derived(house.user), derived(house.user)),
        (Known::Derived(user_id(999)), None),
        (Known::Imported(digest(999)), None),
    ];
    let (asked, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let answered = |agreed, people: &[Option<Resolved>]| Ok(Resolution { agreed, people: people.to_vec() });
    assert_eq!(house.store.resolve(from, to, &asked).await, answered(false, &expected));
    assert_eq!(house.store.resolve(from, to, &[]).await, answered(false, &[]));
    house.done(vec![Change::AgreementRegistered(agreement(from, to))]).await;
    assert_eq!(house.store.resolve(from, to, &asked).await, answered(true, &expected));
    assert_eq!(house.store.resolve(from, to, &[]).await, answered(true, &[]));
    assert!(!house.store.resolve(to, from, &asked).await.unwrap().agreed);
    // The order is kept, and what is asked twice is answered twice, however much it is.
    let many: Vec<_> = asked.iter().copied().cycle().take(1000).collect();
    let answers: Vec<_> = expected.iter().cloned().cycle().take(1000).collect();
    assert_eq!(house.store.resolve(from, to, &many).await, answered(true, &answers));
    let nowhere = house.store.resolve(from, &client_id("nobody"), &asked).await.unwrap();
    assert!(!nowhere.agreed && nowhere.people.iter().all(Option::is_none));
}

pub(super) async fn an_erased_person_is_resolved_no_more(house: House) {
    let (from, to) = (&house.app, &house.other_app);
    let all = [open_id(50, house.user, from), open_id(51, house.user, to)].map(Change::Linked);
    house.done(all.to_vec()).await;
    house.done(vec![used(house.user, to)]).await;
    let asked = [Known::Derived(house.user), Known::Imported(digest(50))];
    let found = house.store.resolve(from, to, &asked).await.unwrap();
    assert!(found.people[1].is_some());
    house.done(vec![Change::PersonErased { user: house.user, at: at(9) }, used(house.user, to)]).await;
    let nobody = Resolution { agreed: false, people: vec![None, None] };
    assert_eq!(house.store.resolve(from, to, &asked).await, Ok(nobody));
    assert_eq!(house.store.open_id(house.user, to).await, Ok(None));
    let facts = house.store.import_facts(to, &[(house.user, digest(51))]).await;
    assert_eq!(facts, Ok(vec![ImportFacts::default()]));
    // Whom it was is not kept: it can be somebody else's.
    house.done(vec![Change::Linked(open_id(50, house.other_user, from)), undone(&first_of(&house), 9)]).await;
}

pub(super) async fn the_open_ids_of_a_removed_app_are_gone(house: House) {
    let (store, user) = (&house.store, house.user);
    let elsewhere = open_id(51, user, &house.other_app);
    let all = [open_id(50, user, &house.app), elsewhere.clone()].map(Change::Linked);
    house.done(all.to_vec()).await;
    house.done(vec![Change::ClientRemoved { client: house.app.clone() }]).await;
    assert_eq!(store.links_of(user).await, Ok(vec![elsewhere.clone(), link(1, user)]));
    assert_eq!(store.open_id(user, &house.app).await, Ok(None));
    assert_eq!(store.has_open_ids(&house.app).await, Ok(false));
    assert_eq!(store.open_id(user, &house.other_app).await, Ok(elsewhere.open_id));
    house.done(vec![Change::Linked(open_id(50, user, &house.app))]).await;
}
