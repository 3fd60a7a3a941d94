//! A session in memory: what is stored, and when it was really used last.

use std::sync::atomic::{AtomicI64, Ordering};

use portico_core::moment::Moment;
use portico_core::noun::session::{Session, SessionLimits};

/// A session that has not been ended, or had not when it was read.
pub struct LiveSession {
    session: Session,
    used_at: AtomicI64,
    written_at: AtomicI64,
}

impl LiveSession {
    pub(crate) fn new(session: Session) -> Self {
        let used_at = session.used_at.millis();
        Self { session, used_at: used_at.into(), written_at: used_at.into() }
    }

    /// The session as it was stored.
    pub fn stored(&self) -> &Session {
        &self.session
    }

    /// The session with its last use and expiry as they are now.
    pub fn now(&self, limits: &SessionLimits) -> Session {
        let used_at = self.used_at();
        let expires_at = limits.expiry(self.session.started_at, used_at);
        Session { used_at, expires_at, ..self.session.clone() }
    }

    /// When it was used last.
    pub fn used_at(&self) -> Moment {
        Moment::from_millis(self.used_at.load(Ordering::Relaxed))
    }

    /// Whether it is good at this moment.
    pub fn is_live(&self, limits: &SessionLimits, now: Moment) -> bool {
        self.session.ended.is_none() && now < limits.expiry(self.session.started_at, self.used_at())
    }

    /// Notes a use; answers whether it is to be written down.
    pub(crate) fn touch(&self, limits: &SessionLimits, now: Moment) -> bool {
        self.used_at.fetch_max(now.millis(), Ordering::Relaxed);
        let written = self.written_at.load(Ordering::Relaxed);
        let due = now.millis().saturating_sub(written) > limits.touch_every().as_millis();
        due && self
            .written_at
            .compare_exchange(written, now.millis(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}
