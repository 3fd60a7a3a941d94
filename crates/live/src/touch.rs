//! Writes that nobody waits for: last uses, written down now and then in bounded lists.

use std::collections::BTreeMap;
use std::ops::Bound::{self, Excluded, Unbounded};

use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::{Moment, Span};
use portico_store::CommitError;
use tokio::sync::Mutex as Turn;

use crate::{Live, LiveSession};

/// The most of each kind that waits; beyond it a use goes unwritten, which only ages it.
const MOST: usize = 100_000;
/// How much later a use of an app must be to be written down again.
const APP_EVERY: Span = Span::minutes(1);
/// How many uses are written down in one commit: a store may keep everybody else from their rows until it
/// is through.
const AT_ONCE: usize = 200;

/// Who uses which app.
type Use = (UserId, ClientId);

/// Uses that wait to be written down.
#[derive(Default)]
pub(crate) struct Touches {
    /// Held by whoever writes them down.
    writing: Turn<()>,
    sessions: Mutex<BTreeMap<SessionId, Moment>>,
    apps: Mutex<BTreeMap<Use, Noted>>,
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

    /// Writes down what waits; when this answers, every use that was noted before is written. What cannot
    /// be written now is tried again later.
    ///
    /// Lists are bounded, and taken one by one: a caller who goes away loses one and no more. They are in the
    /// order of ids, as every store takes the rows of a list: nodes that write down the same ones take turns
    /// and never wait for each other in a circle.
    pub async fn flush(&self) -> Result<(), CommitError> {
        let _turn = self.touches.writing.lock().await;
        self.flush_sessions().await?;
        self.flush_apps().await
    }

    async fn flush_sessions(&self) -> Result<(), CommitError> {
        let mut after = Unbounded;
        loop {
            let list = self.sessions_due(after);
            let Some((last, _)) = list.last() else { return Ok(()) };
            after = Excluded(*last);
            if let Err(error) = self.write_sessions(&list).await {
                let mut waiting = self.touches.sessions.lock();
                for (id, used_at) in list {
                    let noted = waiting.entry(id).or_insert(used_at);
                    *noted = used_at.max(*noted);
                }
                return Err(error);
            }
        }
    }

    async fn write_sessions(&self, list: &[(SessionId, Moment)]) -> Result<(), CommitError> {
        let mut changes = Vec::with_capacity(list.len());
        for (id, used_at) in list {
            let Some(session) = self.session(*id).await? else { continue };
            let expires_at = self.settings().sessions.expiry(session.stored().started_at, *used_at);
            changes.push(Change::SessionTouched { session: *id, used_at: *used_at, expires_at });
        }
        self.write(changes).await
    }

    async fn flush_apps(&self) -> Result<(), CommitError> {
        let now = self.now();
        // Those written long ago and not used since are forgotten.
        let is_wanted =
            |noted: &Noted| noted.written_at.is_none_or(|at| noted.used_at > at || now - at < APP_EVERY);
        self.touches.apps.lock().retain(|_, noted| is_wanted(noted));
        let mut after = Unbounded;
        loop {
            let list = self.apps_due(now, after);
            let Some((last, _)) = list.last() else { return Ok(()) };
            after = Excluded(last.clone());
            let used = |((user, app), at): &(Use, Moment)| Change::AppUsed {
                user: *user,
                app: app.clone(),
                at: *at,
            };
            if let Err(error) = self.write(list.iter().map(used).collect()).await {
                let mut noted = self.touches.apps.lock();
                for (key, used_at) in list {
                    noted.entry(key).or_insert(Noted { used_at, written_at: None }).written_at = None;
                }
                return Err(error);
            }
        }
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.store().commit(changes).await.map(|_| ())
    }

    /// Takes the next uses of sessions that wait.
    fn sessions_due(&self, after: Bound<SessionId>) -> Vec<(SessionId, Moment)> {
        let mut waiting = self.touches.sessions.lock();
        let next = waiting.range((after, Unbounded)).take(AT_ONCE);
        let list: Vec<_> = next.map(|(id, used_at)| (*id, *used_at)).collect();
        for (id, _) in &list {
            waiting.remove(id);
        }
        list
    }

    /// The next uses of apps that are to be written down now.
    fn apps_due(&self, now: Moment, after: Bound<Use>) -> Vec<(Use, Moment)> {
        let mut apps = self.touches.apps.lock();
        let due = apps.range_mut((after, Unbounded)).filter(|(_, noted)| {
            noted.written_at.is_none_or(|at| noted.used_at > at && now - at >= APP_EVERY)
        });
        let take = |(key, noted): (&Use, &mut Noted)| {
            noted.written_at = Some(noted.used_at);
            (key.clone(), noted.used_at)
        };
        due.take(AT_ONCE).map(take).collect()
    }
}
