//! The part of a store that deliveries need.

use std::sync::Arc;

use async_trait::async_trait;
use portico_core::Change;
use portico_core::id::{DeliveryId, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_store::{CommitError, Page, Store, Unavailable};

/// Which deliveries are this process's to make, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// All of them: it has the store to itself.
    All,
    /// Those of this node, and those that no node has once it has claimed them.
    Of(NodeId),
    /// None: it does not know what the other nodes do.
    None,
}

/// Says which they are now; a node that enters again has another id.
pub type OnDuty = Arc<dyn Fn() -> Duty + Send + Sync>;

impl Duty {
    /// Whether the delivery is this process's, or would be once it has claimed it.
    pub(crate) fn covers(self, delivery: &Delivery) -> bool {
        match self {
            Self::All => true,
            Self::Of(me) => delivery.owner.is_none_or(|owner| owner == me),
            Self::None => false,
        }
    }

    /// The change that must go through for the delivery to be this process's, and that holds only as long
    /// as it is.
    pub(crate) fn claim(self, delivery: DeliveryId) -> Option<Change> {
        match self {
            Self::Of(by) => Some(Change::DeliveryClaimed { delivery, by }),
            Self::All | Self::None => None,
        }
    }
}

/// The logout messages that are still to be delivered.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The delivery of this id.
    async fn get(&self, id: DeliveryId) -> Result<Option<Delivery>, Unavailable>;
    /// Pending deliveries due at this moment that this node has or none has, longest due first.
    async fn due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Result<Vec<Delivery>, Unavailable>;
    /// Pending deliveries by id, due or not, whoever has them.
    async fn pending(&self, page: Page<DeliveryId>) -> Result<Vec<Delivery>, Unavailable>;
    /// When the next pending delivery that this node has or none has is due.
    async fn next_at(&self, by: Option<NodeId>) -> Result<Option<Moment>, Unavailable>;
    /// Records claims and what came of attempts, all of it or nothing.
    async fn record(&self, changes: Vec<Change>) -> Result<(), CommitError>;
}

#[async_trait]
impl Outbox for dyn Store {
    async fn get(&self, id: DeliveryId) -> Result<Option<Delivery>, Unavailable> {
        self.delivery(id).await
    }

    async fn due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Result<Vec<Delivery>, Unavailable> {
        self.deliveries_due(by, at, limit).await
    }

    async fn pending(&self, page: Page<DeliveryId>) -> Result<Vec<Delivery>, Unavailable> {
        self.deliveries(Some(DeliveryState::Pending), page).await
    }

    async fn next_at(&self, by: Option<NodeId>) -> Result<Option<Moment>, Unavailable> {
        self.next_delivery_at(by).await
    }

    async fn record(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.commit(changes).await.map(drop)
    }
}
