//! An agreement: the operator lets one app learn by what another app knows the same people.

use serde::{Deserialize, Serialize};

use crate::id::ClientId;
use crate::moment::Moment;

/// Leave for `from` to resolve its OpenIDs to those of `to`; not the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The app that asks.
    pub from: ClientId,
    /// The app whose OpenIDs are answered.
    pub to: ClientId,
    /// When it was registered.
    pub registered_at: Moment,
}
