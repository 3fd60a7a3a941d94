//! A delivery: a logout message that a back end has still to get.

use crate::id::{ClientId, DeliveryId, NodeId, SessionId, UserId};
use crate::moment::Moment;

/// One Back-Channel Logout message to one client, kept until it is delivered or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Who is to be told.
    pub client: ClientId,
    /// Whose session ended.
    pub user: UserId,
    /// Which session ended.
    pub session: SessionId,
    /// When the session ended.
    pub queued_at: Moment,
    /// How many attempts have failed.
    pub attempts: u32,
    /// When it is tried next; meaningful while pending.
    pub next_at: Moment,
    /// Where it stands.
    pub state: DeliveryState,
    /// The node that delivers it, where several share the store; none has it where this is none.
    pub owner: Option<NodeId>,
    /// Why the last attempt failed, without anything the receiver said.
    pub last_error: Option<String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried.
    Pending,
    /// The receiver accepted it.
    Delivered,
    /// It was given up; it can be sent again by hand.
    Failed,
}

impl DeliveryState {
    /// The state as the wire and the store write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state written as [`Self::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Failed].into_iter().find(|s| s.as_str() == text)
    }
}
