//! What has to be told after a closing, and whether it was.

use crate::time::Time;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Something that somebody has to hear. Ids are those that the listener knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Word {
    /// The stream of this session says that it is over.
    SessionExpired {
        /// The run's own number.
        session: u32,
    },
    /// The stream of this session says that an app may no longer see this.
    ConsentChanged {
        /// The run's own number.
        session: u32,
        /// Which app.
        app: String,
        /// The scope that was removed.
        removed: String,
    },
    /// The feed of this app says that a session is over.
    SessionEnded {
        /// Whose feed.
        app: String,
        /// Which session.
        sid: String,
    },
    /// The feed of this app says that this is what it may see of a person from now on.
    GrantChanged {
        /// Whose feed.
        app: String,
        /// Which person.
        sub: String,
        /// What is left.
        scope: String,
    },
    /// The feed of this app says that a token was revoked.
    TokenRevoked {
        /// Whose feed.
        app: String,
        /// Which token.
        jti: String,
    },
    /// The app has taken a logout message for this session.
    LoggedOut {
        /// Which app.
        app: String,
        /// Which session.
        sid: String,
    },
}

impl Word {
    /// Whether it is a message to an app's back end, and not an event of a stream.
    pub(crate) fn is_delivery(&self) -> bool {
        matches!(self, Self::LoggedOut { .. })
    }
}

#[derive(Default)]
struct Line {
    owed: Vec<Time>,
    /// The ids under which it was heard: the same event may come twice.
    ids: BTreeSet<String>,
    heard: Option<Time>,
}

/// What is owed and what was heard.
#[derive(Default)]
pub(crate) struct Ledger {
    lines: HashMap<Word, Line>,
    /// Sessions whose stream was opened again when they were over.
    over: BTreeSet<u32>,
}

impl Ledger {
    /// This has to be heard, for a closing that answered then.
    pub(crate) fn owe(&mut self, word: Word, at: Time) {
        self.lines.entry(word).or_default().owed.push(at);
    }

    /// This was heard, in an event of this id.
    pub(crate) fn hear(&mut self, word: Word, id: &str, at: Time) {
        let line = self.lines.entry(word).or_default();
        line.ids.insert(id.to_owned());
        line.heard.get_or_insert(at);
    }

    /// The stream of this session was opened when the session was over: it said so at once, and nothing of
    /// what had changed in the session before.
    pub(crate) fn opened_when_over(&mut self, session: u32) {
        self.over.insert(session);
    }

    /// What was not heard as often as it happened, with when it last did.
    pub(crate) fn lost(&self) -> Vec<(&Word, Time)> {
        let missing = self.lines.iter().filter(|(word, line)| {
            let moot = matches!(word, Word::ConsentChanged { session, .. } if self.over.contains(session));
            line.ids.len() < line.owed.len() && !moot
        });
        let mut lost: Vec<_> = missing.filter_map(|(word, line)| Some((word, *line.owed.last()?))).collect();
        lost.sort_by_key(|(_, at)| *at);
        lost
    }

    /// How many events, or deliveries, were owed.
    pub(crate) fn owed(&self, deliveries: bool) -> usize {
        let lines = self.lines.iter().filter(|(word, _)| word.is_delivery() == deliveries);
        lines.map(|(_, line)| line.owed.len()).sum()
    }

    /// How long after the closing's answer each event, or delivery, was there that happened once; zero where
    /// it came before. Beside it, when the closing answered.
    pub(crate) fn waits(&self, deliveries: bool) -> Vec<(Time, Duration)> {
        let lines = self.lines.iter().filter(|(word, _)| word.is_delivery() == deliveries);
        lines
            .filter_map(|(_, line)| match line.owed[..] {
                [owed] => Some((owed, line.heard?.since(owed))),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word() -> Word {
        Word::ConsentChanged { session: 1, app: "a".into(), removed: "x".into() }
    }

    #[test]
    fn what_was_never_heard_is_lost_and_what_came_early_is_not() {
        let mut ledger = Ledger::default();
        ledger.owe(word(), Time(10));
        assert_eq!(ledger.lost(), [(&word(), Time(10))]);
        ledger.hear(word(), "1", Time(5));
        assert!(ledger.lost().is_empty());
        assert_eq!(ledger.waits(false), [(Time(10), Duration::ZERO)]);
    }

    #[test]
    fn a_stream_that_was_opened_when_its_session_was_over_has_nothing_more_to_say_of_it_than_that() {
        let mut ledger = Ledger::default();
        ledger.owe(word(), Time(10));
        ledger.owe(Word::SessionExpired { session: 1 }, Time(11));
        ledger.opened_when_over(2);
        assert_eq!(ledger.lost().len(), 2);
        ledger.opened_when_over(1);
        assert_eq!(ledger.lost(), [(&Word::SessionExpired { session: 1 }, Time(11))]);
    }

    #[test]
    fn the_same_event_twice_does_not_stand_for_two() {
        let mut ledger = Ledger::default();
        ledger.owe(word(), Time(10));
        ledger.owe(word(), Time(20));
        ledger.hear(word(), "1", Time(11));
        ledger.hear(word(), "1", Time(12));
        assert_eq!(ledger.lost(), [(&word(), Time(20))]);
        ledger.hear(word(), "2", Time(21));
        assert!(ledger.lost().is_empty());
    }

    #[test]
    fn deliveries_and_events_are_counted_apart() {
        let mut ledger = Ledger::default();
        ledger.owe(word(), Time(1));
        ledger.owe(Word::LoggedOut { app: "a".into(), sid: "s".into() }, Time(1));
        ledger.hear(Word::LoggedOut { app: "a".into(), sid: "other".into() }, "1", Time(2));
        assert_eq!((ledger.owed(false), ledger.owed(true)), (1, 1));
        assert_eq!(ledger.lost().len(), 2);
    }
}
