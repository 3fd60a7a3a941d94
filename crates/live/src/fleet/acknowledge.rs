//! Whether the other nodes acknowledge: they are asked as a closing asks them, with nothing closed.

use std::collections::BTreeSet;

use portico_core::id::{ClosingSeq, NodeId};
use portico_core::rule::lease::Tick;

use super::Fleet;
use super::bus::Message;
use super::tell::Asked;
use crate::Live;

/// How long an acknowledgement may take, in microseconds: half a lease, after which a closing hardly
/// gains by it.
const WITHIN: u64 = 1_000_000;
/// What every node has followed.
const NOTHING: ClosingSeq = ClosingSeq(0);

impl Fleet {
    /// The other nodes that acknowledged within a second when all were asked at once, and when each was
    /// asked by itself.
    pub(crate) async fn acknowledging(&self, live: &Live) -> BTreeSet<NodeId> {
        let vault = live.vault();
        let others: BTreeSet<_> = {
            let state = self.state.lock();
            state.nodes.iter().map(|node| node.id).filter(|id| *id != state.me).collect()
        };
        if others.is_empty() {
            return others;
        }
        let (all, each) = (Asked::anew(self, vault), Asked::anew(self, vault));
        let until = Tick(self.company.ticks.now().0 + WITHIN);
        let asking = async {
            self.say(vault, &Message::Reach { ask: all.ask, upto: NOTHING }).await;
            for node in &others {
                self.answer(vault, *node, &Message::Reach { ask: each.ask, upto: NOTHING }).await;
            }
            loop {
                let told = self.told.notified();
                tokio::pin!(told);
                told.as_mut().enable();
                if others.iter().all(|node| all.is_done_by(*node) && each.is_done_by(*node)) {
                    return;
                }
                told.await;
            }
        };
        tokio::select! {
            biased;
            () = asking => {}
            () = self.company.ticks.until(until) => {}
        }
        others.iter().copied().filter(|node| all.is_done_by(*node) && each.is_done_by(*node)).collect()
    }
}
