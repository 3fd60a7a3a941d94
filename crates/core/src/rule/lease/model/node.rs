//! A node: its memory, its lease, and the task that keeps it.

use std::collections::{BTreeMap, BTreeSet};

use super::call::ago;
use super::{Flaw, Followed, Peers, Protocol, Shared, Step, Tick, World};
use crate::id::{ClosingSeq, NodeId};
use crate::moment::Moment;
use crate::noun::node::Node;

/// One node, or the processes that take each other's place there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Process {
    number: u8,
    /// How often it has entered under another id.
    pub(super) times: u8,
    pub(super) clock: Tick,
    /// Until when memory may be believed; 0 for not at all.
    pub(super) held: Tick,
    /// What memory holds to be open.
    pub(super) memory: BTreeSet<ClosingSeq>,
    /// What was read from the store as open and is not yet in memory, and whether it may still be kept.
    pub(super) fills: BTreeMap<ClosingSeq, bool>,
    pub(super) followed: Followed,
    pub(super) peers: Peers,
    pub(super) keeper: Keeper,
    renewals: u8,
    pub(super) gone: bool,
    /// What was acknowledged and is not yet dropped.
    pub(super) owed: BTreeSet<ClosingSeq>,
}

/// What was read in the store of a renewal that was begun at `sent`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Found {
    sent: Tick,
    last: ClosingSeq,
    written: BTreeMap<NodeId, u64>,
}

/// How far a renewal is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Keeper {
    Idle,
    Sent(Tick),
    Counted(Tick),
    /// Read, and not yet counted, as it should not be.
    Foreseen(Found),
    Read(Found),
}

impl Process {
    /// What a clock shows at the beginning: every lease before it is over.
    pub(super) const BEGUN: Tick = Protocol::TERMS.over_at(Tick(1));

    pub(super) fn new(number: u8) -> Self {
        Self {
            number,
            times: 0,
            clock: Self::BEGUN,
            held: Tick(0),
            memory: BTreeSet::new(),
            fills: BTreeMap::new(),
            followed: Followed::default(),
            peers: Peers::default(),
            keeper: Keeper::Idle,
            renewals: 0,
            gone: false,
            owed: BTreeSet::new(),
        }
    }

    pub(super) fn id(&self) -> NodeId {
        let mut id = [0; 16];
        (id[0], id[1]) = (self.number, self.times);
        NodeId::from_bytes(id)
    }

    pub(super) fn holds(&self) -> bool {
        self.clock < self.held
    }

    /// Whether a question that is asked now is answered from memory.
    pub(super) fn answers(&self) -> bool {
        self.holds() && !self.memory.is_empty()
    }

    pub(super) fn is_renewing(&self) -> bool {
        self.keeper != Keeper::Idle
    }

    /// Every reading is so much less; those that are too long ago to matter are alike.
    pub(super) fn count_back(&mut self, by: u64) {
        let terms = &Protocol::TERMS;
        self.clock.0 -= by;
        let now = Tick(self.clock.0 + by);
        self.held = ago(self.held, by, self.held <= now);
        for (_, since) in self.peers.seen.values_mut() {
            *since = ago(*since, by, terms.over_at(*since) <= now);
        }
        if let Keeper::Sent(sent)
        | Keeper::Counted(sent)
        | Keeper::Foreseen(Found { sent, .. })
        | Keeper::Read(Found { sent, .. }) = &mut self.keeper
        {
            *sent = ago(*sent, by, terms.held_until(*sent) <= now);
        }
    }

    /// Another process begins in its place, with nothing but the machine's clock.
    pub(super) fn crash(&mut self) {
        let (times, clock, renewals) = (self.times + 1, self.clock, self.renewals);
        *self = Self { times, clock, renewals, ..Self::new(self.number) };
    }

    pub(super) fn follow(&mut self, seq: ClosingSeq) {
        self.memory.remove(&seq);
        self.fills.entry(seq).and_modify(|clean| *clean = false);
        self.followed.follow(seq);
    }

    pub(super) fn catch_up(&mut self, last: ClosingSeq) {
        for seq in (self.followed.upto().0 + 1..=last.0).map(ClosingSeq) {
            if !self.followed.has(seq) {
                self.follow(seq);
            }
        }
    }

    fn empty(&mut self, last: ClosingSeq) {
        self.memory.clear();
        self.fills.values_mut().for_each(|clean| *clean = false);
        self.followed.emptied(last);
    }
}

/// The other nodes as the rule takes them.
pub(super) fn listed(written: &BTreeMap<NodeId, u64>, me: NodeId) -> Vec<Node> {
    let node = |(id, renewals): (&NodeId, &u64)| Node {
        id: *id,
        name: String::new(),
        version: String::new(),
        issuer: None,
        gateway: false,
        entered_at: Moment::from_millis(0),
        renewals: *renewals,
    };
    written.iter().filter(|(id, _)| **id != me).map(node).collect()
}

