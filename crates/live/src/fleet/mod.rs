//! Several nodes over one store: the lease under which this one answers from memory, and how closings
//! reach the others. The decisions are those of [`portico_core::rule::lease`].

mod acknowledge;
mod bus;
mod follow;
mod recent;
mod renew;
mod tell;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{ClosingSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::node::Node;
use portico_core::rule::lease::{Followed, Peers, Terms, Tick};
use portico_store::{SharedStore, Unavailable};
use tokio::sync::{Notify, Semaphore};

pub use bus::{Bus, Silence};
use recent::Recent;
use tell::Telling;

/// A clock that never goes back and that nobody sets, which counts on while the machine sleeps.
#[async_trait]
pub trait Ticks: Send + Sync {
    /// The reading now.
    fn now(&self) -> Tick;
    /// Answers when the reading is at least this.
    async fn until(&self, tick: Tick);
}

/// What makes this process a node among others.
pub struct Company {
    /// The store that the nodes share.
    pub store: Arc<dyn SharedStore>,
    /// How they reach each other.
    pub bus: Arc<dyn Bus>,
    /// This node's monotonic clock.
    pub ticks: Arc<dyn Ticks>,
    /// How long leases last; the same for every node.
    pub terms: Terms,
    /// What operators know this node by.
    pub name: String,
    /// The version of the program.
    pub version: String,
    /// Whether it is a gateway alone, and leaves to the others what one does for all.
    pub gateway: bool,
}

/// How this node stands among the others.
#[derive(Debug, Clone)]
pub struct Membership {
    /// This node.
    pub me: NodeId,
    /// The nodes as they were read at the last renewal, the eldest first.
    pub nodes: Vec<Node>,
    /// How long the lease is still held, in microseconds; 0 if it is not.
    pub lease_left: u64,
    /// How often a lease was lost within the last hour.
    pub lost: u64,
    /// How many closings of this node had to wait for leases to run out within the last hour.
    pub waited_out: u64,
    /// The nodes that were heard on the bus within the length of a lease.
    pub heard: Vec<NodeId>,
}

pub(crate) struct Fleet {
    company: Company,
    /// The reading until which memory may be believed; 0 for not at all.
    held_until: AtomicU64,
    lost: Mutex<Recent>,
    waited_out: Mutex<Recent>,
    state: Mutex<State>,
    /// Something was acknowledged.
    told: Notify,
    /// One for each answer that is on its way.
    answers: Arc<Semaphore>,
}

struct State {
    me: NodeId,
    /// The lease was given up for good.
    gone: bool,
    renewals: u64,
    nodes: Vec<Node>,
    followed: Followed,
    /// No node can answer as before any closing up to this one.
    settled: ClosingSeq,
    peers: Peers,
    tellings: BTreeMap<u64, Telling>,
    heard: BTreeMap<NodeId, Tick>,
    /// The closings that are being followed at word of them.
    following: BTreeSet<ClosingSeq>,
    heeded: follow::Heeded,
    /// When it may be looked again whether somebody unknown is written down.
    look_again: Tick,
}

impl Fleet {
    pub(crate) fn new(company: Company) -> Self {
        let state = State {
            me: NodeId::from_bytes([0; 16]),
            gone: false,
            renewals: 0,
            nodes: Vec::new(),
            followed: Followed::default(),
            settled: ClosingSeq::default(),
            peers: Peers::default(),
            tellings: BTreeMap::new(),
            heard: BTreeMap::new(),
            following: BTreeSet::new(),
            heeded: follow::Heeded::default(),
            look_again: Tick::default(),
        };
        Self {
            company,
            held_until: AtomicU64::new(0),
            lost: Mutex::default(),
            waited_out: Mutex::default(),
            state: Mutex::new(state),
            told: Notify::new(),
            answers: Arc::new(Semaphore::new(follow::ON_THE_WAY)),
        }
    }

    pub(crate) fn store(&self) -> &dyn SharedStore {
        &*self.company.store
    }

    /// Whether memory may be believed. To be asked after the question is read, and before memory is.
    pub(crate) fn holds(&self) -> bool {
        self.company.ticks.now().0 < self.held_until.load(Ordering::Acquire)
    }

    /// Refuses unless memory may be believed.
    pub(crate) fn hold(&self) -> Result<(), Unavailable> {
        if self.holds() { Ok(()) } else { Err(Unavailable("this node has no lease now".into())) }
    }

    pub(crate) fn is_ready(&self) -> Result<(), Unavailable> {
        let left = self.held_until.load(Ordering::Acquire).saturating_sub(self.company.ticks.now().0);
        let enough = left > self.company.terms.lease / 2 - self.company.terms.margin;
        if enough { Ok(()) } else { Err(Unavailable("the lease is not renewed".into())) }
    }

    pub(crate) fn me(&self) -> NodeId {
        self.state.lock().me
    }

    /// Whether what one node does for all is this one's to do: it is the eldest of those that are no gateways
    /// alone, and not behind.
    pub(crate) fn is_eldest(&self) -> bool {
        let state = self.state.lock();
        let eldest = state.nodes.iter().find(|node| !node.gateway);
        self.holds() && eldest.is_some_and(|eldest| eldest.id == state.me)
    }

    pub(crate) fn membership(&self) -> Membership {
        let now = self.company.ticks.now();
        let state = self.state.lock();
        let fresh = |heard: &Tick| now.0.saturating_sub(heard.0) < self.company.terms.lease;
        Membership {
            me: state.me,
            nodes: state.nodes.clone(),
            lease_left: self.held_until.load(Ordering::Acquire).saturating_sub(now.0),
            lost: self.lost.lock().within_an_hour(now),
            waited_out: self.waited_out.lock().within_an_hour(now),
            heard: state.heard.iter().filter(|(_, at)| fresh(at)).map(|(node, _)| *node).collect(),
        }
    }

    /// Adds to a list what other nodes need of it: the closing, and who delivers what it queues.
    pub(crate) fn mark(&self, changes: &mut Vec<Change>, closing: &Closing, at: Moment) {
        let me = self.me();
        for change in changes.iter_mut() {
            if let Change::DeliveryQueued(delivery) = change {
                delivery.owner = Some(me);
            }
        }
        if !closing.is_empty() {
            changes.push(Change::Closed { at, what: closing.clone() });
        }
    }
}
