//! What has come in and was not heard yet.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The most messages that wait to be heard.
pub(super) const MOST: usize = 16_384;

/// A queue of messages. Beyond its bound the oldest goes: whoever sent it has waited longest already.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: Mutex<VecDeque<Vec<u8>>>,
    come: Notify,
}

impl Inbox {
    pub(super) fn put(&self, message: Vec<u8>) {
        let overflowed = {
            let mut waiting = self.waiting.lock();
            let full = waiting.len() >= MOST;
            if full {
                waiting.pop_front();
            }
            waiting.push_back(message);
            full
        };
        if overflowed {
            metrics::counter!("portico_bus_unheard_total").increment(1);
        }
        self.come.notify_one();
    }

    /// The next message, for one listener at a time. It can be given up without losing one.
    pub(super) async fn next(&self) -> Vec<u8> {
        loop {
            if let Some(message) = self.waiting.lock().pop_front() {
                return message;
            }
            self.come.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_come_in_order_and_beyond_the_bound_the_oldest_go() {
        let inbox = Inbox::default();
        for number in 0..=MOST {
            inbox.put(number.to_be_bytes().to_vec());
        }
        assert_eq!(inbox.next().await, 1usize.to_be_bytes());
        assert_eq!(inbox.next().await, 2usize.to_be_bytes());
        assert_eq!(inbox.waiting.lock().len(), MOST - 2);
    }
}
