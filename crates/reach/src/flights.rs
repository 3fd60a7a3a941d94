//! Which attempts are in flight, and whether one more may start.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

use portico_core::id::{ClientId, DeliveryId};
use portico_core::noun::delivery::Delivery;
use tokio::task::{Id, JoinError, JoinSet};

use crate::attempt::Landed;

/// How many different receivers are spoken to at once.
pub(crate) const MOST_CLIENTS: usize = 32;
/// How many attempts towards one receiver are in flight at once.
pub(crate) const MOST_PER_CLIENT: usize = 4;

/// The attempts in flight: never two of one delivery, and bounded per receiver and over all.
#[derive(Default)]
pub(crate) struct Flights {
    tasks: JoinSet<Landed>,
    running: HashMap<Id, (DeliveryId, ClientId)>,
    deliveries: HashSet<DeliveryId>,
    clients: HashMap<ClientId, usize>,
}

impl Flights {
    /// How many attempts are in flight.
    pub(crate) fn len(&self) -> usize {
        self.deliveries.len()
    }

    /// Whether an attempt towards a receiver that is not spoken to yet may start.
    pub(crate) fn have_room(&self) -> bool {
        self.clients.len() < MOST_CLIENTS
    }

    /// Whether an attempt of this delivery may start.
    pub(crate) fn admit(&self, delivery: &Delivery) -> bool {
        let room = match self.clients.get(&delivery.client) {
            Some(count) => *count < MOST_PER_CLIENT,
            None => self.have_room(),
        };
        room && !self.deliveries.contains(&delivery.id)
    }

    /// Starts an attempt of a delivery that was admitted.
    pub(crate) fn start(
        &mut self,
        delivery: &Delivery,
        attempt: impl Future<Output = Landed> + Send + 'static,
    ) {
        let task = self.tasks.spawn(attempt);
        self.running.insert(task.id(), (delivery.id, delivery.client.clone()));
        self.deliveries.insert(delivery.id);
        *self.clients.entry(delivery.client.clone()).or_default() += 1;
        self.gauge();
    }

    /// Waits for one attempt to end; for ever if none is in flight.
    pub(crate) async fn landing(&mut self) -> Landed {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.ended(ended),
            None => std::future::pending().await,
        }
    }

    /// Takes note of every attempt that has ended already.
    pub(crate) fn collect(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.ended(ended);
        }
    }

    /// Lets what is in flight end, for this long at most, and breaks off the rest.
    pub(crate) async fn finish(&mut self, within: Duration) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let ended = tokio::time::timeout(within, all).await;
        if ended.is_err() {
            self.tasks.shutdown().await;
        }
        (self.running, self.deliveries, self.clients) = Default::default();
        self.gauge();
    }

    fn ended(&mut self, ended: Result<(Id, Landed), JoinError>) -> Landed {
        let (id, landed) = ended.unwrap_or_else(|error| (error.id(), Landed::Unrecorded));
        if let Some((delivery, client)) = self.running.remove(&id) {
            self.deliveries.remove(&delivery);
            if let Some(count) = self.clients.get_mut(&client) {
                *count -= 1;
                if *count == 0 {
                    self.clients.remove(&client);
                }
            }
            self.gauge();
        }
        landed
    }

    fn gauge(&self) {
        metrics::gauge!("portico_deliveries_in_flight").set(self.len() as f64);
    }
}
