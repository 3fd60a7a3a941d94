//! A developer: who owns a group of apps.

use serde::{Deserialize, Serialize};

use crate::id::DeveloperId;
use crate::moment::Moment;

/// The owner of a group of apps; within the group a person has one UnionID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Developer {
    /// The id chosen at registration.
    pub id: DeveloperId,
    /// The name shown to people beside the names of its apps.
    pub name: String,
    /// When it was registered.
    pub registered_at: Moment,
}
