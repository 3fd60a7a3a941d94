//! Nodes, and the closings that they follow.

use async_trait::async_trait;
use portico_core::id::{ClosingSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::node::{Node, Standing};
use portico_store::{Nodes, Unavailable};

use super::{Memory, State};

impl State {
    pub(super) fn close(&mut self, at: Moment, what: Closing) -> ClosingSeq {
        let seq = ClosingSeq(self.last_closing.get(&()).map_or(0, |last| last.0) + 1);
        self.last_closing.put((), seq);
        self.closings.put(seq, (at, what));
        seq
    }

    fn standing(&self) -> Standing {
        let mut nodes: Vec<_> = self.nodes.values().cloned().collect();
        nodes.sort_by_key(|node| (node.entered_at, node.id));
        Standing {
            closings: self.last_closing.get(&()).copied().unwrap_or_default(),
            events: self.last_event.get(&()).copied().unwrap_or_default(),
            nodes,
        }
    }

    fn strike_out(&mut self, id: NodeId) {
        self.nodes.remove(&id);
        let owned = self.deliveries.values().filter(|delivery| delivery.owner == Some(id));
        for mut delivery in owned.cloned().collect::<Vec<_>>() {
            delivery.owner = None;
            self.deliveries.put(delivery.id, delivery);
        }
        self.keep();
    }
}

#[async_trait]
impl Nodes for Memory {
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable> {
        let mut state = self.state.lock();
        state.nodes.put(node.id, node.clone());
        state.keep();
        Ok(state.standing())
    }

    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable> {
        let mut state = self.state.lock();
        let Some(mut there) = state.nodes.get(&node).cloned() else { return Ok(None) };
        there.renewals += 1;
        state.nodes.put(node, there);
        state.keep();
        Ok(Some(state.standing()))
    }

    async fn standing(&self) -> Result<Standing, Unavailable> {
        Ok(self.state.lock().standing())
    }

    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable> {
        let mut state = self.state.lock();
        let there = state.nodes.get(&node).is_some_and(|node| node.renewals == renewals);
        if there {
            state.strike_out(node);
        }
        Ok(there)
    }

    async fn closings_after(
        &self,
        seq: ClosingSeq,
        limit: usize,
    ) -> Result<Vec<(ClosingSeq, Closing)>, Unavailable> {
        let state = self.state.lock();
        let numbered = state.closings.rows().filter(|(number, _)| **number > seq);
        Ok(numbered.take(limit).map(|(number, (_, what))| (*number, what.clone())).collect())
    }
}
