//! Withdrawing consent: one permission of an app, or all.

use crate::change::Change;
use crate::id::UserId;
use crate::moment::Moment;
use crate::noun::client::Client;
use crate::noun::consent::{ConsentEntry, Consents, Decision, Words};
use crate::rule::{agree, cover};
use crate::scope::ScopeSet;

/// The changes that leave only `keep` of what the app may see; `openid` always stays.
///
/// Naming in `keep` what is not granted grants nothing. Empty if nothing is to be withdrawn.
pub fn withdraw(
    user: UserId,
    client: &Client,
    before: &Consents,
    keep: &ScopeSet,
    now: Moment,
) -> Vec<Change> {
    let Some(app) = client.app() else { return vec![] };
    let gone = cover::standing(app, before).only(|scope| !scope.is_openid() && !keep.contains(scope));
    // A grant for a scope that has left the manifest is invisible now, but would come back to
    // life if the scope did; withdrawing means all of it.
    let dormant = before.0.iter().filter(|standing| {
        standing.decision == Decision::Granted
            && !app.names(&standing.scope)
            && !keep.contains(&standing.scope)
    });
    let scopes = gone.iter().cloned().chain(dormant.map(|standing| standing.scope.clone()));
    let entry = |scope| ConsentEntry {
        user,
        app: client.id.clone(),
        scope,
        decision: Decision::Withdrawn,
        at: now,
        words: Words { app_name: client.name.clone(), ..Words::default() },
    };
    let entries: Vec<_> = scopes.map(entry).collect();
    let after = agree::apply(before, &entries);
    let mut changes: Vec<_> = entries.into_iter().map(Change::ConsentDecided).collect();
    changes.extend(agree::shift(user, &client.id, app, before, &after, now));
    changes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use crate::noun::event::Happening;
    use crate::rule::sample::{NOW, client, consents, scopes, user};

    fn before() -> Consents {
        consents(&[
            ("profile.basic", Decision::Granted),
            ("phone.verified", Decision::Granted),
            ("email.verified", Decision::Refused),
        ])
    }

    #[test]
    fn what_is_not_kept_is_withdrawn_and_told() {
        let taxi = client("org.example.taxi");
        let changes = withdraw(user(1), &taxi, &before(), &scopes("openid profile.basic"), NOW);
        let Change::ConsentDecided(entry) = &changes[0] else { panic!() };
        assert_eq!((entry.scope.as_str(), entry.decision), ("phone.verified", Decision::Withdrawn));
        let Change::Happened { what: Happening::ConsentChanged { scope, removed, .. }, .. } = &changes[1]
        else {
            panic!()
        };
        assert_eq!((scope, removed), (&scopes("openid profile.basic"), &scopes("phone.verified")));
        assert_eq!(changes.len(), 2);
    }

    #[test]
    fn keeping_what_was_never_granted_grants_nothing() {
        let taxi = client("org.example.taxi");
        let keep = scopes("profile.basic phone.verified email.verified kyc.status");
        assert!(withdraw(user(1), &taxi, &before(), &keep, NOW).is_empty());
    }

    #[test]
    fn withdrawing_all_twice_changes_nothing_the_second_time() {
        let taxi = client("org.example.taxi");
        assert_eq!(withdraw(user(1), &taxi, &before(), &ScopeSet::empty(), NOW).len(), 3);
        let gone = consents(&[("profile.basic", Decision::Withdrawn)]);
        assert!(withdraw(user(1), &taxi, &gone, &ScopeSet::empty(), NOW).is_empty());
    }
}
