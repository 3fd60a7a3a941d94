//! When a message is tried, tried again and given up (OIDC Back-Channel Logout §2.5).

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, DeliveryId, SessionId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::delivery::{DataEvent, Delivery, DeliveryState, Told};

/// How long after the first failure a delivery is tried again; each further failure doubles it.
pub const FIRST_WAIT: Span = Span::seconds(1);
/// The longest wait between two attempts.
pub const LONGEST_WAIT: Span = Span::hours(1);
/// How long after the session's end a delivery is tried at all.
pub const TRIED_FOR: Span = Span::hours(72);

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered with this HTTP status.
    Answered(u16),
    /// No answer came. The reason is in our own words and holds nothing the receiver said.
    Unreached(String),
    /// There is nobody to tell any more, for this reason.
    Undeliverable(String),
}

/// The message that tells `client` that a session ended, due at once.
pub fn queue(id: DeliveryId, client: ClientId, user: UserId, session: SessionId, now: Moment) -> Delivery {
    queued(id, client, user, Told::Logout(session), now)
}

/// The message that tells `client` what became of a person's data, due at once.
pub fn queue_event(
    id: DeliveryId,
    client: ClientId,
    user: UserId,
    event: DataEvent,
    now: Moment,
) -> Delivery {
    queued(id, client, user, Told::Data(event), now)
}

fn queued(id: DeliveryId, client: ClientId, user: UserId, what: Told, now: Moment) -> Delivery {
    Delivery {
        id,
        client,
        user,
        what,
        queued_at: now,
        attempts: 0,
        next_at: now,
        state: DeliveryState::Pending,
        owner: None,
        last_error: None,
    }
}

/// What an attempt that ended at `now` makes of a delivery.
///
/// Any 2xx delivers. Everything else, 400 and redirects included, is tried again: 1 s after the
/// first failure, doubling to an hour. The last attempt is made [`TRIED_FOR`] after the session's
/// end, or as soon after as the process runs.
pub fn after_attempt(delivery: &Delivery, outcome: Outcome, now: Moment) -> Vec<Change> {
    let error = match outcome {
        Outcome::Answered(200..=299) => {
            return vec![tried(delivery, delivery.attempts, now, DeliveryState::Delivered, None)];
        }
        Outcome::Answered(status) => format!("answered {status}"),
        Outcome::Unreached(why) => why,
        Outcome::Undeliverable(why) => {
            return vec![tried(delivery, delivery.attempts, now, DeliveryState::Failed, Some(why))];
        }
    };
    let attempts = delivery.attempts.saturating_add(1);
    let deadline = delivery.queued_at + TRIED_FOR;
    let (next_at, state) = if now >= deadline {
        (now, DeliveryState::Failed)
    } else {
        ((now + wait_after(attempts)).min(deadline), DeliveryState::Pending)
    };
    vec![tried(delivery, attempts, next_at, state, Some(error))]
}

/// Puts a delivery back by hand: it is due now, with its count of failures at zero.
///
/// Beyond [`TRIED_FOR`] that is one attempt, after which it has failed again. A message that was
/// delivered is a conflict: its receiver has it.
pub fn retry_by_hand(delivery: &Delivery, now: Moment) -> Result<Vec<Change>, Denied> {
    if delivery.state == DeliveryState::Delivered {
        return Err(Denied::new(Code::Conflict, "this message has been delivered"));
    }
    Ok(vec![tried(delivery, 0, now, DeliveryState::Pending, None)])
}

/// Makes a pending delivery that waits for its next attempt due now, as when the process starts;
/// its count of failures stays. None if it is due already or not pending.
pub fn bring_forward(delivery: &Delivery, now: Moment) -> Option<Change> {
    let waits = delivery.state == DeliveryState::Pending && delivery.next_at > now;
    waits
        .then(|| tried(delivery, delivery.attempts, now, DeliveryState::Pending, delivery.last_error.clone()))
}

fn wait_after(failures: u32) -> Span {
    let doublings = failures.saturating_sub(1).min(31);
    Span::millis(FIRST_WAIT.as_millis() << doublings).min(LONGEST_WAIT)
}

