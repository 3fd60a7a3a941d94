//! Waiting until memory has caught up with every commit that was under way.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The commits that have begun and have not yet been taken out of memory.
#[derive(Default)]
pub(crate) struct UnderWay {
    state: Mutex<State>,
    done: Notify,
}

#[derive(Default)]
struct State {
    next: u64,
    running: BTreeSet<u64>,
}

/// One commit under way; it is done when this is dropped.
pub(crate) struct Running<'a> {
    all: &'a UnderWay,
    number: u64,
}

impl UnderWay {
    pub(crate) fn begin(&self) -> Running<'_> {
        let mut state = self.state.lock();
        let number = state.next;
        state.next += 1;
        state.running.insert(number);
        Running { all: self, number }
    }

    /// Answers when every commit that had begun before the call is done.
    pub(crate) async fn settled(&self) {
        let horizon = self.state.lock().next;
        loop {
            let done = self.done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            if self.state.lock().running.first().is_none_or(|first| *first >= horizon) {
                return;
            }
            done.await;
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.all.state.lock().running.remove(&self.number);
        self.all.done.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settling_waits_for_what_had_begun_and_for_nothing_later() {
        let under_way = UnderWay::default();
        let first = under_way.begin();
        let settled = under_way.settled();
        tokio::pin!(settled);
        assert!(futures_poll(settled.as_mut()).await);
        let _later = under_way.begin();
        drop(first);
        settled.await;
    }

    /// Whether the future is still pending after one poll.
    async fn futures_poll(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        let mut future = Some(future);
        std::future::poll_fn(move |context| {
            let pending = future.take().is_some_and(|future| future.poll(context).is_pending());
            std::task::Poll::Ready(pending)
        })
        .await
    }
}
