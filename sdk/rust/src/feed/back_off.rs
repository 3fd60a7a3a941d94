//! How long to wait before the feed is opened again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// Doubles with each attempt that failed, and lets chance spread those who were cut off together.
#[derive(Default)]
pub(crate) struct BackOff(u32);

impl BackOff {
    /// The wait before the next attempt: between half and all of what is due, as `chance` (0 to 1) has it, and
    /// no less than Portico asked for, up to 10 s.
    pub(crate) fn next(&mut self, chance: f64, asked_for: Option<Duration>) -> Duration {
        let due = FIRST.saturating_mul(1 << self.0.min(10)).min(LONGEST);
        self.0 = self.0.saturating_add(1);
        due.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0).max(asked_for.unwrap_or_default().min(LONGEST))
    }

    /// The feed is well again.
    pub(crate) fn forget(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_ten_seconds_and_begins_anew() {
        let mut wait = BackOff::default();
        let waits: Vec<_> = (0..9).map(|_| wait.next(1.0, None).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        wait.forget();
        assert_eq!(wait.next(1.0, None), Duration::from_millis(100));
    }

    #[test]
    fn chance_takes_up_to_half_and_portico_may_ask_for_more() {
        let mut wait = BackOff::default();
        assert_eq!(wait.next(0.0, None), Duration::from_millis(50));
        assert_eq!(wait.next(0.0, Some(Duration::from_secs(1))), Duration::from_secs(1));
        assert_eq!(wait.next(0.0, Some(Duration::from_secs(3600))), LONGEST);
    }
}