fn tried(
    delivery: &Delivery,
    attempts: u32,
    next_at: Moment,
    state: DeliveryState,
    error: Option<String>,
) -> Change {
    Change::DeliveryTried { delivery: delivery.id, attempts, next_at, state, error }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENDED: Moment = Moment::from_seconds(1_800_000_000);

    fn sample() -> Delivery {
        let id = DeliveryId::from_bytes([1; 16]);
        queue(
            id,
            "org.example.taxi".parse().unwrap(),
            UserId::from_bytes([2; 16]),
            SessionId::from_bytes([3; 16]),
            ENDED,
        )
    }

    /// The delivery as a store keeps it after these changes.
    fn applied(mut delivery: Delivery, changes: Vec<Change>) -> Delivery {
        for change in changes {
            let Change::DeliveryTried { delivery: id, attempts, next_at, state, error } = change else {
                panic!("only attempts are recorded");
            };
            assert_eq!(id, delivery.id);
            (delivery.attempts, delivery.next_at, delivery.state) = (attempts, next_at, state);
            delivery.last_error = error;
        }
        delivery
    }

    fn answered(delivery: Delivery, status: u16, now: Moment) -> Delivery {
        let changes = after_attempt(&delivery, Outcome::Answered(status), now);
        applied(delivery, changes)
    }

    #[test]
    fn a_queued_message_is_due_at_once() {
        let delivery = sample();
        assert_eq!((delivery.next_at, delivery.attempts), (ENDED, 0));
        assert_eq!((delivery.state, delivery.last_error), (DeliveryState::Pending, None));
    }

    #[test]
    fn any_answer_of_the_two_hundreds_delivers() {
        for status in [200, 202, 204, 299] {
            let after = answered(sample(), status, ENDED);
            assert_eq!((after.state, after.attempts, after.last_error), (DeliveryState::Delivered, 0, None));
        }
    }

    #[test]
    fn every_other_answer_is_tried_again() {
        for status in [100, 199, 300, 302, 307, 400, 401, 404, 410, 429, 500, 503, 599] {
            let after = answered(sample(), status, ENDED);
            assert_eq!((after.state, after.attempts), (DeliveryState::Pending, 1), "{status}");
            assert_eq!(after.last_error, Some(format!("answered {status}")));
        }
    }

    #[test]
    fn the_first_retry_waits_a_second_and_each_one_twice_as_long_up_to_an_hour() {
        let mut delivery = sample();
        let mut now = ENDED;
        let mut waits = Vec::new();
        for _ in 0..15 {
            delivery = answered(delivery, 503, now);
            waits.push((delivery.next_at - now).as_seconds());
            now = delivery.next_at;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]);
    }

    #[test]
    fn the_last_attempt_is_made_seventy_two_hours_after_the_end() {
        let mut delivery = sample();
        let mut now = ENDED;
        while delivery.state == DeliveryState::Pending {
            delivery = answered(delivery, 503, now);
            now = now.max(delivery.next_at);
        }
        assert_eq!(now, ENDED + TRIED_FOR);
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Failed, 84));
        assert_eq!(delivery.last_error.as_deref(), Some("answered 503"));
    }

    #[test]
    fn an_attempt_just_before_the_deadline_leaves_one_more() {
        let just_before = ENDED + TRIED_FOR - Span::millis(1);
        let after = answered(sample(), 500, just_before);
        assert_eq!((after.state, after.next_at), (DeliveryState::Pending, ENDED + TRIED_FOR));
    }

    #[test]
    fn a_failure_after_a_long_standstill_is_the_last() {
        let after = answered(sample(), 500, ENDED + Span::days(10));
        assert_eq!((after.state, after.attempts), (DeliveryState::Failed, 1));
    }

    #[test]
    fn a_success_after_the_deadline_still_delivers() {
        assert_eq!(answered(sample(), 200, ENDED + Span::days(10)).state, DeliveryState::Delivered);
    }

    #[test]
    fn an_unreached_receiver_is_tried_again_with_the_reason_kept() {
        let outcome = Outcome::Unreached("no answer in time".into());
        let after = applied(sample(), after_attempt(&sample(), outcome, ENDED + Span::seconds(10)));
        assert_eq!((after.state, after.attempts), (DeliveryState::Pending, 1));
        assert_eq!(after.next_at, ENDED + Span::seconds(11));
        assert_eq!(after.last_error.as_deref(), Some("no answer in time"));
    }

    #[test]
    fn a_message_without_a_receiver_fails_at_once() {
        let outcome = Outcome::Undeliverable("the client is gone".into());
        let after = applied(sample(), after_attempt(&sample(), outcome, ENDED));
        assert_eq!((after.state, after.attempts), (DeliveryState::Failed, 0));
        assert_eq!(after.last_error.as_deref(), Some("the client is gone"));
    }

    #[test]
    fn a_failed_message_put_back_by_hand_is_due_now() {
        let later = ENDED + Span::hours(80);
        let failed = answered(sample(), 503, later);
        let back = applied(failed.clone(), retry_by_hand(&failed, later + Span::hours(1)).unwrap());
        assert_eq!((back.state, back.attempts, back.last_error), (DeliveryState::Pending, 0, None));
        assert_eq!(back.next_at, later + Span::hours(1));
    }

    #[test]
    fn a_waiting_message_put_back_by_hand_waits_no_longer() {
        let waiting = Delivery { attempts: 20, next_at: ENDED + Span::hours(9), ..sample() };
        let now = ENDED + Span::hours(8);
        let back = applied(waiting.clone(), retry_by_hand(&waiting, now).unwrap());
        assert_eq!((back.next_at, back.attempts), (now, 0));
    }

    #[test]
    fn a_delivered_message_is_not_sent_again() {
        let delivered = answered(sample(), 200, ENDED);
        assert_eq!(retry_by_hand(&delivered, ENDED).unwrap_err().code, Code::Conflict);
    }

    #[test]
    fn at_start_a_waiting_message_becomes_due_and_keeps_its_failures() {
        let waiting = answered(sample(), 503, ENDED);
        let change = bring_forward(&waiting, ENDED).unwrap();
        let due = applied(waiting, vec![change]);
        assert_eq!((due.next_at, due.attempts), (ENDED, 1));
        assert_eq!(due.last_error.as_deref(), Some("answered 503"));
    }

    #[test]
    fn at_start_a_due_or_finished_message_is_left_alone() {
        assert_eq!(bring_forward(&sample(), ENDED), None);
        let ahead = ENDED + Span::hours(1);
        for state in [DeliveryState::Delivered, DeliveryState::Failed] {
            assert_eq!(bring_forward(&Delivery { state, next_at: ahead, ..sample() }, ENDED), None);
        }
    }
}
