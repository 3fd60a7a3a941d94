//! The closing protocol as a model: every order in which its steps can happen, within small bounds.
//!
//! The arithmetic is the rule's own ([`Terms`], [`Followed`], [`Peers`]). A step is what happens at one
//! moment: one transaction of the store, or what one task of a node does between two waits. Any other
//! step may come between two of a task, and each node's clock runs on meanwhile: so a node may pause
//! anywhere. What a call says on the bus may be heard at any time until it has answered, any number of
//! times and in any order, or never: so messages are lost, late, doubled and out of order. An
//! acknowledgement arrives at once, but whoever waits for it may look as late as it likes, or never.
//!
//! Time has no bound. Only how long ago something was matters, so readings are counted from the slowest
//! clock, and what is too long ago to matter is alike.
//!
//! What is in memory is one fact for each closing: that what it closes is still open.

mod call;
mod checks;
mod node;

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Model, Property};

use super::{Followed, Peers, Terms, Tick};
use crate::id::{ClosingSeq, NodeId};
use call::{Asking, Call, Phase};
use node::Process;

/// What is done otherwise than it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// A fill that raced a drop is kept.
    RacedFillKept,
    /// A lease is counted from when the renewal was answered.
    CountedFromReply,
    /// A renewal reads how things stand and is counted after that.
    ReadBeforeCounted,
    /// Whoever comes back without a lease catches up instead of emptying its memory.
    MemoryKept,
    /// Whoever waits for leases leaves the margin out.
    NoMargin,
    /// A closing is acknowledged, and then dropped.
    AcknowledgedFirst,
    /// A closing call that finds everything closed answers at once.
    RepeatedAtOnce,
    /// Whoever has followed a closing acknowledges it, whatever it knows of those before.
    AcknowledgedAlone,
    /// A renewal under way gives a node its lease back that has left.
    BackAfterLeaving,
    /// A node that stood still is struck out though it has renewed since.
    StruckOutBlindly,
    /// Whoever looks again lets a node go that has renewed since.
    RenewedIsEnough,
}

/// The protocol, and how far it is followed.
#[derive(Debug, Clone)]
struct Protocol {
    nodes: Vec<Role>,
    /// Which node is asked to close something, or to close again what it finds closed.
    calls: Vec<(usize, Ask)>,
    /// By how much the readings of two clocks differ at most; 0 if there is one clock for all.
    apart: u64,
    crashes: u8,
    leaves: u8,
    flaws: Vec<Flaw>,
    /// What must be seen to happen.
    shown: Vec<(&'static str, Shown)>,
}

/// What a node is there for.
#[derive(Debug, Clone, Copy)]
struct Role {
    /// How often it renews.
    renewals: u8,
    /// Whether anybody asks it what is open. Nobody can tell whether any other holds a lease.
    asked: bool,
    /// Whether it looks at how often the others renew, to strike out the dead and to wait for the living.
    watches: bool,
}

/// Whether something is seen in a world.
type Shown = fn(&Protocol, &World) -> bool;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    Close,
    Repeat,
}

/// The store: one truth for all nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Shared {
    closed: ClosingSeq,
    /// How often each node that is written down has renewed.
    written: BTreeMap<NodeId, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    store: Shared,
    nodes: Vec<Process>,
    calls: Vec<Call>,
    /// Who has said that it left.
    left: BTreeSet<NodeId>,
    /// A call has answered that everything up to this one is closed.
    answered: ClosingSeq,
    crashes: u8,
    leaves: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A node's clock runs on.
    Tick(usize),
    /// The next step of keeping the lease.
    Renew(usize),
    /// A question finds nothing in memory and reads the store.
    Fill(usize, ClosingSeq),
    /// What was read is put into memory.
    Keep(usize, ClosingSeq),
    /// The next step of a closing call.
    Proceed(usize),
    /// A closing call reads again who may hold a lease.
    LookAgain(usize),
    /// A closing call has waited for every lease.
    WaitedOut(usize),
    /// A node hears what a call says.
    Hear(usize, usize),
    /// A call's node hears that a node has left.
    HearLeft(usize, NodeId),
    /// What was acknowledged first is dropped.
    Drop(usize, ClosingSeq),
    Crash(usize),
    Leave(usize),
}

