//! The outbox of logout messages.

use portico_core::id::{DeliveryId, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_store::{Page, Taken};

use super::{Applied, State, free, hold, rewrite};

impl State {
    fn pending(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().filter(|delivery| delivery.state == DeliveryState::Pending)
    }

    /// Those that this node has or none has.
    fn within_reach(&self, by: Option<NodeId>) -> impl Iterator<Item = &Delivery> {
        self.pending().filter(move |delivery| delivery.owner.is_none() || delivery.owner == by)
    }

    pub(super) fn deliveries_due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Vec<Delivery> {
        let due = self.within_reach(by).filter(|delivery| delivery.next_at <= at);
        let mut due: Vec<_> = due.cloned().collect();
        due.sort_by_key(|delivery| (delivery.next_at, delivery.id));
        due.truncate(limit);
        due
    }

    pub(super) fn next_delivery_at(&self, by: Option<NodeId>) -> Option<Moment> {
        self.within_reach(by).map(|delivery| delivery.next_at).min()
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

    pub(super) fn queue_delivery(&mut self, mut delivery: Delivery) -> Applied {
        free(!self.deliveries.has(&delivery.id), Taken::Id)?;
        delivery.owner = delivery.owner.filter(|owner| self.nodes.has(owner));
        self.deliveries.put(delivery.id, delivery);
        Ok(())
    }

    pub(super) fn claim_delivery(&mut self, id: DeliveryId, by: NodeId) -> Applied {
        hold(self.nodes.has(&by))?;
        rewrite(&mut self.deliveries, id, |delivery| {
            hold(delivery.owner.is_none_or(|owner| owner == by))?;
            delivery.owner = Some(by);
            Ok(())
        })
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
