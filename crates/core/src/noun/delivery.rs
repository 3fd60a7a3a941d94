//! A delivery: a message that a back end has still to get.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, DeliveryId, NodeId, SessionId, UserId};
use crate::moment::Moment;

/// One message to one client, kept until it is delivered or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Who is to be told.
    pub client: ClientId,
    /// About whom.
    pub user: UserId,
    /// Of what.
    pub what: Told,
    /// When it happened.
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

/// What a message tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A session ended (OIDC Back-Channel Logout).
    Logout(SessionId),
    /// Something became of data that the app was allowed to see, told in WeChat's form.
    Data(DataEvent),
}

/// What became of a person's data at one app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataEvent {
    /// What happened.
    pub kind: DataEventKind,
    /// WeChat's number for the data: `RevokeInfo`.
    pub info: u16,
    /// The person's OpenID at the app then, sealed for the app: it is to be told when the person is gone too.
    pub open_id: Vec<u8>,
    /// Whether the app sees the UnionID.
    pub union_id: bool,
}

/// What can become of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataEventKind {
    /// The person withdrew the permission.
    Revoked,
    /// The person changed it.
    Modified,
    /// The person is gone.
    Cancelled,
}

impl DataEventKind {
    /// The `Event` as WeChat names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "user_authorization_revoke",
            Self::Modified => "user_info_modified",
            Self::Cancelled => "user_authorization_cancellation",
        }
    }
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
