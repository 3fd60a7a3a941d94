//! What was heard within the longest life of a token.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::times::{AHEAD, LONGEST_LIFE};

/// How long it counts: no token that it concerns is good longer, by an issuer's clock that may be ahead.
const KEPT: Duration = LONGEST_LIFE.saturating_add(AHEAD);

/// Names with what was last heard of each, as long as that may matter.
pub(crate) struct Recent<V> {
    heard: HashMap<Arc<str>, (V, Duration)>,
    order: VecDeque<(Duration, Arc<str>)>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { heard: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V> Recent<V> {
    /// Keeps what was heard of a name at `now`, on the steady clock, in place of what was heard before. Answers
    /// whether the name is new.
    pub(crate) fn insert(&mut self, name: &str, value: V, now: Duration) -> bool {
        self.forget(now);
        let name: Arc<str> = name.into();
        self.order.push_back((now, Arc::clone(&name)));
        self.heard.insert(name, (value, now)).is_none()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.heard.get(name).map(|(value, _)| value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.heard.contains_key(name)
    }

    /// Lets go of what is too old to matter.
    pub(crate) fn forget(&mut self, now: Duration) {
        while let Some((at, name)) = self.order.front() {
            if now.saturating_sub(*at) < KEPT {
                return;
            }
            // It may have been heard of again since.
            if self.heard.get(name).is_some_and(|(_, last)| last == at) {
                self.heard.remove(name);
            }
            self.order.pop_front();
        }
        if self.heard.capacity() > 1024 && self.heard.len() < self.heard.capacity() / 8 {
            self.heard.shrink_to_fit();
            self.order.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(count * 60)
    }

    #[test]
    fn what_was_heard_is_forgotten_when_no_token_can_be_that_old() {
        let mut recent = Recent::default();
        assert!(recent.insert("a", 1, minutes(0)));
        recent.forget(minutes(30));
        assert!(recent.has("a"));
        recent.forget(minutes(31));
        assert!(!recent.has("a"));
    }

    #[test]
    fn what_was_heard_again_counts_from_then_on() {
        let mut recent = Recent::default();
        recent.insert("a", 1, minutes(0));
        assert!(!recent.insert("a", 2, minutes(20)));
        recent.forget(minutes(40));
        assert_eq!(recent.get("a"), Some(&2));
        recent.forget(minutes(51));
        assert_eq!(recent.get("a"), None);
    }
}
