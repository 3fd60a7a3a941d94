//! What is known of the connection to the bus.

use std::sync::Arc;

use async_nats::{ConnectOptions, Event};
use parking_lot::Mutex;

/// How the connection to the bus stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusState {
    /// Messages are carried.
    Connected,
    /// They are not, and this is why the last attempt failed, as far as is known.
    Away(Option<String>),
}

/// Listens to the connection, and says in the log what changes, once.
#[derive(Default)]
pub(super) struct Watch(Mutex<Option<String>>);

impl Watch {
    /// Why the last attempt failed.
    pub(super) fn trouble(&self) -> Option<String> {
        self.0.lock().clone()
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
            Event::Connected => {
                *self.0.lock() = None;
                metrics::gauge!("portico_bus_connected").set(1.0);
                tracing::info!("the bus is there");
            }
            Event::Disconnected => {
                metrics::gauge!("portico_bus_connected").set(0.0);
                tracing::warn!("the bus is away; closings wait for leases until it is back");
            }
            Event::SlowConsumer(_) => metrics::counter!("portico_bus_unheard_total").increment(1),
            Event::ServerError(error) => tracing::warn!(%error, "the bus refused something"),
            // Attempts that fail are told with their cause elsewhere.
            Event::ClientError(_) | Event::LameDuckMode | Event::Draining | Event::Closed => {}
        }
    }

    fn failed(&self, why: String) {
        let mut last = self.0.lock();
        if last.as_ref() != Some(&why) {
            tracing::warn!(%why, "the bus cannot be reached; closings wait for leases until it is");
            *last = Some(why);
        }
    }
}
