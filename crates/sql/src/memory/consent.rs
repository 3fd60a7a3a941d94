//! Consent: standing decisions, history, and questions.

use std::collections::BTreeMap;

use portico_core::id::{ClientId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::consent::{ConsentEntry, ConsentRequest, Consents, Decision, Standing, Words};
use portico_core::scope::Scope;
use portico_store::Taken;

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn consents(&self, user: UserId, app: &ClientId) -> Consents {
        let about = |(owner, about, _): &(UserId, ClientId, _)| *owner == user && about == app;
        Consents(
            self.standing
                .rows()
                .filter(|(key, _)| about(key))
                .map(|(_, standing)| standing.clone())
                .collect(),
        )
    }

    pub(super) fn apps_of(&self, user: UserId) -> Vec<(ClientId, Option<Moment>)> {
        let decided = self.standing.rows().filter(|((owner, ..), _)| *owner == user);
        let mut apps: BTreeMap<_, _> = decided.map(|((_, app, _), _)| (app.clone(), None)).collect();
        let used = self.app_uses.rows().filter(|((owner, _), _)| *owner == user);
        apps.extend(used.map(|((_, app), at)| (app.clone(), Some(*at))));
        apps.into_iter().collect()
    }

    pub(super) fn consent_history(&self, user: UserId, limit: usize) -> Vec<ConsentEntry> {
        let mut lines: Vec<_> = self.history.rows().filter(|(_, entry)| entry.user == user).collect();
        lines.sort_by_key(|(number, entry)| std::cmp::Reverse((entry.at, **number)));
        lines.into_iter().take(limit).map(|(_, entry)| entry.clone()).collect()
    }

    pub(super) fn decide_consent(&mut self, entry: ConsentEntry) {
        let standing =
            Standing { scope: entry.scope.clone(), decision: entry.decision, decided_at: entry.at };
        self.standing.put((entry.user, entry.app.clone(), entry.scope.clone()), standing);
        let number = self.history.rows().next_back().map_or(1, |(last, _)| last + 1);
        self.history.put(number, entry);
    }

    pub(super) fn reopen_scope(&mut self, app: &ClientId, scope: &Scope, at: Moment, words: &Words) {
        let is_of = |key: &(UserId, ClientId, Scope)| key.1 == *app && key.2 == *scope;
        let granted = |standing: &Standing| standing.decision == Decision::Granted;
        let gone = self.standing.rows().filter(|(key, standing)| is_of(key) && granted(standing));
        let people: Vec<UserId> = gone.map(|((user, ..), _)| *user).collect();
        for user in people {
            let (app, scope, words) = (app.clone(), scope.clone(), words.clone());
            self.decide_consent(ConsentEntry { user, app, scope, decision: Decision::Withdrawn, at, words });
        }
        self.standing.clear_where(|key, _| is_of(key));
        self.requests.clear_where(|_, request| request.app == *app && request.closed_at.is_none());
    }

    pub(super) fn ask_consent(&mut self, request: ConsentRequest) -> Applied {
        free(!self.requests.has(&request.digest), Taken::Id)?;
        self.requests.put(request.digest, request);
        Ok(())
    }

    pub(super) fn open_consent(&mut self, digest: [u8; 32], cookie_digest: [u8; 32]) -> Applied {
        rewrite(&mut self.requests, digest, |request| {
            hold(request.opened.is_none() && request.closed_at.is_none())?;
            request.opened = Some(cookie_digest);
            Ok(())
        })
    }

    pub(super) fn close_consent(&mut self, digest: [u8; 32], at: Moment) -> Applied {
        rewrite(&mut self.requests, digest, |request| {
            hold(request.closed_at.is_none())?;
            request.closed_at = Some(at);
            Ok(())
        })
    }
}
