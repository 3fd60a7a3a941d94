//! The closing rule between nodes: who may answer from memory, and when a closing call may answer.
//!
//! A node may answer from memory while it holds a lease. Renewing it counts the renewal in the store,
//! then reads the number of the last closing, and before the lease is longer everything up to that
//! number is out of memory. Times are readings of the node's own monotonic clock; they are never sent
//! anywhere, and no wall clock decides anything.
//!
//! Whoever commits a closing waits until every node that may hold a lease has said that the closing is
//! out of its memory, or until every lease that did not see it is over. The second needs nobody's word:
//! a renewal that did not see the commit was sent before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ClosingSeq, NodeId};
use crate::noun::node::Node;

/// A reading of a node's monotonic clock, in microseconds. Only readings of one clock compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Tick(
    /// The reading.
    pub u64,
);

/// How long leases last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Terms {
    /// A lease, in ticks.
    pub lease: u64,
    /// By how much two clocks may run apart in that time: a holder stops so much before, and whoever
    /// waits goes on so much longer.
    pub margin: u64,
}

impl Terms {
    /// Two seconds, and 40 ms for clocks: they may differ by 2 % each way.
    pub const DEFAULT: Self = Self { lease: 2_000_000, margin: 40_000 };

    /// Until when a lease is held whose renewal was sent then: nothing after the sending counts, since
    /// the answer may have taken any time.
    pub const fn held_until(&self, sent: Tick) -> Tick {
        Tick(sent.0.saturating_add(self.lease - self.margin))
    }

    /// When every lease is over that was renewed without seeing what was committed by then.
    pub const fn over_at(&self, committed: Tick) -> Tick {
        Tick(committed.0.saturating_add(self.lease + self.margin))
    }
}

/// Which closings are out of this node's memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Followed {
    upto: ClosingSeq,
    beyond: BTreeSet<ClosingSeq>,
}

impl Followed {
    /// Memory begins empty, when this is the last closing, and numbers known from before mean nothing.
    pub fn begun_at(last: ClosingSeq) -> Self {
        Self { upto: last, beyond: BTreeSet::new() }
    }

    /// This closing is out of memory.
    pub fn follow(&mut self, seq: ClosingSeq) {
        if seq > self.upto {
            self.beyond.insert(seq);
            while self.beyond.remove(&ClosingSeq(self.upto.0 + 1)) {
                self.upto.0 += 1;
            }
        }
    }

    /// Memory was empty when this was the last closing.
    pub fn emptied(&mut self, last: ClosingSeq) {
        self.upto = self.upto.max(last);
        self.beyond = self.beyond.split_off(&ClosingSeq(self.upto.0 + 1));
        while self.beyond.remove(&ClosingSeq(self.upto.0 + 1)) {
            self.upto.0 += 1;
        }
    }

    /// Every closing up to this one is out of memory.
    pub fn upto(&self) -> ClosingSeq {
        self.upto
    }

    /// Whether this closing is out of memory.
    pub fn has(&self, seq: ClosingSeq) -> bool {
        seq <= self.upto || self.beyond.contains(&seq)
    }
}

/// How often each node had renewed, and since when nobody saw it renew again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Peers {
    seen: BTreeMap<NodeId, (u64, Tick)>,
}

impl Peers {
    /// Takes note of the nodes as they were read; `answered` is when the answer was there.
    pub fn note(&mut self, nodes: &[Node], answered: Tick) {
        let before = std::mem::take(&mut self.seen);
        self.seen = nodes
            .iter()
            .map(|node| match before.get(&node.id) {
                Some(seen) if seen.0 == node.renewals => (node.id, *seen),
                _ => (node.id, (node.renewals, answered)),
            })
            .collect();
    }

    /// The nodes that may hold a lease without having seen what was committed before `nodes` were read:
    /// all but those whose count has stood still for longer than a lease lasts.
    pub fn may_hold(&self, nodes: &[Node], now: Tick, terms: &Terms) -> BTreeSet<NodeId> {
        nodes.iter().filter(|node| !self.is_over(node, now, terms)).map(|node| node.id).collect()
    }

    /// When the first of these nodes is over, if it does not renew any more: not before it is then worth
    /// reading the nodes again. None where none of them was seen.
    pub fn first_over(&self, nodes: &BTreeSet<NodeId>, terms: &Terms) -> Option<Tick> {
        nodes.iter().filter_map(|id| self.seen.get(id)).map(|(_, since)| terms.over_at(*since)).min()
    }

