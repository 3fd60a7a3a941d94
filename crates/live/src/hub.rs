//! The hub: what has been committed, passed on in commit order to whoever listens.

use std::sync::Arc;

use parking_lot::RwLock;
use portico_core::id::EventSeq;
use portico_core::noun::event::Event;
use portico_store::{Store, Unavailable};
use tokio::sync::{Notify, broadcast};

const WAITING: usize = 4096;
const BATCH: usize = 1000;

/// Passes events on. Reading them back from the store keeps them in commit order, whichever
/// commit answered first.
pub struct Hub {
    store: Arc<dyn Store>,
    sender: RwLock<Option<broadcast::Sender<Arc<Event>>>>,
    wake: Notify,
    start: EventSeq,
}

/// A place at the hub.
pub struct Subscription {
    receiver: broadcast::Receiver<Arc<Event>>,
}

impl Subscription {
    /// The next event; `None` if some were missed, so that the listener reads them from the store.
    ///
    /// Fails when the hub is gone.
    pub async fn next(&mut self) -> Result<Option<Arc<Event>>, broadcast::error::RecvError> {
        match self.receiver.recv().await {
            Ok(event) => Ok(Some(event)),
            Err(broadcast::error::RecvError::Lagged(_)) => Ok(None),
            Err(closed) => Err(closed),
        }
    }
}

impl Hub {
    pub(crate) async fn open(store: Arc<dyn Store>) -> Result<Self, Unavailable> {
        let (start, _) = store.event_bounds().await?;
        Ok(Self {
            store,
            sender: RwLock::new(Some(broadcast::channel(WAITING).0)),
            wake: Notify::new(),
            start,
        })
    }

    /// Takes a place at the hub: every event committed after this call will come.
    pub fn subscribe(&self) -> Subscription {
        let receiver = match &*self.sender.read() {
            Some(sender) => sender.subscribe(),
            // Closed already: a channel whose other end is gone says so at once.
            None => broadcast::channel(1).1,
        };
        Subscription { receiver }
    }

    /// Tells every listener that nothing more will come: the node is stopping.
    pub fn close(&self) {
        *self.sender.write() = None;
    }

    /// Says that there may be something new.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Passes events on until the task is dropped. Run it once.
    pub async fn run(&self) {
        let mut last = self.start;
        loop {
            match self.store.events_after(last, BATCH).await {
                Ok(events) if events.is_empty() => self.wake.notified().await,
                Ok(events) => {
                    for event in events {
                        last = event.seq;
                        // Nobody listening is no fault: who comes later reads from the store.
                        let _ = self.sender.read().as_ref().map(|sender| sender.send(Arc::new(event)));
                    }
                }
                Err(unavailable) => {
                    tracing::warn!(%unavailable, "events wait for the store");
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
        }
    }
}
