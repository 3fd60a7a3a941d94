//! The hub: what has been committed, passed on in commit order to whoever listens for it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use portico_core::id::EventSeq;
use portico_core::rule::tell::Topic;
use portico_store::{Store, Unavailable};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::Subscription;
use crate::listeners::Listeners;

const BATCH: usize = 1000;
/// How long reading what has been committed may take.
const PROMPT: Duration = Duration::from_millis(500);

/// Passes events on. Reading them back from the store keeps them in commit order, whichever
/// commit answered first.
pub struct Hub {
    store: Arc<dyn Store>,
    listeners: Arc<Listeners>,
    wake: Notify,
    start: EventSeq,
    /// Since when it is known that there may be something that has not been read.
    unread: Mutex<Option<Instant>>,
}

impl Hub {
    pub(crate) async fn open(store: Arc<dyn Store>) -> Result<Self, Unavailable> {
        let (start, _) = store.event_bounds().await?;
        Ok(Self {
            store,
            listeners: Arc::new(Listeners::new(start)),
            wake: Notify::new(),
            start,
            unread: Mutex::new(None),
        })
    }

    /// Takes a place at the hub: every event of these topics that is committed after this call will come.
    pub fn subscribe(&self, topics: Vec<Topic>) -> Subscription {
        self.listeners.join(topics)
    }

    /// Tells every listener that nothing more will come: the node is stopping.
    pub fn close(&self) {
        self.listeners.close();
    }

    /// Says that there may be something new.
    pub(crate) fn wake(&self) {
        self.unread.lock().get_or_insert_with(Instant::now);
        self.wake.notify_one();
    }

    /// Says that everything up to this event is committed.
    pub(crate) fn wake_for(&self, last: EventSeq) {
        if last > self.listeners.passed() {
            self.wake();
        }
    }

    /// Whether there has been something to read for longer than reading takes: listeners may lack it.
    pub fn is_behind(&self) -> bool {
        self.unread.lock().is_some_and(|since| since.elapsed() > PROMPT)
    }

    /// Everything that was there when this read began has been passed on.
    fn read_up_to(&self, began: Instant) {
        let mut unread = self.unread.lock();
        *unread = unread.filter(|since| *since > began);
    }

    /// Passes events on until the task is dropped. Run it once.
    pub async fn run(&self) {
        let mut last = self.start;
        loop {
            let began = Instant::now();
            match self.store.events_after(last, BATCH).await {
                Ok(events) => {
                    let all = events.len() < BATCH;
                    for event in events {
                        last = event.seq;
                        self.listeners.pass(event);
                    }
                    if all {
                        self.read_up_to(began);
                        // Whatever was committed since the read began wakes after that, so now at the latest.
                        self.wake.notified().await;
                    }
                }
                Err(unavailable) => {
                    tracing::warn!(%unavailable, "events wait for the store");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.close();
    }
}