impl Protocol {
    /// What a node may do next.
    pub(super) fn node_steps(&self, world: &World, at: usize, steps: &mut Vec<Step>) {
        let node = &world.nodes[at];
        if self.may_tick(world, at) {
            steps.push(Step::Tick(at));
        }
        let begins = node.keeper == Keeper::Idle;
        if !begins || (!node.gone && node.renewals < self.nodes[at].renewals) {
            steps.push(Step::Renew(at));
        }
        for fact in self.closings() {
            let asked = self.nodes[at].asked
                && node.holds()
                && !node.memory.contains(&fact)
                && !node.fills.contains_key(&fact);
            if asked && fact > world.store.closed {
                steps.push(Step::Fill(at, fact));
            }
        }
        steps.extend(node.fills.keys().map(|fact| Step::Keep(at, *fact)));
        steps.extend(node.owed.iter().map(|seq| Step::Drop(at, *seq)));
        // Whoever holds something loses it by crashing; whoever closes something leaves it half done.
        if world.crashes > 0 && world.calls.iter().any(|call| call.node == at) {
            steps.push(Step::Crash(at));
        }
        if world.leaves > 0 && !node.gone {
            steps.push(Step::Leave(at));
        }
    }

    /// The next step of keeping the lease.
    pub(super) fn renew(&self, world: &mut World, at: usize) {
        let node = &mut world.nodes[at];
        if let Keeper::Read(found) = node.keeper.clone() {
            node.keeper = Keeper::Idle;
            return self.extend(world, at, found);
        }
        let watches = self.nodes[at].watches;
        let found = |store: &Shared, sent| {
            let written = if watches { store.written.clone() } else { BTreeMap::new() };
            Found { sent, last: store.closed, written }
        };
        node.keeper = match node.keeper.clone() {
            Keeper::Idle if self.nodes[at].asked => {
                node.renewals += 1;
                Keeper::Sent(node.clock)
            }
            Keeper::Idle => {
                node.renewals += 1;
                count(&mut world.store, node);
                Keeper::Read(found(&world.store, Tick(0)))
            }
            Keeper::Sent(sent) if self.has(Flaw::ReadBeforeCounted) => {
                Keeper::Foreseen(found(&world.store, sent))
            }
            Keeper::Sent(sent) => {
                count(&mut world.store, node);
                Keeper::Counted(sent)
            }
            Keeper::Counted(sent) => Keeper::Read(found(&world.store, sent)),
            Keeper::Foreseen(found) => {
                count(&mut world.store, node);
                Keeper::Read(found)
            }
            Keeper::Read(_) => Keeper::Idle,
        };
    }
}

/// Counts a renewal, or enters under a fresh id where the old one is struck out.
fn count(store: &mut Shared, node: &mut Process) {
    if let Some(renewals) = store.written.get_mut(&node.id()) {
        *renewals += 1;
    } else {
        node.held = Tick(0);
        node.times += 1;
        store.written.insert(node.id(), 0);
    }
}

impl Protocol {
    /// Brings memory up to date, takes the lease, and strikes out who is found dead.
    fn extend(&self, world: &mut World, at: usize, found: Found) {
        let node = &mut world.nodes[at];
        if node.holds() || self.has(Flaw::MemoryKept) {
            node.catch_up(found.last);
        } else {
            node.empty(found.last);
        }
        if node.gone && !self.has(Flaw::BackAfterLeaving) {
            return;
        }
        let from = if self.has(Flaw::CountedFromReply) { node.clock } else { found.sent };
        node.held = Self::TERMS.held_until(from);
        if !node.holds() {
            node.held = Tick(0);
        }
        let nodes = listed(&found.written, node.id());
        node.peers.note(&nodes, node.clock);
        for dead in node.peers.lapsed(&nodes, node.clock, &Self::TERMS) {
            let unchanged = world.store.written.get(&dead.id) == Some(&dead.renewals);
            if unchanged || self.has(Flaw::StruckOutBlindly) {
                world.store.written.remove(&dead.id);
            }
        }
    }

    /// Gives the lease up for good.
    pub(super) fn leave(&self, world: &mut World, at: usize) {
        world.leaves -= 1;
        let node = &mut world.nodes[at];
        (node.gone, node.held) = (true, Tick(0));
        world.left.insert(node.id());
        // What a renewal under way has counted is not known here, and then nothing is struck out.
        if matches!(node.keeper, Keeper::Idle | Keeper::Sent(_)) {
            world.store.written.remove(&node.id());
        }
    }
}
