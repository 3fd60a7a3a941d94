//! Signing in: a session begins, or its person proves again who they are.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, FamilyId, SessionId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::family::Family;
use crate::noun::session::{Session, SessionLimits};
use crate::rule::card;
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
    pub method: String,
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
        method: begin.method,
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
pub fn again(
    session: &Session,
    method: String,
    cookie_digest: [u8; 32],
    limits: &SessionLimits,
    now: Moment,
) -> Vec<Change> {
    let expires_at = limits.expiry(session.started_at, now);
    vec![
        Change::PersonHeld { user: session.user },
        Change::SessionHeld { session: session.id, now },
        Change::SessionReauthenticated {
            session: session.id,
            at: now,
            method,
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

/// What a device is called in its person's list: browser and system, by the words of its
/// `User-Agent`. Empty for a device that says nothing.
///
/// A name to recognise it by and nothing more, so only what most people would say is looked for;
/// of anything else the product's own name is kept.
pub fn device_name(user_agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: most browsers also claim to be those after them.
    let browser = named(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("YaBrowser/", "Yandex Browser"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("MicroMessenger/", "WeChat"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    let product = || {
        let own = user_agent.split(['/', ' ', '(']).next().unwrap_or_default();
        let own = own.chars().filter(|c| !c.is_control()).take(40).collect::<String>();
        if card::holds(&own) { String::new() } else { own }
    };
    let browser = browser.map_or_else(product, str::to_owned);
    match system {
        Some(system) if !browser.is_empty() => format!("{browser} on {system}"),
        Some(system) => system.to_owned(),
        None => browser,
    }
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
            method: "pwd".to_owned(),
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
        let changes = again(&session(), "pwd otp".into(), [9; 32], &LIMITS, later);
        let Change::SessionReauthenticated { cookie_digest, expires_at, .. } = &changes[2] else { panic!() };
        assert_eq!((*cookie_digest, *expires_at), (Some([9; 32]), later + Span::days(30)));
    }

    #[test]
    fn a_device_is_called_what_its_person_would_call_it() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0";
        for (agent, name) in [
            (chrome, "Chrome on Linux"),
            (safari, "Safari on iPhone"),
            (edge, "Edge on Windows"),
            ("SuperApp/5.1 (Android 16)", "SuperApp on Android"),
            ("curl/8.5.0", "curl"),
            ("", ""),
            ("\u{1b}[31mred", "[31mred"),
        ] {
            assert_eq!(device_name(agent), name, "{agent}");
        }
        assert!(device_name(&"x".repeat(10_000)).len() <= 40);
    }

    #[test]
    fn five_minutes_are_recent_and_not_one_millisecond_more() {
        assert!(recent(&session(), NOW + RECENT).is_ok());
        let late = recent(&session(), NOW + RECENT + Span::millis(1)).map_err(|denied| denied.code);
        assert_eq!(late, Err(Code::ReauthenticationRequired));
    }
}
