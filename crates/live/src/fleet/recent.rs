//! How often something happened lately.

use portico_core::rule::lease::Tick;

/// How many minutes are kept.
const MINUTES: u64 = 60;
/// One of them, in microseconds.
const MINUTE: u64 = 60_000_000;

/// Counts what happened within the last hour, to the minute, in memory that does not grow.
pub(super) struct Recent {
    counts: [u64; MINUTES as usize],
    /// The minute that was counted in last.
    last: u64,
}

impl Default for Recent {
    fn default() -> Self {
        Self { counts: [0; MINUTES as usize], last: 0 }
    }
}

impl Recent {
    /// Once more.
    pub(super) fn count(&mut self, now: Tick) {
        let minute = now.0 / MINUTE;
        for passed in (self.last + 1..=minute).rev().take(self.counts.len()) {
            self.counts[slot(passed)] = 0;
        }
        self.last = self.last.max(minute);
        self.counts[slot(minute)] += 1;
    }

    /// How often within the hour before this.
    pub(super) fn within_an_hour(&self, now: Tick) -> u64 {
        let passed = (now.0 / MINUTE).saturating_sub(self.last);
        let kept = (0..MINUTES.saturating_sub(passed)).filter_map(|back| self.last.checked_sub(back));
        kept.map(|minute| self.counts[slot(minute)]).sum()
    }
}

fn slot(minute: u64) -> usize {
    usize::try_from(minute % MINUTES).expect("it is less than sixty")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Tick {
        Tick(minute * MINUTE + 7)
    }

    #[test]
    fn what_is_an_hour_old_is_not_counted_any_more() {
        let mut recent = Recent::default();
        assert_eq!(recent.within_an_hour(at(0)), 0);
        for minute in [0, 0, 30, 59] {
            recent.count(at(minute));
        }
        for (minute, counted) in [(59, 4), (60, 2), (89, 2), (90, 1), (118, 1), (119, 0), (9000, 0)] {
            assert_eq!(recent.within_an_hour(at(minute)), counted, "in minute {minute}");
        }
        recent.count(at(61));
        assert_eq!(recent.within_an_hour(at(61)), 3);
        recent.count(at(700));
        assert_eq!(recent.within_an_hour(at(700)), 1);
    }
}
