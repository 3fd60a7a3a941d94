//! Sessions, the clients entered in them, and when an app was last used.

use std::cmp::Reverse;

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::{EndReason, Ended, Session};
use portico_store::{Page, Taken};

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn session_held(&self, session: SessionId, now: Moment) -> Applied {
        hold(self.sessions.get(&session).is_some_and(|session| session.is_live(now)))
    }

    pub(super) fn clients_counted(&self, session: SessionId, count: usize) -> Applied {
        hold(self.entered.get(&session).map_or(0, Vec::len) == count)
    }

    pub(super) fn session_by_cookie(&self, digest: &[u8; 32]) -> Option<Session> {
        self.sessions.values().find(|session| session.cookie_digest.as_ref() == Some(digest)).cloned()
    }

    fn open_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().filter(|session| session.ended.is_none())
    }

    pub(super) fn sessions_of(&self, user: UserId) -> Vec<Session> {
        let mut sessions: Vec<_> =
            self.open_sessions().filter(|session| session.user == user).cloned().collect();
        sessions.sort_by_key(|session| Reverse((session.started_at, session.id)));
        sessions.truncate(1000);
        sessions
    }

    pub(super) fn first_session_of(&self, user: UserId) -> Option<SessionId> {
        let theirs = self.sessions.values().filter(|session| session.user == user);
        theirs.map(|session| (session.started_at, session.id)).min().map(|(_, id)| id)
    }

    pub(super) fn sessions_through(&self, client: &ClientId, page: Page<SessionId>) -> Vec<Session> {
        let sessions = self.open_sessions().filter(|session| session.client == *client);
        sessions
            .filter(|session| page.after.is_none_or(|after| session.id > after))
            .take(page.limit)
            .cloned()
            .collect()
    }

    pub(super) fn sessions_expired(&self, at: Moment, limit: usize) -> Vec<Session> {
        let mut sessions: Vec<_> =
            self.open_sessions().filter(|session| session.expires_at <= at).cloned().collect();
        sessions.sort_by_key(|session| (session.expires_at, session.id));
        sessions.truncate(limit);
        sessions
    }

    pub(super) fn count_live(&self, at: Moment) -> u64 {
        self.sessions.values().filter(|session| session.is_live(at)).count() as u64
    }

    pub(super) fn start_session(&mut self, session: Session) -> Applied {
        free(!self.sessions.has(&session.id) && self.cookie_is_free(&session), Taken::Id)?;
        self.sessions.put(session.id, session);
        Ok(())
    }

    fn cookie_is_free(&self, session: &Session) -> bool {
        let there = session.cookie_digest.and_then(|digest| self.session_by_cookie(&digest));
        there.is_none_or(|there| there.id == session.id)
    }

    pub(super) fn reauthenticate(
        &mut self,
        id: SessionId,
        at: Moment,
        method: String,
        cookie_digest: Option<[u8; 32]>,
        expires_at: Moment,
    ) -> Applied {
        self.session_held(id, at)?;
        rewrite(&mut self.sessions, id, |session| {
            session.authenticated_at = at;
            session.method = method;
            session.used_at = session.used_at.max(at);
            session.cookie_digest = cookie_digest.or(session.cookie_digest);
            session.expires_at = expires_at;
            Ok(())
        })?;
        let alone = self.sessions.get(&id).is_none_or(|session| {
            let mut others = self.sessions.values().filter(|other| other.id != id);
            session.cookie_digest.is_none()
                || !others.any(|other| other.cookie_digest == session.cookie_digest)
        });
        free(alone, Taken::Id)
    }

    pub(super) fn touch_session(&mut self, id: SessionId, used_at: Moment, expires_at: Moment) {
        let Some(session) = self.sessions.get(&id) else { return };
        if session.is_live(used_at) && session.used_at <= used_at {
            let session = Session { used_at, expires_at, ..session.clone() };
            self.sessions.put(id, session);
        }
    }

    pub(super) fn end_session(&mut self, id: SessionId, at: Moment, reason: EndReason) -> Applied {
        rewrite(&mut self.sessions, id, |session| {
            hold(session.ended.is_none())?;
            session.ended = Some(Ended { at, reason });
            Ok(())
        })
    }

    pub(super) fn enter_client(&mut self, session: SessionId, client: ClientId) {
        let mut entered = self.entered.get(&session).cloned().unwrap_or_default();
        if !entered.contains(&client) {
            entered.push(client);
            self.entered.put(session, entered);
        }
    }

    /// Takes a client that was removed out of every session.
    pub(super) fn leave_sessions(&mut self, client: &ClientId) {
        let left: Vec<_> = self.entered.rows().filter(|(_, clients)| clients.contains(client)).collect();
        let left: Vec<_> = left.into_iter().map(|(session, clients)| (*session, clients.clone())).collect();
        for (session, mut clients) in left {
            clients.retain(|entered| entered != client);
            self.entered.put(session, clients);
        }
    }

    pub(super) fn clear_labels(&mut self, user: UserId) {
        let theirs: Vec<_> = self.sessions.values().filter(|session| session.user == user).cloned().collect();
        for mut session in theirs {
            session.sealed_label.clear();
            self.sessions.put(session.id, session);
        }
    }

    pub(super) fn use_app(&mut self, user: UserId, app: ClientId, at: Moment) {
        if self.people.get(&user).is_some_and(|person| person.erased_at.is_some()) {
            return;
        }
        let latest = self.app_uses.get(&(user, app.clone())).copied().map_or(at, |before| before.max(at));
        self.app_uses.put((user, app), latest);
    }
}
