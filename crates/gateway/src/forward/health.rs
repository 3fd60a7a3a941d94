//! Whether an upstream is worth trying.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long an upstream is left alone after its first failure; twice as long after each further one.
const FIRST: Duration = Duration::from_secs(1);
/// How long at most.
const MOST: Duration = Duration::from_secs(30);

/// What is known of an upstream's health, by its answers and by asking.
pub(super) struct Health {
    origin: Instant,
    failures: AtomicU32,
    /// Milliseconds since `origin` until which it is left alone.
    alone_until: AtomicU64,
    /// Whether the last question after its health went badly.
    ill: AtomicBool,
}

impl Health {
    pub(super) fn new() -> Self {
        let (failures, alone_until) = (AtomicU32::new(0), AtomicU64::new(0));
        Self { origin: Instant::now(), failures, alone_until, ill: AtomicBool::new(false) }
    }

    /// Whether there is no reason not to send it a request.
    pub(super) fn is_well(&self) -> bool {
        !self.ill.load(Ordering::Relaxed) && self.alone_until.load(Ordering::Relaxed) == 0
    }

    /// Whether it has been left alone for long enough: one request at a time finds out how it is, and it is
    /// for who is told so to send it.
    pub(super) fn is_due(&self) -> bool {
        let until = self.alone_until.load(Ordering::Relaxed);
        if until == 0 || self.ill.load(Ordering::Relaxed) {
            return false;
        }
        let now = self.now();
        let next = now + self.pause();
        now >= until
            && self.alone_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// It answered.
    pub(super) fn well(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.alone_until.store(0, Ordering::Relaxed);
        }
    }

    /// It could not be reached, broke off, or was silent.
    pub(super) fn failed(&self) {
        let until = self.now() + self.pause();
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.alone_until.store(until.max(1), Ordering::Relaxed);
    }

    /// What it said when it was asked.
    pub(super) fn asked(&self, is_well: bool) -> bool {
        if is_well {
            self.well();
        }
        self.ill.swap(!is_well, Ordering::Relaxed) == is_well
    }

    fn pause(&self) -> u64 {
        let doublings = self.failures.load(Ordering::Relaxed).min(16);
        let pause = FIRST.saturating_mul(1 << doublings).min(MOST);
        u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_that_failed_is_left_alone_and_then_tried_by_one() {
        let mut health = Health::new();
        assert!(health.is_well() && !health.is_due());
        health.failed();
        assert!(!health.is_well() && !health.is_due());
        health.origin -= Duration::from_millis(1100);
        assert!(health.is_due());
        assert!(!health.is_due(), "one at a time");
        health.well();
        assert!(health.is_well() && !health.is_due());
    }

    #[test]
    fn each_failure_leaves_it_alone_for_longer_up_to_a_bound() {
        let health = Health::new();
        let pauses: Vec<u64> = (0..8)
            .map(|_| {
                let pause = health.pause();
                health.failed();
                pause
            })
            .collect();
        assert_eq!(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn an_upstream_that_says_it_is_ill_is_believed_until_it_says_otherwise() {
        let health = Health::new();
        assert!(health.asked(false), "news");
        assert!(!health.asked(false), "no news");
        health.well();
        assert!(!health.is_well());
        assert!(health.asked(true));
        assert!(health.is_well());
    }
}
