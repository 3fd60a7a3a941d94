//! Clearing away what has passed, and whose clock may say that it has.
//!
//! What is cleared away is gone for every node, so a clock that runs ahead would bring back a token that
//! was revoked, or take an assertion twice. Nothing here is decided by one wall clock alone.

use crate::change::Sweep;
use crate::moment::{Moment, Span};

/// How far a node's clock may be from the store's for the node to do what one does for all.
pub const APART: Span = Span::seconds(5);
/// How long what lets something in twice once it is forgotten is kept after it has expired: codes, revoked
/// tokens, used assertions. More than any clock is off unnoticed.
pub const SPENT_KEPT: Span = Span::days(1);
/// How long events can be resumed from: the feed's half hour, and some.
pub const EVENTS_KEPT: Span = Span::hours(1);
/// How long an ended session is remembered, so that late questions learn why it ended.
pub const ENDED_KEPT: Span = Span::days(7);

/// What may be taken for now by whoever acts for all nodes: the earlier of a node's clock and the store's,
/// where the store has one. None where they are too far apart: one of them is wrong, and nobody knows which.
pub fn agreed(now: Moment, store: Option<Moment>) -> Option<Moment> {
    let Some(store) = store else { return Some(now) };
    let is_near = now <= store + APART && store <= now + APART;
    is_near.then_some(now.min(store))
}

/// What has passed at a moment that is agreed upon.
pub fn passed(agreed: Moment) -> Sweep {
    Sweep {
        spent_before: agreed - SPENT_KEPT,
        expired_before: agreed,
        events_before: agreed - EVENTS_KEPT,
        ended_before: agreed - ENDED_KEPT,
    }
}

/// Whether it need not be remembered any more, at a moment that is agreed upon, that a token was revoked
/// which would have expired then.
pub fn is_forgotten(expired_at: Moment, agreed: Moment) -> bool {
    expired_at < agreed - SPENT_KEPT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::NOW;

    #[test]
    fn a_clock_that_is_a_few_seconds_off_is_believed_no_further_than_the_stores() {
        assert_eq!(agreed(NOW, Some(NOW)), Some(NOW));
        assert_eq!(agreed(NOW + APART, Some(NOW)), Some(NOW));
        assert_eq!(agreed(NOW - APART, Some(NOW)), Some(NOW - APART));
    }

    #[test]
    fn clocks_that_are_further_apart_agree_on_nothing() {
        let more = Span::millis(APART.as_millis() + 1);
        for off in [more, Span::minutes(40), Span::days(400)] {
            assert_eq!(agreed(NOW + off, Some(NOW)), None);
            assert_eq!(agreed(NOW - off, Some(NOW)), None);
        }
    }

    #[test]
    fn a_store_without_a_clock_has_none_to_compare_with() {
        assert_eq!(agreed(NOW, None), Some(NOW));
    }

    #[test]
    fn what_lets_something_in_twice_is_kept_for_a_day_beyond_its_time() {
        let sweep = passed(NOW);
        assert_eq!(sweep.spent_before, NOW - Span::days(1));
        assert_eq!(sweep.expired_before, NOW);
        assert_eq!(sweep.ended_before, NOW - ENDED_KEPT);
        let day_old = NOW - Span::days(1);
        assert!(!is_forgotten(day_old, NOW));
        assert!(is_forgotten(day_old - Span::millis(1), NOW));
    }
}
