//! How long one may wait for somebody who says nothing, or next to nothing.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Counts the time spent waiting, and what came meanwhile. Time in which nobody waited does not count: who
/// could not take more has no reason to complain that nothing came.
///
/// It costs a look at the clock per wait. The timer behind it is set anew only when it has run out, so that
/// a pace which is kept for many messages sets it rarely.
#[derive(Debug)]
pub(crate) struct Pace {
    limit: Duration,
    least: u64,
    waited: Duration,
    since: Option<Instant>,
    bytes: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// In each `limit` of waiting at least so many bytes must come.
    pub(crate) fn new(limit: Duration, least: u64) -> Self {
        Self { limit, least, waited: Duration::ZERO, since: None, bytes: 0, timer: None }
    }

    /// Begins anew.
    pub(crate) fn begin(&mut self) {
        self.waited = Duration::ZERO;
        self.since = None;
        self.bytes = 0;
    }

    /// Notes that something came.
    pub(crate) fn came(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes >= self.least {
            self.begin();
        }
    }

    /// Notes that nothing is there yet; ready when that is so for too long.
    pub(crate) fn poll_exceeded(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if let Some(since) = self.since.replace(now) {
            self.waited += now.saturating_duration_since(since);
        }
        if self.waited >= self.limit {
            return Poll::Ready(());
        }
        let end = now + (self.limit - self.waited);
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if timer.deadline() > end {
            timer.as_mut().reset(end);
        }
        while timer.as_mut().poll(context).is_ready() {
            if timer.deadline() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const LIMIT: Duration = Duration::from_secs(10);

    async fn wait(pace: &mut Pace, most: Duration) -> bool {
        tokio::time::timeout(most, poll_fn(|context| pace.poll_exceeded(context))).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn silence_lasts_as_long_as_the_limit_says() {
        let mut pace = Pace::new(LIMIT, 1);
        assert!(!wait(&mut pace, Duration::from_secs(9)).await);
        assert!(wait(&mut pace, Duration::from_secs(2)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_not_enough_where_more_is_asked() {
        let mut pace = Pace::new(LIMIT, 100);
        let mut seconds = 0;
        while !wait(&mut pace, Duration::from_secs(1)).await {
            pace.came(1);
            seconds += 1;
        }
        assert_eq!(seconds, 9);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_fast_enough_may_last_for_ever() {
        let mut pace = Pace::new(LIMIT, 100);
        for _ in 0..100 {
            assert!(!wait(&mut pace, Duration::from_secs(5)).await);
            pace.came(100);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pace_that_begins_anew_forgets_what_was() {
        let mut pace = Pace::new(LIMIT, 1);
        assert!(!wait(&mut pace, Duration::from_secs(9)).await);
        tokio::time::sleep(Duration::from_secs(100)).await;
        pace.begin();
        assert!(!wait(&mut pace, Duration::from_secs(9)).await);
        assert!(wait(&mut pace, Duration::from_secs(2)).await);
    }
}
