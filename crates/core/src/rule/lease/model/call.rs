//! A closing call, from when it is asked until it has answered.

use std::collections::BTreeSet;

use super::node::listed;
use super::{Ask, Flaw, Protocol, Step, Terms, Tick, World};
use crate::id::{ClosingSeq, NodeId};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Call {
    /// The node that is asked.
    pub(super) node: usize,
    ask: Ask,
    pub(super) phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Waiting,
    /// Its closing is committed and still in the node's own memory.
    Committed(ClosingSeq),
    /// Everything up to this one was found closed at this reading.
    Found(ClosingSeq, Tick),
    Asking(Asking),
    Answered(How),
    /// Its node crashed.
    Dead,
}

/// Waiting for the other nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asking {
    /// What the answer says: everything up to this one is closed.
    pub(super) covers: ClosingSeq,
    since: Tick,
    says: Says,
    nodes: Nodes,
    pub(super) done: BTreeSet<NodeId>,
}

/// What the other nodes hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Says {
    /// This was closed.
    Closed(ClosingSeq),
    /// Everything up to this one was.
    Reach(ClosingSeq),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Nodes {
    Unread,
    Awaited(BTreeSet<NodeId>),
    /// Read again: those that are still waited for.
    Still(BTreeSet<NodeId>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum How {
    Acknowledged,
    NobodyAwaited,
    /// Who was waited for was found dead.
    LetGo,
    WaitedOut,
    AtOnce,
}

impl Call {
    pub(super) fn new(node: usize, ask: Ask) -> Self {
        Self { node, ask, phase: Phase::Waiting }
    }

    pub(super) fn asking(&self) -> Option<&Asking> {
        match &self.phase {
            Phase::Asking(asking) => Some(asking),
            _ => None,
        }
    }

    pub(super) fn done(&mut self, by: NodeId) {
        if let Phase::Asking(asking) = &mut self.phase {
            asking.done.insert(by);
        }
    }

    pub(super) fn die(&mut self) {
        if !matches!(self.phase, Phase::Waiting | Phase::Answered(_)) {
            self.phase = Phase::Dead;
        }
    }

    pub(super) fn count_back(&mut self, by: u64, now: Tick) {
        if let Phase::Found(_, since) | Phase::Asking(Asking { since, .. }) = &mut self.phase {
            *since = ago(*since, by, Protocol::TERMS.over_at(*since) <= now);
        }
    }
}

/// The reading counted back; what is over is as if it had been when everything began.
pub(super) fn ago(then: Tick, by: u64, over: bool) -> Tick {
    if over { Tick(0) } else { Tick(then.0.saturating_sub(by)) }
}

impl Protocol {
    /// When every lease is over that did not see what was committed by then.
    fn over_at(&self, committed: Tick) -> Tick {
        let margin = if self.has(Flaw::NoMargin) { 0 } else { Self::TERMS.margin };
        Terms { margin, ..Self::TERMS }.over_at(committed)
    }

    /// What a closing call may do next.
    pub(super) fn call_steps(&self, world: &World, at: usize, steps: &mut Vec<Step>) {
        let call = &world.calls[at];
        let proceeds = match &call.phase {
            Phase::Waiting => call.ask == Ask::Close || world.store.closed > world.answered,
            Phase::Committed(_) | Phase::Found(..) => true,
            Phase::Asking(asking) => match &asking.nodes {
                Nodes::Unread => true,
                Nodes::Awaited(awaited) | Nodes::Still(awaited) => awaited.is_subset(&asking.done),
            },
            Phase::Answered(_) | Phase::Dead => false,
        };
        if proceeds {
            steps.push(Step::Proceed(at));
        }
        let now = world.nodes[call.node].clock;
        if call.asking().is_some_and(|asking| now >= self.over_at(asking.since)) {
            steps.push(Step::WaitedOut(at));
        }
        if let Some(asking) = call.asking() {
            // The code looks again when a node that is waited for may be over; here it may at any time.
            if let Nodes::Awaited(awaited) | Nodes::Still(awaited) = &asking.nodes
                && !awaited.is_subset(&asking.done)
            {
                steps.push(Step::LookAgain(at));
            }
            let others = (0..world.nodes.len()).filter(|node| *node != call.node && !world.nodes[*node].gone);
            steps.extend(others.map(|node| Step::Hear(node, at)));
            steps.extend(world.left.difference(&asking.done).map(|node| Step::HearLeft(at, *node)));
        }
    }

    /// The next step of a closing call.
    pub(super) fn proceed(&self, world: &mut World, at: usize) {
        let call = world.calls[at].clone();
        let now = world.nodes[call.node].clock;
        let asking =
            |covers, since, says| Asking { covers, since, says, nodes: Nodes::Unread, done: BTreeSet::new() };
        world.calls[at].phase = match call.phase {
            Phase::Waiting if call.ask == Ask::Close => {
                world.store.closed.0 += 1;
                Phase::Committed(world.store.closed)
            }
            Phase::Waiting if self.has(Flaw::RepeatedAtOnce) => {
                world.answered = world.store.closed;
                Phase::Answered(How::AtOnce)
            }
            Phase::Waiting => Phase::Found(world.store.closed, now),
            Phase::Committed(seq) => {
                world.nodes[call.node].follow(seq);
                if !self.has(Flaw::AcknowledgedAlone) {
                    world.nodes[call.node].catch_up(seq);
                }
                Phase::Asking(asking(seq, now, Says::Closed(seq)))
            }
            Phase::Found(covers, since) => {
                let upto = world.store.closed;
                world.nodes[call.node].catch_up(upto);
                Phase::Asking(asking(covers, since, Says::Reach(upto)))
            }
            Phase::Asking(asking) => match self.ask(world, call.node, asking) {
                Ok(asking) => Phase::Asking(asking),
                Err(how) => return world.answer(at, how),
            },
            Phase::Answered(_) | Phase::Dead => return,
        };
    }

    /// The next step of waiting for the other nodes; how it ended otherwise.
    fn ask(&self, world: &mut World, at: usize, asking: Asking) -> Result<Asking, How> {
        let nodes = match asking.nodes {
            Nodes::Unread => {
                let nodes = listed(&world.store.written, world.nodes[at].id());
                let node = &mut world.nodes[at];
                node.peers.note(&nodes, node.clock);
                Nodes::Awaited(node.peers.may_hold(&nodes, node.clock, &Self::TERMS))
            }
            Nodes::Awaited(awaited) if awaited.is_empty() => return Err(How::NobodyAwaited),
            Nodes::Still(awaited) if awaited.is_empty() => return Err(How::LetGo),
            Nodes::Awaited(_) | Nodes::Still(_) => return Err(How::Acknowledged),
        };
        Ok(Asking { nodes, ..asking })
    }

    /// Whoever waits reads the nodes again, and waits on for those that may still hold a lease.
    pub(super) fn look_again(&self, world: &mut World, at: usize) {
        let call = &mut world.calls[at];
        let node = &mut world.nodes[call.node];
        let Phase::Asking(Asking { nodes: read, .. }) = &mut call.phase else { return };
        let (Nodes::Awaited(awaited) | Nodes::Still(awaited)) = read else { return };
        let nodes = listed(&world.store.written, node.id());
        let mut still = awaited.clone();
        if self.has(Flaw::RenewedIsEnough) {
            let had = |id| node.peers.seen.get(&id).map(|(renewals, _)| *renewals);
            let renewed =
                |id: &NodeId| nodes.iter().any(|listed| listed.id == *id && had(*id) < Some(listed.renewals));
            still.retain(|id| !renewed(id));
        }
        node.peers.note(&nodes, node.clock);
        let may_hold = node.peers.may_hold(&nodes, node.clock, &Self::TERMS);
        still.retain(|id| may_hold.contains(id));
        *read = Nodes::Still(still);
    }

    /// A node hears what a call says, and acknowledges it.
    pub(super) fn hear(&self, world: &mut World, at: usize, call: usize) {
        let Some(asking) = world.calls[call].asking() else { return };
        let node = &mut world.nodes[at];
        match asking.says {
            Says::Closed(seq) if self.has(Flaw::AcknowledgedFirst) => {
                node.owed.insert(seq);
            }
            Says::Closed(seq) => {
                node.follow(seq);
                if !self.has(Flaw::AcknowledgedAlone) {
                    node.catch_up(seq);
                }
            }
            Says::Reach(upto) => node.catch_up(upto),
        }
        let by = node.id();
        world.calls[call].done(by);
    }
}
