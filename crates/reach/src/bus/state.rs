//! What is known of the connection to the bus.

use std::sync::Arc;

use async_nats::{ConnectOptions, Event, ServerError};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// How the connection to the bus stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusState {
    /// Messages are carried.
    Connected,
    /// They are not, and this is why the last attempt failed, as far as is known.
    Away(Option<String>),
}

/// What a server says that does not let a node hear: the connection stays, and nothing comes by it.
const DEAF: &str = "permissions violation for subscription";

/// Listens to the connection, and says in the log what changes, once.
#[derive(Default)]
pub(super) struct Watch {
    trouble: Mutex<Option<String>>,
    refusals: Mutex<Refusals>,
    refused: Notify,
}

/// The subscriptions that the server refused.
#[derive(Default)]
struct Refusals {
    count: u64,
    /// One of them has not been taken since.
    open: bool,
}

impl Watch {
    /// Why the last attempt failed.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    /// Whether a subscription is refused: the connection is there, and this node does not hear by it.
    pub(super) fn is_deaf(&self) -> bool {
        self.refusals.lock().open
    }

    /// How often a subscription was refused.
    pub(super) fn refusals(&self) -> u64 {
        self.refusals.lock().count
    }

    /// Answers when a subscription is refused.
    pub(super) async fn refused(&self) {
        while !self.is_deaf() {
            self.refused.notified().await;
        }
    }

    /// Every subscription was taken, unless one was refused after so many.
    pub(super) fn taken(&self, after: u64) {
        let mut refusals = self.refusals.lock();
        if refusals.open && refusals.count == after {
            refusals.open = false;
            *self.trouble.lock() = None;
            metrics::gauge!("portico_bus_connected").set(1.0);
            tracing::info!("the bus takes subscriptions again");
        }
    }

    pub(super) fn listen(self: &Arc<Self>, options: ConnectOptions) -> ConnectOptions {
        let (told, asked) = (Arc::clone(self), Arc::clone(self));
        options
            .event_callback(move |event| {
                told.note(&event);
                std::future::ready(())
            })
            // Chooses nothing: before each attempt it is told why the one before failed, in words.
            .reconnect_to_server_callback(move |servers, _| {
                servers.into_iter().filter_map(|server| server.last_error).for_each(|why| asked.failed(why));
                std::future::ready(None)
            })
    }

    fn note(&self, event: &Event) {
        match event {
            // Whether it lets this node hear is not known yet.
            Event::Connected if self.is_deaf() => {}
            Event::Connected => {
                *self.trouble.lock() = None;
                metrics::gauge!("portico_bus_connected").set(1.0);
                tracing::info!("the bus is there");
            }
            Event::Disconnected => {
                metrics::gauge!("portico_bus_connected").set(0.0);
                tracing::warn!("the bus is away; closings wait for leases until it is back");
            }
            Event::SlowConsumer(_) => metrics::counter!("portico_bus_unheard_total").increment(1),
            Event::ServerError(ServerError::Other(why)) if why.to_lowercase().contains(DEAF) => {
                metrics::gauge!("portico_bus_connected").set(0.0);
                {
                    let mut refusals = self.refusals.lock();
                    refusals.count += 1;
                    refusals.open = true;
                }
                self.failed(why.clone());
                self.refused.notify_one();
            }
            Event::ServerError(error) => tracing::warn!(%error, "the bus refused something"),
            // Attempts that fail are told with their cause elsewhere.
            Event::ClientError(_) | Event::LameDuckMode | Event::Draining | Event::Closed => {}
        }
    }

    fn failed(&self, why: String) {
        let mut last = self.trouble.lock();
        if last.as_ref() != Some(&why) {
            tracing::warn!(%why, "the bus cannot be reached; closings wait for leases until it is");
            *last = Some(why);
        }
    }
}
