//! A node: one of the processes that share a store.

use crate::id::{ClosingSeq, EventSeq, NodeId};
use crate::moment::Moment;

/// A node as the store knows it, from when it entered until it left or was found dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// What operators know it by, such as the address of its admin listener.
    pub name: String,
    /// The version of the program that it runs.
    pub version: String,
    /// The issuer that it signs as; none for a version that does not say.
    pub issuer: Option<String>,
    /// Whether it is a gateway alone: it answers from memory like any other, and does nothing for all.
    pub gateway: bool,
    /// When it entered, by its own clock: it orders nodes by age and decides nothing else.
    pub entered_at: Moment,
    /// How often it has renewed its lease. A node whose count stands still for as long as a lease lasts
    /// holds none.
    pub renewals: u64,
}

/// What a node finds in the store when it renews its lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The number of the last closing committed: what the node must have taken out of memory before it
    /// may rely on the lease.
    pub closings: ClosingSeq,
    /// The number of the last event committed.
    pub events: EventSeq,
    /// Every node that is written down, the one that asks among them, the eldest first.
    pub nodes: Vec<Node>,
}
