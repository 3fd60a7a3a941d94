//! Writes that nobody waits for: last uses, grouped and written down now and then.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::{Moment, Span};
use portico_store::CommitError;

use crate::{Live, LiveSession};

/// The most of each kind that waits; beyond it a use goes unwritten, which only ages it.
const MOST: usize = 100_000;
/// How much later a use of an app must be to be written down again.
const APP_EVERY: Span = Span::minutes(1);

/// Uses that wait to be written down.
#[derive(Default)]
pub(crate) struct Touches {
    sessions: Mutex<BTreeMap<SessionId, Moment>>,
    apps: Mutex<BTreeMap<(UserId, ClientId), Noted>>,
}

#[derive(Clone, Copy)]
struct Noted {
    used_at: Moment,
    written_at: Option<Moment>,
}

impl Live {
    /// Notes that a session is used now.
    pub fn touch(&self, session: &LiveSession) {
        let now = self.now();
        if session.touch(&self.settings().sessions, now) {
            let mut waiting = self.touches.sessions.lock();
            if waiting.len() < MOST {
                waiting.insert(session.stored().id, now);
            }
        }
    }

    /// Notes that a person uses an app now.
    pub fn app_used(&self, user: UserId, app: &ClientId) {
        let now = self.now();
        let mut apps = self.touches.apps.lock();
        let key = (user, app.clone());
        if let Some(noted) = apps.get_mut(&key) {
            noted.used_at = now;
        } else if apps.len() < MOST {
            apps.insert(key, Noted { used_at: now, written_at: None });
        }
    }

    /// Writes down what waits, in one commit. What cannot be written now is tried again later.
    pub async fn flush(&self) -> Result<(), CommitError> {
        let now = self.now();
        let sessions = std::mem::take(&mut *self.touches.sessions.lock());
        let mut changes = Vec::new();
        for (id, used_at) in &sessions {
            let Some(session) = self.session(*id).await? else { continue };
            let expires_at = self.settings().sessions.expiry(session.stored().started_at, *used_at);
            changes.push(Change::SessionTouched { session: *id, used_at: *used_at, expires_at });
        }
        let apps = self.apps_due(now);
        let used = |((user, app), at): &((UserId, ClientId), Moment)| Change::AppUsed {
            user: *user,
            app: app.clone(),
            at: *at,
        };
        changes.extend(apps.iter().map(used));
        if changes.is_empty() {
            return Ok(());
        }
        let result = self.store().commit(changes).await.map(|_| ());
        if result.is_err() {
            self.touches.sessions.lock().extend(sessions);
            let mut noted = self.touches.apps.lock();
            apps.into_iter().for_each(|(key, used_at)| {
                noted.entry(key).or_insert(Noted { used_at, written_at: None }).written_at = None;
            });
        }
        result
    }

    /// The uses to write down now; those written long ago and not used since are forgotten.
    fn apps_due(&self, now: Moment) -> Vec<((UserId, ClientId), Moment)> {
        let mut apps = self.touches.apps.lock();
        apps.retain(|_, noted| noted.written_at.is_none_or(|at| noted.used_at > at || now - at < APP_EVERY));
        let due = apps.iter_mut().filter(|(_, noted)| {
            noted.written_at.is_none_or(|at| noted.used_at > at && now - at >= APP_EVERY)
        });
        let take = |(key, noted): (&(UserId, ClientId), &mut Noted)| {
            noted.written_at = Some(noted.used_at);
            (key.clone(), noted.used_at)
        };
        due.map(take).collect()
    }
}
