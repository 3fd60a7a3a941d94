//! Which `session_key` a log-in is answered with, and which ones are good.
//!
//! Back ends keep one key per person, and parallel log-ins that each turn it would leave all but the last
//! unable to decrypt. So a key is used again within an interval, and the one before stays good for a while.

use crate::change::Change;
use crate::id::{ClientId, SessionId, UserId};
use crate::moment::{Moment, Span};
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
    /// Whether the session in which the current key was given last is live.
    pub last_is_live: bool,
}

/// The generation that a log-in is answered with, and the changes that go with it.
///
/// The current key is given again within [`INTERVAL`], as long as the session in which it was given last is
/// live; otherwise it turns. A key whose session is over is not good for any overlap.
pub fn log_in(before: Option<&SessionKey>, who: LogIn<'_>, now: Moment) -> (u32, Vec<Change>) {
    let Some(before) = before else {
        return turned(1, who, now);
    };
    if !who.last_is_live {
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
    let who = LogIn { app: &before.app, user: before.user, session: before.session, last_is_live: true };
    turned(before.generation.saturating_add(1), who, without_overlap(now))
}

/// The generations that are good now, the current one first: none once the session is over.
pub fn good(key: &SessionKey, session_is_live: bool, now: Moment) -> impl Iterator<Item = u32> + use<> {
    let before = key.generation.checked_sub(1).filter(|before| *before > 0 && now - key.since < OVERLAP);
    [Some(key.generation), before].into_iter().flatten().filter(move |_| session_is_live)
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
    use crate::rule::sample::{NOW, session, user};

    fn app() -> ClientId {
        "org.example.shop".parse().unwrap()
    }

    fn current(generation: u32) -> SessionKey {
        SessionKey { app: app(), user: user(1), session: session().id, generation, since: NOW }
    }

    fn in_session(before: Option<&SessionKey>, id: SessionId, live: bool, now: Moment) -> (u32, Vec<Change>) {
        let app = app();
        log_in(before, LogIn { app: &app, user: user(1), session: id, last_is_live: live }, now)
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
    fn once_the_session_is_over_no_key_is_good() {
        assert_eq!(good(&current(4), false, NOW).count(), 0);
        assert_eq!(good(&current(1), true, NOW).collect::<Vec<_>>(), [1]);
    }
}
