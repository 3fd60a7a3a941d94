//! What time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One look at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Since 1970-01-01 UTC, as in `exp` and `iat` (RFC 7519 §2, NumericDate).
    pub since_epoch: Duration,
    /// Since a moment that stays the same while the process runs. Never goes back.
    pub steady: Duration,
}

impl Moment {
    /// How long ago `earlier` was: the longer of the two ways to count, since a steady clock may stand while
    /// the machine sleeps, and the other may be set back.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let steady = self.steady.saturating_sub(earlier.steady);
        steady.max(self.since_epoch.saturating_sub(earlier.since_epoch))
    }
}

/// Where the time comes from. The machine's clock unless [`Builder::clock`](crate::Builder::clock) says
/// otherwise, as tests do.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Moment;
}

/// The machine's own.
pub(crate) struct Machine(Instant);

impl Machine {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Machine {
    fn now(&self) -> Moment {
        Moment {
            since_epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            steady: self.0.elapsed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_while_the_machine_slept_or_the_clock_was_set_back_counts() {
        let at = |wall, steady| Moment {
            since_epoch: Duration::from_secs(wall),
            steady: Duration::from_secs(steady),
        };
        assert_eq!(at(100, 10).since(at(98, 8)), Duration::from_secs(2));
        assert_eq!(at(100, 8).since(at(60, 8)), Duration::from_secs(40));
        assert_eq!(at(60, 11).since(at(100, 8)), Duration::from_secs(3));
    }
}
