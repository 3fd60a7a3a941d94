//! Since when what comes may have been there.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::clock::Moment;

/// How often it is looked: for up to twice that a word that came at once counts as old.
const EVERY: Duration = Duration::from_millis(250);

/// Looks whether anything is there, at short intervals.
pub(super) struct Looks {
    due: Interval,
    /// The last two at which nothing was.
    in_vain: [Moment; 2],
}

impl Looks {
    /// Those of something that is not there before `now`.
    pub(super) fn new(now: Moment) -> Self {
        let mut due = interval(EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { due, in_vain: [now; 2] }
    }

    /// Since when what is there may have been: it may have waited for as long as the process stood.
    ///
    /// That is the last look but one at which it was not. Another task (that of the connection) hands on what comes, and
    /// when the process goes on, both do at once: the last look may have found nothing only because it was first.
    pub(super) fn since(&self) -> Moment {
        self.in_vain[0]
    }

    /// Waits for what comes.
    pub(super) async fn wait<T>(&mut self, clock: impl Fn() -> Moment, coming: impl Future<Output = T>) -> T {
        let mut coming = pin!(coming);
        poll_fn(|context| {
            let came = coming.as_mut().poll(context);
            // By the interval alone: two looks at once, as many wakers would have it, are no more than one.
            while came.is_pending() && self.due.poll_tick(context).is_ready() {
                self.in_vain = [self.in_vain[1], clock()];
            }
            came
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use tokio::sync::oneshot;
    use tokio::time::advance;

    use super::*;

    fn moment(seconds: u64) -> Moment {
        Moment { since_epoch: Duration::from_secs(seconds), steady: Duration::from_secs(seconds) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_that_is_handed_on_after_the_first_look_counts_from_before_the_process_stood() {
        let now = Cell::new(moment(0));
        let (say, word) = oneshot::channel();
        let mut looks = Looks::new(now.get());
        let mut waiting = Box::pin(looks.wait(|| now.get(), word));
        for second in [1, 2] {
            now.set(moment(second));
            assert!(waiting.as_mut().now_or_never().is_none());
            advance(EVERY).await;
        }
        // The process stood, and a word came meanwhile. The connection's task has its turn after this one, however often
        // that is woken, and by the time of the next look.
        now.set(moment(9));
        for _ in 0..3 {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        say.send(()).unwrap();
        advance(EVERY).await;
        assert!(waiting.as_mut().now_or_never().is_some());
        drop(waiting);
        assert_eq!(looks.since(), moment(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_that_comes_at_once_counts_from_half_a_second_before_at_most() {
        let now = Cell::new(moment(0));
        let mut looks = Looks::new(now.get());
        for second in 1..9 {
            now.set(moment(second));
            assert!(looks.wait(|| now.get(), std::future::pending::<()>()).now_or_never().is_none());
            advance(EVERY).await;
        }
        looks.wait(|| now.get(), std::future::ready(())).await;
        assert_eq!(looks.since(), moment(7));
    }
}
