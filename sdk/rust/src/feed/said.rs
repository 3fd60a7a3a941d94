//! What the feed says, and what that makes of a token.

use std::time::Duration;

use serde::Deserialize;

use super::sse::{self, Event, Parser};
use crate::claims::Claims;
use crate::clock::Moment;
use crate::error::Cause;
use crate::recent::Recent;
use crate::scopes::Scopes;

/// How long what was heard stands for itself. It is the bound that is promised: what ended longer ago is known
/// here, or Portico is asked.
const BOUND: Duration = Duration::from_secs(2);

/// Everything that the feed has said and that may still matter.
#[derive(Default)]
pub(crate) struct Said {
    /// When anything was last heard that counts: after it had caught up, and since it began anew.
    heard: Option<Moment>,
    suspended: bool,
    ended: Recent<()>,
    revoked: Recent<()>,
    granted: Recent<Scopes>,
}

/// What can be said of a token without asking.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing: ask.
    Unknown,
    /// It is not active.
    Refused(Cause),
    /// It is, for this.
    Allows(Scopes),
}

/// What one connection has said so far.
#[derive(Default)]
pub(crate) struct Connection {
    parser: Parser,
    caught_up: bool,
    suspended: bool,
}

/// Where the feed is to be resumed, as `Last-Event-ID`.
pub(crate) type Place = Option<String>;

/// What is to be done beyond remembering.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Then {
    /// There was an event, known or not.
    pub(crate) spoken: bool,
    /// The keys were rotated: read them again.
    pub(crate) keys_rotated: bool,
    /// From here on answers are local.
    pub(crate) caught_up: bool,
}

/// Nothing of what was said can be relied on: begin anew.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl From<sse::TooLong> for Unreadable {
    fn from(_: sse::TooLong) -> Self {
        Self
    }
}

#[derive(Deserialize)]
struct SessionEnded {
    sid: String,
}

#[derive(Deserialize)]
struct GrantChanged {
    sub: String,
    scope: String,
}

#[derive(Deserialize)]
struct TokenRevoked {
    jti: String,
}

impl Said {
    /// What becomes of a token whose signature and dates are good.
    pub(crate) fn standing(&self, claims: &Claims, now: Moment) -> Standing {
        if !self.is_heard(now) {
            return Standing::Unknown;
        }
        // That ends the feed: once it is silent, Portico is asked, which knows at once when the app is resumed.
        if self.suspended {
            return Standing::Refused(Cause::AppSuspended);
        }
        if self.ended.has(&claims.sid) {
            return Standing::Refused(Cause::SessionEnded);
        }
        if self.revoked.has(&claims.jti) {
            return Standing::Refused(Cause::Revoked);
        }
        match self.granted.get(&claims.sub) {
            None => Standing::Allows(claims.given.clone()),
            Some(now) if now.is_empty() => Standing::Refused(Cause::NothingGranted),
            Some(now) => Standing::Allows(claims.given.within(now)),
        }
    }

    /// Whether it was heard within the bound.
    pub(crate) fn is_heard(&self, now: Moment) -> bool {
        self.heard.is_some_and(|heard| now.since(heard) < BOUND)
    }

    /// Takes in what came over this connection: not before the first of these moments, read at the second.
    pub(crate) fn read(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        place: &mut Place,
        moments: (Moment, Moment),
    ) -> Result<Then, Unreadable> {
        let mut then = Then::default();
        let read = connection.parser.push(bytes).map_err(Unreadable::from).and_then(|events| {
            events.into_iter().try_for_each(|event| self.hear(connection, event, place, moments, &mut then))
        });
        if let Err(unreadable) = read {
            self.heard = None;
            *place = None;
            return Err(unreadable);
        }
        Ok(then)
    }

    fn hear(
        &mut self,
        connection: &mut Connection,
        event: Event,
        place: &mut Place,
        (since, now): (Moment, Moment),
        then: &mut Then,
    ) -> Result<(), Unreadable> {
        let at = now.steady;
        then.spoken = true;
        match event.name.as_str() {
            "reset" => {
                *self = Self::default();
                connection.caught_up = false;
            }
            "session_ended" => {
                self.ended.insert(&parsed::<SessionEnded>(&event)?.sid, (), at);
            }
            "grant_changed" => {
                let GrantChanged { sub, scope } = parsed(&event)?;
                self.granted.insert(&sub, Scopes::parse(&scope), at);
            }
            "token_revoked" => {
                self.revoked.insert(&parsed::<TokenRevoked>(&event)?.jti, (), at);
            }
            "app_suspended" => {
                self.suspended = true;
                connection.suspended = true;
            }
            "keys_rotated" => then.keys_rotated = true,
            "caught_up" => {
                self.suspended = connection.suspended;
                connection.caught_up = true;
                then.caught_up = true;
            }
            "ping" => {
                self.ended.forget(at);
                self.revoked.forget(at);
                self.granted.forget(at);
            }
            _ => {}
        }
        if let Some(id) = event.id {
            *place = (!id.is_empty()).then_some(id);
        }
        if connection.caught_up {
            self.heard = Some(since);
        }
        Ok(())
    }
}

fn parsed<'a, T: Deserialize<'a>>(event: &'a Event) -> Result<T, Unreadable> {
    serde_json::from_str(&event.data).map_err(|_| Unreadable)
}

#[cfg(test)]
#[path = "said_tests.rs"]
mod tests;
