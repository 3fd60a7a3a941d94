//! The part of a store that deliveries need.

use async_trait::async_trait;
use portico_core::Change;
use portico_core::id::DeliveryId;
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_store::{CommitError, Page, Store, Unavailable};

/// The logout messages that are still to be delivered.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Pending deliveries due at this moment, longest due first.
    async fn due(&self, at: Moment, limit: usize) -> Result<Vec<Delivery>, Unavailable>;
    /// Pending deliveries by id, due or not.
    async fn pending(&self, page: Page<DeliveryId>) -> Result<Vec<Delivery>, Unavailable>;
    /// When the next pending delivery is due.
    async fn next_at(&self) -> Result<Option<Moment>, Unavailable>;
    /// Records what came of attempts, all of it or nothing.
    async fn record(&self, changes: Vec<Change>) -> Result<(), CommitError>;
}

#[async_trait]
impl Outbox for dyn Store {
    async fn due(&self, at: Moment, limit: usize) -> Result<Vec<Delivery>, Unavailable> {
        self.deliveries_due(None, at, limit).await
    }

    async fn pending(&self, page: Page<DeliveryId>) -> Result<Vec<Delivery>, Unavailable> {
        self.deliveries(Some(DeliveryState::Pending), page).await
    }

    async fn next_at(&self) -> Result<Option<Moment>, Unavailable> {
        self.next_delivery_at(None).await
    }

    async fn record(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.commit(changes).await.map(drop)
    }
}
