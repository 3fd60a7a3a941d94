//! Which `session_key` a log-in is answered with, and which ones are good.
//!
//! Back ends keep one key per person, and parallel log-ins that each turn it would leave all but the last
//! unable to decrypt. So a key is used again within an interval, and the one before stays good for a while.

use crate::change::Change;
use crate::id::{ClientId, SessionId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::session::Session;
use crate::noun::wechat::SessionKey;

/// How long a key is given again before a log-in turns it.
pub const INTERVAL: Span = Span::hours(1);
/// How long the key before the current one stays good.
pub const OVERLAP: Span = Span::minutes(10);

/// Who logs in, where.
#[derive(Debug, Clone, Copy)]
pub struct LogIn<'a> {
    /// The app.
    pub app: &'a ClientId,
    /// The person.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// Whether the current key hangs on a live session: that in which it was given last, or one that it
    /// [`outlives`] it in.
    pub is_carried: bool,
}

/// The generation that a log-in is answered with, and the changes that go with it.
///
/// The current key is given again within [`INTERVAL`], as long as it hangs on a live session; otherwise it turns.
/// A key whose sessions are over is not good for any overlap.
pub fn log_in(before: Option<&SessionKey>, who: LogIn<'_>, now: Moment) -> (u32, Vec<Change>) {
    let Some(before) = before else {
        return turned(1, who, now);
    };
    if !who.is_carried {
        return turned(before.generation.saturating_add(1), who, without_overlap(now));
    }
    if now - before.since >= INTERVAL {
        return turned(before.generation.saturating_add(1), who, now);
    }
    let given = Change::SessionKeyGiven {
        app: who.app.clone(),
        user: who.user,
        generation: before.generation,
        session: who.session,
    };
    (before.generation, Some(given).filter(|_| before.session != who.session).into_iter().collect())
}

/// The generation that takes the place of a key at the app's own wish, at once: the one before is good no more.
pub fn reset(before: &SessionKey, now: Moment) -> (u32, Vec<Change>) {
    let who = LogIn { app: &before.app, user: before.user, session: before.session, is_carried: true };
    turned(before.generation.saturating_add(1), who, without_overlap(now))
}

/// Whether a key that was given last in a session that is over is still good in this other one of the person, in
/// which the app was entered: one device that signs out takes nothing away from another. A session that began
/// only after that one was over brings no key back.
pub fn outlives(last: &Session, other: &Session, now: Moment) -> bool {
    let over_at = last.ended.map_or(last.expires_at, |ended| ended.at);
    other.is_live(now) && other.user == last.user && other.started_at < over_at
}

/// The generations that are good now, the current one first: none once no session carries the key.
pub fn good(key: &SessionKey, is_carried: bool, now: Moment) -> impl Iterator<Item = u32> + use<> {
    let before = key.generation.checked_sub(1).filter(|before| *before > 0 && now - key.since < OVERLAP);
    [Some(key.generation), before].into_iter().flatten().filter(move |_| is_carried)
}

/// The moment to count from where no overlap is wanted: that at which it would have passed.
fn without_overlap(now: Moment) -> Moment {
    Moment::from_millis(now.millis() - OVERLAP.as_millis())
}

fn turned(generation: u32, who: LogIn<'_>, since: Moment) -> (u32, Vec<Change>) {
    let key = SessionKey { app: who.app.clone(), user: who.user, session: who.session, generation, since };
    (generation, vec![Change::SessionKeyTurned(key)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::noun::session::{EndReason, Ended};
    use crate::rule::sample::{NOW, session, user};

    fn app() -> ClientId {
        "org.example.shop".parse().unwrap()
    }

    fn current(generation: u32) -> SessionKey {
        SessionKey { app: app(), user: user(1), session: session().id, generation, since: NOW }
    }

    fn in_session(before: Option<&SessionKey>, id: SessionId, live: bool, now: Moment) -> (u32, Vec<Change>) {
        let app = app();
        log_in(before, LogIn { app: &app, user: user(1), session: id, is_carried: live }, now)
    }

    fn key(changes: &[Change]) -> SessionKey {
        match changes {
            [Change::SessionKeyTurned(key)] => key.clone(),
            other => panic!("the key did not turn: {other:?}"),
        }
    }

    #[test]
    fn the_first_log_in_makes_the_first_key() {
        let (generation, changes) = in_session(None, session().id, false, NOW);
        assert_eq!((generation, key(&changes)), (1, current(1)));
    }

    #[test]
    fn within_the_interval_the_same_key_is_given_again_and_nothing_is_written() {
        let last = NOW + INTERVAL - Span::millis(1);
        assert_eq!(in_session(Some(&current(4)), session().id, true, last), (4, vec![]));
    }

    #[test]
    fn another_live_session_gets_the_same_key_and_is_noted() {
        let other = SessionId::from_bytes([8; 16]);
        let (generation, changes) = in_session(Some(&current(4)), other, true, NOW);
        assert_eq!(generation, 4);
        let given = Change::SessionKeyGiven { app: app(), user: user(1), generation: 4, session: other };
        assert_eq!(changes, [given]);
    }

    #[test]
    fn after_the_interval_it_turns_and_the_one_before_stays_good_for_the_overlap() {
        let now = NOW + INTERVAL;
        let (generation, changes) = in_session(Some(&current(4)), session().id, true, now);
        let key = key(&changes);
        assert_eq!((generation, key.generation, key.since), (5, 5, now));
        let at = |moment| good(&key, true, moment).collect::<Vec<_>>();
        assert_eq!(at(now), [5, 4]);
        assert_eq!(at(now + OVERLAP - Span::millis(1)), [5, 4]);
        assert_eq!(at(now + OVERLAP), [5]);
    }

    #[test]
    fn after_the_session_is_over_it_turns_at_once_and_the_one_before_is_good_no_more() {
        let (generation, changes) = in_session(Some(&current(4)), SessionId::from_bytes([8; 16]), false, NOW);
        assert_eq!(generation, 5);
        assert_eq!(good(&key(&changes), true, NOW).collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn at_the_apps_wish_it_turns_at_once_and_the_one_before_is_good_no_more() {
        let (generation, changes) = reset(&current(4), NOW);
        let key = key(&changes);
        assert_eq!((generation, key.session), (5, session().id));
        assert_eq!(good(&key, true, NOW).collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn a_key_outlives_its_session_in_one_that_had_begun_before_and_in_no_later_one() {
        let ended = Some(Ended { at: NOW + Span::hours(1), reason: EndReason::SignedOut });
        let last = Session { ended, ..session() };
        let begun = |minutes| Session { started_at: NOW + Span::minutes(minutes), ..session() };
        let now = NOW + Span::hours(2);
        assert!(outlives(&last, &begun(59), now));
        assert!(!outlives(&last, &begun(60), now) && !outlives(&last, &begun(61), now));
        assert!(!outlives(&last, &Session { ended, ..begun(1) }, now), "it is over itself");
        assert!(!outlives(&last, &Session { user: user(2), ..begun(1) }, now));
        let expired = Session { expires_at: NOW + Span::hours(1), ..session() };
        assert!(outlives(&expired, &begun(59), now) && !outlives(&expired, &begun(60), now));
    }

    #[test]
    fn once_the_session_is_over_no_key_is_good() {
        assert_eq!(good(&current(4), false, NOW).count(), 0);
        assert_eq!(good(&current(1), true, NOW).collect::<Vec<_>>(), [1]);
    }
}
