//! What logout tokens ended, until no token of it can be good.

use std::time::Duration;

use super::token::Logout;
use crate::claims::Claims;
use crate::recent::Recent;

/// Kept apart from what the feed says: a logout may come first, and a feed that begins anew may be of a node that
/// hears of it later.
#[derive(Default)]
pub(crate) struct Logouts {
    sessions: Recent<()>,
    /// People all of whose sessions ended, with the last `iat` that this is about.
    people: Recent<Duration>,
    taken: Recent<()>,
}

impl Logouts {
    /// Marks what this ends. False where the same token was taken before.
    pub(crate) fn mark(&mut self, logout: &Logout, now: Duration) -> bool {
        if !self.taken.insert(&logout.jti, (), now) {
            return false;
        }
        match (&logout.sid, &logout.sub) {
            (Some(sid), _) => {
                self.sessions.insert(sid, (), now);
            }
            (None, Some(sub)) => {
                let until = self.people.get(sub).map_or(logout.iat, |until| logout.iat.max(*until));
                self.people.insert(sub, until, now);
            }
            (None, None) => {}
        }
        true
    }

    /// Whether a token belongs to what ended.
    pub(crate) fn cover(&self, claims: &Claims) -> bool {
        self.sessions.has(&claims.sid)
            || self.people.get(&claims.sub).is_some_and(|until| claims.times.iat <= *until)
    }
}