impl Protocol {
    const TERMS: Terms = Terms { lease: 3, margin: 1 };

    fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    fn closings(&self) -> impl Iterator<Item = ClosingSeq> {
        let closes = self.calls.iter().filter(|(_, ask)| *ask == Ask::Close).count();
        (1..=closes as u64).map(ClosingSeq)
    }

    /// A question asked now is not answered as if something were open that a call has closed.
    fn keeps_the_closing_rule(&self, world: &World) -> bool {
        world
            .nodes
            .iter()
            .all(|node| !node.holds() || node.memory.first().is_none_or(|oldest| *oldest > world.answered))
    }

    fn may_tick(&self, world: &World, at: usize) -> bool {
        let slowest = world.nodes.iter().map(|node| node.clock).min().unwrap_or_default();
        let one = self.apart == 0;
        if one { at == 0 } else { world.nodes[at].clock.0 < slowest.0 + self.apart }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let nodes: Vec<_> = (0..self.nodes.len() as u8).map(Process::new).collect();
        let calls = self.calls.iter().map(|(node, ask)| Call::new(*node, *ask)).collect();
        let written = nodes.iter().map(|node| (node.id(), 0)).collect();
        vec![World {
            store: Shared { closed: ClosingSeq(0), written },
            nodes,
            calls,
            left: BTreeSet::new(),
            answered: ClosingSeq(0),
            crashes: self.crashes,
            leaves: self.leaves,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for at in 0..world.nodes.len() {
            self.node_steps(world, at, steps);
        }
        for call in 0..world.calls.len() {
            self.call_steps(world, call, steps);
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut world = world.clone();
        match step {
            Step::Tick(_) if self.apart == 0 => world.tick(0..world.nodes.len()),
            Step::Tick(at) => world.tick(at..at + 1),
            Step::Renew(at) => self.renew(&mut world, at),
            Step::Fill(at, fact) => {
                world.nodes[at].fills.insert(fact, true);
            }
            Step::Keep(at, fact) => {
                let clean = world.nodes[at].fills.remove(&fact)?;
                if clean || self.has(Flaw::RacedFillKept) {
                    world.nodes[at].memory.insert(fact);
                }
            }
            Step::Proceed(call) => self.proceed(&mut world, call),
            Step::LookAgain(call) => self.look_again(&mut world, call),
            Step::WaitedOut(call) => world.answer(call, call::How::WaitedOut),
            Step::Hear(at, call) => self.hear(&mut world, at, call),
            Step::HearLeft(call, node) => world.calls[call].done(node),
            Step::Drop(at, seq) => {
                world.nodes[at].owed.remove(&seq);
                world.nodes[at].follow(seq);
            }
            Step::Crash(at) => {
                world.crashes -= 1;
                world.nodes[at].crash();
                world.calls.iter_mut().filter(|call| call.node == at).for_each(Call::die);
            }
            Step::Leave(at) => self.leave(&mut world, at),
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let rule = Property::always("the closing rule", Self::keeps_the_closing_rule);
        let shown = self.shown.iter().map(|(name, shown)| Property::sometimes(name, *shown));
        std::iter::once(rule).chain(shown).collect()
    }
}

impl World {
    /// Clocks run on; where all do, only what is how long ago is another.
    fn tick(&mut self, clocks: std::ops::Range<usize>) {
        self.nodes[clocks].iter_mut().for_each(|node| node.clock.0 += 1);
        let slowest = self.nodes.iter().map(|node| node.clock.0).min().unwrap_or_default();
        let by = slowest - Process::BEGUN.0;
        for node in &mut self.nodes {
            node.count_back(by);
        }
        for call in &mut self.calls {
            call.count_back(by, self.nodes[call.node].clock);
        }
    }

    fn answer(&mut self, call: usize, how: call::How) {
        if let Phase::Asking(Asking { covers, .. }) = self.calls[call].phase {
            self.answered = self.answered.max(covers);
        }
        self.calls[call].phase = Phase::Answered(how);
    }
}