    /// The nodes among these that hold no lease, so that they can be struck out.
    pub fn lapsed<'a>(&self, nodes: &'a [Node], now: Tick, terms: &Terms) -> Vec<&'a Node> {
        nodes.iter().filter(|node| self.is_over(node, now, terms)).collect()
    }

    fn is_over(&self, node: &Node, now: Tick, terms: &Terms) -> bool {
        self.seen
            .get(&node.id)
            .is_some_and(|(renewals, since)| *renewals == node.renewals && now >= terms.over_at(*since))
    }
}

#[cfg(test)]
mod model;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    const TERMS: Terms = Terms { lease: 100, margin: 2 };

    fn node(number: u8, renewals: u64) -> Node {
        let (name, version) = (String::new(), String::new());
        Node {
            id: NodeId::from_bytes([number; 16]),
            name,
            version,
            issuer: None,
            gateway: false,
            entered_at: Moment::from_millis(0),
            renewals,
        }
    }

    #[test]
    fn a_holder_stops_before_anyone_who_waits_goes_on() {
        assert_eq!(TERMS.held_until(Tick(10)), Tick(108));
        assert_eq!(TERMS.over_at(Tick(10)), Tick(112));
    }

    #[test]
    fn closings_are_followed_in_any_order_and_counted_without_gaps() {
        let mut followed = Followed::default();
        for seq in [2, 3, 5, 1, 1] {
            followed.follow(ClosingSeq(seq));
        }
        assert_eq!(followed.upto(), ClosingSeq(3));
        assert!(followed.has(ClosingSeq(5)) && !followed.has(ClosingSeq(4)));
        followed.follow(ClosingSeq(4));
        assert_eq!(followed.upto(), ClosingSeq(5));
    }

    #[test]
    fn an_emptied_memory_has_followed_everything_up_to_then_and_what_came_meanwhile() {
        let mut followed = Followed::default();
        for seq in [4, 8, 10] {
            followed.follow(ClosingSeq(seq));
        }
        followed.emptied(ClosingSeq(7));
        assert_eq!(followed.upto(), ClosingSeq(8));
        assert!(followed.has(ClosingSeq(10)));
        followed.emptied(ClosingSeq(3));
        assert_eq!(followed.upto(), ClosingSeq(8), "it never goes back");
    }

    #[test]
    fn a_node_is_waited_for_until_its_count_has_stood_still_for_a_lease() {
        let mut peers = Peers::default();
        let nodes = [node(1, 5), node(2, 9)];
        peers.note(&nodes, Tick(1000));
        peers.note(&[node(1, 5), node(2, 10)], Tick(1050));
        let ids =
            |nodes: &[Node], now| peers.may_hold(nodes, Tick(now), &TERMS).into_iter().collect::<Vec<_>>();
        let now = [node(1, 5), node(2, 10)];
        assert_eq!(ids(&now, 1101), [node(1, 5).id, node(2, 10).id]);
        assert_eq!(ids(&now, 1102), [node(2, 10).id]);
        assert_eq!(ids(&[node(1, 6)], 1102), [node(1, 6).id], "it has renewed since");
        assert_eq!(ids(&[node(3, 1)], 9999), [node(3, 1).id], "it was never seen before");
        assert_eq!(peers.lapsed(&now, Tick(1102), &TERMS), [&now[0]]);
    }

    #[test]
    fn it_is_known_when_the_first_of_those_that_are_waited_for_may_be_over() {
        let mut peers = Peers::default();
        peers.note(&[node(1, 5), node(2, 9), node(3, 1)], Tick(1000));
        peers.note(&[node(1, 5), node(2, 10), node(3, 1)], Tick(1050));
        let awaited = |numbers: &[u8]| numbers.iter().map(|number| node(*number, 0).id).collect();
        assert_eq!(peers.first_over(&awaited(&[1, 2]), &TERMS), Some(Tick(1102)));
        assert_eq!(peers.first_over(&awaited(&[2]), &TERMS), Some(Tick(1152)));
        assert_eq!(peers.first_over(&awaited(&[4]), &TERMS), None);
    }

    #[test]
    fn a_node_that_is_not_written_down_any_more_is_forgotten() {
        let mut peers = Peers::default();
        peers.note(&[node(1, 5)], Tick(0));
        peers.note(&[], Tick(10));
        peers.note(&[node(1, 5)], Tick(200));
        assert_eq!(peers.lapsed(&[node(1, 5)], Tick(250), &TERMS), [] as [&Node; 0]);
    }
}
