//! Consent: standing decisions, history, and questions.

use portico_core::Change;
use portico_core::noun::consent::{ConsentEntry, Decision, Words};

use super::house::House;
use super::value::{at, decision, digest, person, request, user_id};
use crate::CommitError;

fn decided(house: &House, scope: &str, what: Decision, when: i64) -> ConsentEntry {
    decision(house.user, &house.app, scope, what, when)
}

pub(super) async fn the_last_decision_stands_and_every_one_is_in_the_history(house: House) {
    let store = &house.store;
    let mut lines = vec![decided(&house, "profile.basic", Decision::Granted, 1)];
    let turns = [Decision::Withdrawn, Decision::Refused, Decision::Granted, Decision::Granted];
    for (when, what) in (2..).zip(turns) {
        let mut line = decided(&house, "profile.basic", what, when);
        if what == Decision::Withdrawn {
            line.words = Words::default();
        }
        house.done(vec![Change::ConsentDecided(line.clone())]).await;
        lines.insert(0, line);
        assert_eq!(store.consent_history(house.user, 10).await.as_ref(), Ok(&lines));
        let standing = store.consents(house.user, &house.app).await.unwrap();
        assert_eq!(standing.of(&"profile.basic".parse().unwrap()), Some(what));
        assert_eq!(standing.0.len(), 1);
        assert_eq!(standing.0[0].decided_at, at(when));
    }
}

pub(super) async fn the_history_of_consent_comes_latest_first(house: House) {
    let line = |scope, when| Change::ConsentDecided(decided(&house, scope, Decision::Granted, when));
    house.done(vec![line("a", 5), line("b", 9), line("c", 5), line("d", 7)]).await;
    let scopes =
        |lines: Vec<ConsentEntry>| lines.iter().map(|line| line.scope.to_string()).collect::<Vec<_>>();
    let all = house.store.consent_history(house.user, 10).await.unwrap();
    assert_eq!(scopes(all), ["b", "d", "c", "a", "profile.basic"]);
    let latest = house.store.consent_history(house.user, 2).await.unwrap();
    assert_eq!(scopes(latest), ["b", "d"]);
}

pub(super) async fn decisions_about_one_app_say_nothing_about_another(house: House) {
    let entry = decided(&house, "email.verified", Decision::Granted, 3);
    house.done(vec![Change::ConsentDecided(entry)]).await;
    let store = &house.store;
    assert_eq!(store.consents(house.user, &house.app).await.unwrap().0.len(), 2);
    assert_eq!(store.consents(house.user, &house.other_app).await.unwrap().0, []);
    assert_eq!(store.consents(house.other_user, &house.app).await.unwrap().0, []);
}

pub(super) async fn a_scope_that_is_reopened_is_undecided_for_everybody_and_nothing_else_is(house: House) {
    let decided = |user, app, scope, said| Change::ConsentDecided(decision(user, app, scope, said, 3));
    let (user, other, app) = (house.user, user_id(3), &house.app);
    house
        .done(vec![
            Change::PersonCreated { person: person(3), handles: vec![] },
            decided(user, app, "union_id", Decision::Granted),
            decided(other, app, "union_id", Decision::Refused),
            decided(user, &house.other_app, "union_id", Decision::Granted),
        ])
        .await;
    let before = house.store.consents(user, app).await.unwrap().0.len();
    let scope = "union_id".parse().unwrap();
    let words = decision(user, app, "union_id", Decision::Withdrawn, 9).words;
    let reopened = Change::ScopeReopened { app: app.clone(), scope, at: at(9), words };
    house.done(vec![reopened]).await;
    let store = &house.store;
    let of = async |user, app| store.consents(user, app).await.unwrap();
    let scope = "union_id".parse().unwrap();
    assert_eq!(of(user, app).await.0.len(), before - 1);
    assert_eq!(of(user, app).await.of(&scope), None);
    assert_eq!(of(other, app).await.of(&scope), None);
    assert_eq!(of(user, &house.other_app).await.of(&scope), Some(Decision::Granted));
    let line = decision(user, app, "union_id", Decision::Withdrawn, 9);
    assert_eq!(store.consent_history(user, 1).await, Ok(vec![line]));
    let theirs = store.consent_history(other, 1).await.unwrap();
    assert_eq!(theirs[0].decision, Decision::Refused);
}

pub(super) async fn the_apps_of_a_person_are_those_used_or_decided_about(house: House) {
    let decided = decision(house.user, &house.other_app, "profile.basic", Decision::Refused, 3);
    house.done(vec![Change::ConsentDecided(decided)]).await;
    let used = Change::AppUsed { user: house.user, app: house.host.clone(), at: at(8) };
    house.done(vec![used]).await;
    let expected = [
        (house.host.clone(), Some(at(8))),
        (house.app.clone(), Some(at(1))),
        (house.other_app.clone(), None),
    ];
    assert_eq!(house.store.apps_of(house.user).await, Ok(expected.to_vec()));
}

pub(super) async fn only_the_latest_use_of_an_app_is_kept(house: House) {
    for when in [5, 9, 7] {
        house.done(vec![Change::AppUsed { user: house.user, app: house.app.clone(), at: at(when) }]).await;
    }
    assert_eq!(house.store.apps_of(house.user).await, Ok(vec![(house.app.clone(), Some(at(9)))]));
}

pub(super) async fn a_question_is_opened_by_one_browser_and_answered_once(house: House) {
    let store = &house.store;
    let mut asked = request(5, house.user, house.session, &house.app);
    house.done(vec![Change::ConsentAsked(asked.clone())]).await;
    assert_eq!(store.consent_request(&digest(5)).await, Ok(Some(asked.clone())));
    assert_eq!(store.consent_request(&digest(6)).await, Ok(None));
    let open = |cookie| vec![Change::ConsentOpened { digest: digest(5), cookie_digest: digest(cookie) }];
    house.done(open(50)).await;
    assert_eq!(house.refused(open(51)).await, CommitError::Conflict);
    let close = |when| vec![Change::ConsentClosed { digest: digest(5), at: at(when) }];
    house.done(close(20)).await;
    assert_eq!(house.refused(close(21)).await, CommitError::Conflict);
    (asked.opened, asked.closed_at) = (Some(digest(50)), Some(at(20)));
    assert_eq!(store.consent_request(&digest(5)).await, Ok(Some(asked)));
    let mut unopened = request(6, house.user, house.session, &house.app);
    unopened.resume = None;
    let answered = Change::ConsentClosed { digest: digest(6), at: at(20) };
    house.done(vec![Change::ConsentAsked(unopened), answered]).await;
    let late = Change::ConsentOpened { digest: digest(6), cookie_digest: digest(60) };
    assert_eq!(house.refused(vec![late]).await, CommitError::Conflict);
}

pub(super) async fn of_sixteen_browsers_that_open_a_question_one_gets_it(house: House) {
    let asked = request(5, house.user, house.session, &house.app);
    house.done(vec![Change::ConsentAsked(asked)]).await;
    let open = |number| vec![Change::ConsentOpened { digest: digest(5), cookie_digest: digest(50 + number) }];
    let winner = house.one_of_sixteen(open, CommitError::Conflict).await;
    let opened = house.store.consent_request(&digest(5)).await.unwrap().unwrap().opened;
    assert_eq!(opened, Some(digest(50 + winner)));
}
