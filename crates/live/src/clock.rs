//! The clock, read in one place and handed on as a value.

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use portico_core::moment::Moment;
use portico_core::rule::lease::Tick;
use rustix::time::{ClockId, clock_gettime};

use crate::Ticks;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment it is now.
    fn now(&self) -> Moment;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The time since the machine started, sleep included (`CLOCK_BOOTTIME`).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTicks;

#[async_trait]
impl Ticks for SystemTicks {
    fn now(&self) -> Tick {
        let time = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        Tick(seconds * 1_000_000 + u64::try_from(time.tv_nsec / 1000).unwrap_or_default())
    }

    async fn until(&self, tick: Tick) {
        // Timers do not count while the machine sleeps: the clock has the last word.
        while let Some(left) = tick.0.checked_sub(self.now().0).filter(|left| *left > 0) {
            tokio::time::sleep(std::time::Duration::from_micros(left)).await;
        }
    }
}
