//! What nodes that share a store know of each other.

use async_trait::async_trait;
use portico_core::id::{ClosingSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::node::{Node, Standing};

use crate::{Store, Unavailable};

/// How the schema of a store stands, and which schemas the nodes know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Its number.
    pub number: i64,
    /// The latest that this program knows.
    pub known: i64,
    /// The migrations that this program knows and that have not run, in order.
    pub held: Vec<&'static str>,
    /// The latest that each node knows, in the order of their ids.
    pub nodes: Vec<(NodeId, i64)>,
}

/// Keeps the list of nodes and the closings that each of them must follow.
///
/// A closing's number is visible to every node as soon as the commit that made it has answered, and
/// never before that of a smaller number.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// Writes a node down, then reads how things stand: whoever lists the nodes and does not find it
    /// there did so before, so that what they had committed by then is in the answer.
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable>;
    /// Counts a renewal, and *when that is committed* reads how things stand; none if the node is not
    /// written down any more. A count that another node reads after a commit of its own and finds
    /// unchanged therefore belongs to a renewal that will see that commit.
    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable>;
    /// What the store's own clock says, where it has one. A node whose clock is another does nothing for all.
    async fn clock(&self) -> Result<Option<Moment>, Unavailable> {
        Ok(None)
    }
    /// How the schema stands, where versions that know different ones may share the store.
    async fn schema(&self) -> Result<Option<Schema>, Unavailable> {
        Ok(None)
    }
    /// How things stand, as [`Self::renew`] answers it.
    async fn standing(&self) -> Result<Standing, Unavailable>;
    /// Strikes a node out if it has renewed just so often, and lets go of its deliveries. Answers
    /// whether it did.
    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable>;
    /// Closings after this number, in order.
    async fn closings_after(
        &self,
        seq: ClosingSeq,
        limit: usize,
    ) -> Result<Vec<(ClosingSeq, Closing)>, Unavailable>;
}

/// A store that several nodes may share.
pub trait SharedStore: Store + Nodes {}

impl<S: Store + Nodes> SharedStore for S {}
