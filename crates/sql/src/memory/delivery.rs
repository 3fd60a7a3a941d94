//! The outbox of logout messages.

use portico_core::id::DeliveryId;
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_store::{Page, Taken};

use super::{Applied, State, free, rewrite};

impl State {
    fn pending(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().filter(|delivery| delivery.state == DeliveryState::Pending)
    }

    pub(super) fn deliveries_due(&self, at: Moment, limit: usize) -> Vec<Delivery> {
        let mut due: Vec<_> = self.pending().filter(|delivery| delivery.next_at <= at).cloned().collect();
        due.sort_by_key(|delivery| (delivery.next_at, delivery.id));
        due.truncate(limit);
        due
    }

    pub(super) fn next_delivery_at(&self) -> Option<Moment> {
        self.pending().map(|delivery| delivery.next_at).min()
    }

    pub(super) fn count_waiting(&self, most: usize) -> usize {
        self.pending().take(most).count()
    }

    pub(super) fn deliveries_in(
        &self,
        state: Option<DeliveryState>,
        page: Page<DeliveryId>,
    ) -> Vec<Delivery> {
        let deliveries = self.deliveries.after(page.after.as_ref());
        let deliveries = deliveries.filter(|delivery| state.is_none_or(|state| delivery.state == state));
        deliveries.take(page.limit).cloned().collect()
    }

    pub(super) fn queue_delivery(&mut self, delivery: Delivery) -> Applied {
        free(!self.deliveries.has(&delivery.id), Taken::Id)?;
        self.deliveries.put(delivery.id, delivery);
        Ok(())
    }

    pub(super) fn try_delivery(
        &mut self,
        id: DeliveryId,
        attempts: u32,
        next_at: Moment,
        state: DeliveryState,
        last_error: Option<String>,
    ) -> Applied {
        rewrite(&mut self.deliveries, id, |delivery| {
            *delivery = Delivery { attempts, next_at, state, last_error, ..delivery.clone() };
            Ok(())
        })
    }
}
