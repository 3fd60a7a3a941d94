//! Signing in: a session begins, or its person proves again who they are.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, FamilyId, SessionId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::family::Family;
use crate::noun::session::{Session, SessionLimits};
use crate::scope::ScopeSet;

/// How recent a sign-in must be for what cannot be undone.
pub const RECENT: Span = Span::minutes(5);

/// What a new session is made of.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Its fresh id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Through which client.
    pub client: ClientId,
    /// How the person proved who they are (RFC 8176).
    pub method: &'static str,
    /// What the device called itself, sealed.
    pub sealed_label: Vec<u8>,
    /// SHA-256 of the browser's cookie, for a session in a browser.
    pub cookie_digest: Option<[u8; 32]>,
}

/// The session, and the changes that begin it under the guard that the person is held.
pub fn begin(begin: Begin, limits: &SessionLimits, now: Moment) -> (Session, Vec<Change>) {
    let session = Session {
        id: begin.id,
        user: begin.user,
        client: begin.client,
        started_at: now,
        used_at: now,
        authenticated_at: now,
        method: begin.method.to_owned(),
        sealed_label: begin.sealed_label,
        cookie_digest: begin.cookie_digest,
        expires_at: limits.expiry(now, now),
        ended: None,
    };
    let changes = vec![Change::PersonHeld { user: session.user }, Change::SessionStarted(session.clone())];
    (session, changes)
}

/// The changes after the person of a live session has proved again who they are, in a browser
/// whose cookie is replaced so that one fixed before is worth nothing.
pub fn again(session: &Session, cookie_digest: [u8; 32], limits: &SessionLimits, now: Moment) -> Vec<Change> {
    let expires_at = limits.expiry(session.started_at, now);
    vec![
        Change::PersonHeld { user: session.user },
        Change::SessionHeld { session: session.id, now },
        Change::SessionReauthenticated {
            session: session.id,
            at: now,
            cookie_digest: Some(cookie_digest),
            expires_at,
        },
    ]
}

/// A new family of refresh tokens and its change.
pub fn family(id: FamilyId, session: SessionId, client: ClientId, scope: ScopeSet, now: Moment) -> Change {
    Change::FamilyStarted(Family {
        id,
        session,
        client,
        scope,
        generation: 0,
        rotated_at: now,
        revoked_at: None,
    })
}

/// Refuses with `reauthentication_required` unless the person signed in within [`RECENT`].
pub fn recent(session: &Session, now: Moment) -> Result<(), Denied> {
    if now - session.authenticated_at <= RECENT {
        return Ok(());
    }
    Err(Denied::new(Code::ReauthenticationRequired, "this needs a sign-in of the last five minutes"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::{NOW, session};

    const LIMITS: SessionLimits = SessionLimits { idle: Span::days(30), age: Span::days(180) };

    #[test]
    fn a_session_begins_under_the_guard_that_its_person_is_held() {
        let start = Begin {
            id: session().id,
            user: session().user,
            client: "super".parse().unwrap(),
            method: "pwd",
            sealed_label: vec![],
            cookie_digest: None,
        };
        let (started, changes) = begin(start, &LIMITS, NOW);
        assert_eq!(started.expires_at, NOW + Span::days(30));
        assert!(matches!(changes[0], Change::PersonHeld { .. }));
    }

    #[test]
    fn proving_again_replaces_the_cookie() {
        let later = NOW + Span::days(1);
        let changes = again(&session(), [9; 32], &LIMITS, later);
        let Change::SessionReauthenticated { cookie_digest, expires_at, .. } = &changes[2] else { panic!() };
        assert_eq!((*cookie_digest, *expires_at), (Some([9; 32]), later + Span::days(30)));
    }

    #[test]
    fn five_minutes_are_recent_and_not_one_millisecond_more() {
        assert!(recent(&session(), NOW + RECENT).is_ok());
        let late = recent(&session(), NOW + RECENT + Span::millis(1)).map_err(|denied| denied.code);
        assert_eq!(late, Err(Code::ReauthenticationRequired));
    }
}
