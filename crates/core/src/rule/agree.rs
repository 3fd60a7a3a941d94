//! Answering a question of consent.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::moment::{Moment, Span};
use crate::noun::app::App;
use crate::noun::consent::{ConsentEntry, ConsentRequest, Consents, Decision, Standing, Words};
use crate::noun::event::Happening;
use crate::noun::session::Session;
use crate::rule::cover;
use crate::scope::{Scope, ScopeSet};

/// How long a question can be answered.
pub const QUESTION_LIFE: Span = Span::minutes(10);

/// What the person said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Yes to these.
    pub granted: ScopeSet,
    /// No to these.
    pub refused: ScopeSet,
}

/// Whether a question can still be answered in this session.
pub fn open<'a>(
    request: Option<&'a ConsentRequest>,
    session: Option<&Session>,
    now: Moment,
) -> Result<&'a ConsentRequest, Denied> {
    let gone = || Denied::not_found("this consent request has expired or was answered already");
    let request = request.ok_or_else(gone)?;
    if request.closed_at.is_some() || now >= request.expires_at {
        return Err(gone());
    }
    let held = session.is_some_and(|session| session.id == request.session && session.is_live(now));
    if held { Ok(request) } else { Err(gone()) }
}

/// The changes of an answer: standing decisions, lines of history with the words shown, and
/// the event. What the answer does not mention stays undecided.
///
/// Refusals: `invalid_request` where the answer speaks of what was not asked, or says both.
pub fn agree(
    request: &ConsentRequest,
    app: &App,
    before: &Consents,
    answer: &Answer,
    words: &dyn Fn(&Scope) -> Words,
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    let beyond = answer.granted.iter().chain(&answer.refused).find(|scope| !request.scope.contains(scope));
    if let Some(scope) = beyond {
        return Err(Denied::new(Code::InvalidRequest, format!("'{scope}' was not asked for")));
    }
    if let Some(scope) = answer.granted.iter().find(|scope| answer.refused.contains(scope)) {
        return Err(Denied::new(Code::InvalidRequest, format!("'{scope}' is both granted and refused")));
    }
    let mut changes = vec![
        Change::SessionHeld { session: request.session, now },
        Change::ConsentClosed { digest: request.digest, at: now },
    ];
    let said = [(&answer.granted, Decision::Granted), (&answer.refused, Decision::Refused)];
    let entries = said.into_iter().flat_map(|(scopes, decision)| {
        scopes.iter().map(move |scope| ConsentEntry {
            user: request.user,
            app: request.app.clone(),
            scope: scope.clone(),
            decision,
            at: now,
            words: words(scope),
        })
    });
    let entries: Vec<_> = entries.collect();
    let after = apply(before, &entries);
    changes.extend(entries.into_iter().map(Change::ConsentDecided));
    changes.extend(shift(request.user, &request.app, app, before, &after, now));
    Ok(changes)
}

/// The decisions as they stand after these lines.
pub fn apply(before: &Consents, entries: &[ConsentEntry]) -> Consents {
    let mut after = before.clone();
    for entry in entries {
        after.0.retain(|standing| standing.scope != entry.scope);
        after.0.push(Standing { scope: entry.scope.clone(), decision: entry.decision, decided_at: entry.at });
    }
    after
}

/// The event that tells of a change of consent; none if nothing is covered otherwise than before.
pub fn shift(
    user: crate::id::UserId,
    id: &crate::id::ClientId,
    app: &App,
    before: &Consents,
    after: &Consents,
    now: Moment,
) -> Option<Change> {
    let (was, scope) = (cover::standing(app, before), cover::standing(app, after));
    if was == scope {
        return None;
    }
    let removed = was.without(&scope);
    Some(Change::Happened {
        at: now,
        what: Happening::ConsentChanged { user, app: id.clone(), scope, removed },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::{NOW, app, client, consents, scopes, session, user};

    fn request() -> ConsentRequest {
        ConsentRequest {
            digest: [2; 32],
            user: user(1),
            session: session().id,
            app: "org.example.taxi".parse().unwrap(),
            asker: "super".parse().unwrap(),
            scope: scopes("profile.basic phone.verified email.verified"),
            resume: None,
            theme: None,
            ui_locales: None,
            expires_at: NOW + QUESTION_LIFE,
            opened: None,
            closed_at: None,
        }
    }

    fn said(granted: &str, refused: &str) -> Answer {
        Answer { granted: scopes(granted), refused: scopes(refused) }
    }

    fn answer(granted: &str, refused: &str) -> Result<Vec<Change>, Denied> {
        let taxi = client("org.example.taxi");
        let words = |scope: &Scope| Words { title: scope.to_string(), ..Words::default() };
        agree(&request(), app(&taxi), &Consents::default(), &said(granted, refused), &words, NOW)
    }

    #[test]
    fn an_answer_decides_writes_history_and_tells_in_one_list() {
        let changes = answer("profile.basic", "email.verified").unwrap();
        assert!(matches!(changes[0], Change::SessionHeld { .. }));
        assert!(matches!(changes[1], Change::ConsentClosed { .. }));
        let Change::ConsentDecided(first) = &changes[2] else { panic!() };
        assert_eq!((first.decision, first.words.title.as_str()), (Decision::Granted, "profile.basic"));
        let Change::ConsentDecided(second) = &changes[3] else { panic!() };
        assert_eq!(second.decision, Decision::Refused);
        let Change::Happened { what: Happening::ConsentChanged { scope, removed, .. }, .. } = &changes[4]
        else {
            panic!()
        };
        assert_eq!((scope, removed), (&scopes("openid profile.basic"), &ScopeSet::empty()));
    }

    #[test]
    fn a_mere_refusal_changes_nothing_that_is_covered() {
        assert!(!answer("", "email.verified").unwrap().iter().any(|c| matches!(c, Change::Happened { .. })));
    }

    #[test]
    fn an_answer_to_what_was_not_asked_or_both_ways_is_refused() {
        assert_eq!(answer("kyc.status", "").map_err(|d| d.code), Err(Code::InvalidRequest));
        assert_eq!(answer("profile.basic", "profile.basic").map_err(|d| d.code), Err(Code::InvalidRequest));
    }

    #[test]
    fn a_question_is_open_once_in_time_and_in_its_own_session() {
        let request = request();
        assert!(open(Some(&request), Some(&session()), NOW).is_ok());
        assert!(open(Some(&request), Some(&session()), request.expires_at).is_err());
        assert!(open(Some(&request), None, NOW).is_err());
        let mut other = session();
        other.id = crate::id::SessionId::from_bytes([8; 16]);
        assert!(open(Some(&request), Some(&other), NOW).is_err());
        let closed = ConsentRequest { closed_at: Some(NOW), ..request };
        assert!(open(Some(&closed), Some(&session()), NOW).is_err());
    }

    #[test]
    fn a_regrant_replaces_the_standing_decision() {
        let before = consents(&[("profile.basic", Decision::Withdrawn)]);
        let taxi = client("org.example.taxi");
        let words = |_: &Scope| Words::default();
        let changes =
            agree(&request(), app(&taxi), &before, &said("profile.basic", ""), &words, NOW).unwrap();
        assert!(changes.iter().any(|c| matches!(c, Change::Happened { .. })));
    }
}
