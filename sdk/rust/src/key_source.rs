//! The issuer's key set, read when it is needed and kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::Unavailable;
use crate::keys::KeySet;

/// How often the set is read again because a token named a key that is not in it.
const ASKED_AGAIN: Duration = Duration::from_secs(10);
/// How long a failure is remembered, so that nobody waits for the same silence twice.
const FAILURE_KEPT: Duration = Duration::from_secs(1);

/// How long a set may be held before it is read again: as long as the issuer lets it be cached. Keys retire without a
/// word of the feed.
const HELD: Duration = Duration::from_secs(300);

/// What is held of the set. One reading is in flight at a time.
#[derive(Default)]
pub(crate) struct KeySource {
    held: RwLock<Option<Arc<KeySet>>>,
    /// When that was asked for, on the steady clock.
    since: RwLock<Duration>,
    stale: AtomicBool,
    turn: Mutex<Turn>,
}

/// What whoever may read has to know. Moments are of the steady clock.
#[derive(Default)]
pub(crate) struct Turn {
    asked_again: Option<Duration>,
    failed: Option<(Duration, Unavailable)>,
}

impl KeySource {
    pub(crate) fn held(&self) -> Option<Arc<KeySet>> {
        self.held.read().clone()
    }

    /// Whether this is the set that is held.
    pub(crate) fn holds(&self, set: &Arc<KeySet>) -> bool {
        self.held.read().as_ref().is_some_and(|held| Arc::ptr_eq(held, set))
    }

    /// Says that there are other keys now.
    pub(crate) fn rotated(&self) {
        self.stale.store(true, Ordering::Release);
    }

    /// Whether there are other keys than those that were read, or may be: they have been held for too long.
    pub(crate) fn is_stale(&self, now: Duration) -> bool {
        if now.saturating_sub(*self.since.read()) >= HELD {
            self.rotated();
        }
        self.stale.load(Ordering::Acquire)
    }

    /// The right to read, once it is free.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().await
    }

    /// The right to read, where nobody has it.
    pub(crate) fn turn_if_free(&self) -> Option<MutexGuard<'_, Turn>> {
        self.turn.try_lock().ok()
    }

    /// A set other than `known`, read by `read` where none is held yet. `None` where there is none, and it was
    /// looked for lately.
    pub(crate) async fn other_than(
        &self,
        known: Option<&Arc<KeySet>>,
        turn: &mut Turn,
        clock: impl Fn() -> Duration,
        read: impl Future<Output = Result<KeySet, Unavailable>>,
    ) -> Result<Option<Arc<KeySet>>, Unavailable> {
        let held = self.held();
        if let Some(held) = held.as_ref().filter(|held| known.is_none_or(|known| !Arc::ptr_eq(known, held))) {
            return Ok(Some(Arc::clone(held)));
        }
        let now = clock();
        if let Some((at, failure)) = turn.failed
            && now.saturating_sub(at) < FAILURE_KEPT
        {
            return Err(failure);
        }
        let is_due = turn.asked_again.is_none_or(|at| now.saturating_sub(at) >= ASKED_AGAIN);
        // What is said of it from here on is said of a set after this one.
        let was_stale = self.stale.swap(false, Ordering::AcqRel);
        if held.is_some() && !is_due && !was_stale {
            return Ok(None);
        }
        match read.await {
            Ok(set) => {
                let set = Arc::new(set);
                *self.held.write() = Some(Arc::clone(&set));
                *self.since.write() = now;
                turn.failed = None;
                if held.is_some() && !was_stale {
                    turn.asked_again = Some(now);
                }
                Ok(Some(set))
            }
            Err(failure) => {
                self.stale.fetch_or(was_stale, Ordering::AcqRel);
                // Those who waited meanwhile hear of it, however long it took.
                turn.failed = Some((clock(), failure));
                Err(failure)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::error::Unreached;

    const SECOND: Duration = Duration::from_secs(1);

    async fn ask(source: &KeySource, known: Option<&Arc<KeySet>>, at: Duration) -> Option<Arc<KeySet>> {
        let mut turn = source.turn().await;
        source.other_than(known, &mut turn, || at, ready(Ok(KeySet::default()))).await.unwrap()
    }

    #[tokio::test]
    async fn tokens_of_unknown_keys_have_the_set_read_once_in_ten_seconds() {
        let source = KeySource::default();
        let first = ask(&source, None, Duration::ZERO).await.unwrap();
        let second = ask(&source, Some(&first), Duration::ZERO).await.unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(ask(&source, Some(&second), 9 * SECOND).await.is_none());
        assert!(ask(&source, Some(&second), 10 * SECOND).await.is_some());
    }

    #[tokio::test]
    async fn whoever_waited_takes_what_was_read_meanwhile() {
        let source = KeySource::default();
        let first = ask(&source, None, Duration::ZERO).await.unwrap();
        let second = ask(&source, Some(&first), Duration::ZERO).await.unwrap();
        let other = ask(&source, Some(&first), Duration::ZERO).await.unwrap();
        assert!(Arc::ptr_eq(&second, &other) && source.holds(&second));
    }

    #[tokio::test]
    async fn a_rotation_has_it_read_whenever_it_was_read_before() {
        let source = KeySource::default();
        let first = ask(&source, None, Duration::ZERO).await.unwrap();
        let second = ask(&source, Some(&first), Duration::ZERO).await.unwrap();
        source.rotated();
        assert!(source.is_stale(SECOND));
        assert!(ask(&source, Some(&second), SECOND).await.is_some());
        assert!(!source.is_stale(SECOND));
    }

    #[tokio::test]
    async fn a_set_that_was_held_for_five_minutes_is_stale() {
        let source = KeySource::default();
        let first = ask(&source, None, SECOND).await.unwrap();
        assert!(!source.is_stale(300 * SECOND) && source.is_stale(301 * SECOND));
        assert!(ask(&source, Some(&first), 301 * SECOND).await.is_some());
        assert!(!source.is_stale(600 * SECOND) && source.is_stale(601 * SECOND));
    }

    #[tokio::test]
    async fn a_failure_is_remembered_for_a_second_and_a_rotation_until_the_set_was_read() {
        let source = KeySource::default();
        let first = ask(&source, None, Duration::ZERO).await.unwrap();
        source.rotated();
        let fail = |at| {
            let (source, first) = (&source, &first);
            async move {
                let silence = ready(Err(Unreached::NoAnswer.into()));
                source.other_than(Some(first), &mut *source.turn().await, || at, silence).await.err()
            }
        };
        assert!(fail(Duration::ZERO).await.is_some());
        let turn = &mut *source.turn().await;
        let answered =
            source.other_than(Some(&first), turn, || SECOND / 2, ready(Ok(KeySet::default()))).await;
        assert!(answered.is_err() && source.is_stale(SECOND / 2));
        let answered = source.other_than(Some(&first), turn, || SECOND, ready(Ok(KeySet::default()))).await;
        assert!(answered.unwrap().is_some() && !source.is_stale(SECOND));
    }

    #[tokio::test]
    async fn a_failure_is_remembered_from_when_it_is_known_however_long_that_took() {
        let source = KeySource::default();
        let turn = &mut *source.turn().await;
        let moments = std::cell::RefCell::new([Duration::ZERO, SECOND * 5].into_iter());
        let clock = || moments.borrow_mut().next().unwrap();
        let failed = source.other_than(None, turn, clock, ready(Err(Unreached::NoAnswer.into()))).await;
        let soon = source.other_than(None, turn, || SECOND * 11 / 2, ready(Ok(KeySet::default()))).await;
        assert!(failed.is_err() && soon.is_err());
    }
}
