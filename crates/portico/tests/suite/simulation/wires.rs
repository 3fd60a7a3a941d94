//! The bus between nodes, as bad as a bus may be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::id::NodeId;
use portico_live::{Bus, Vault};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex as Turn, Notify};

use super::dice::Dice;
use super::process::Process;

/// What messages go through, apart from the cuts.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// One message in so many is lost; 0 for none.
    pub lost: u64,
    /// One message in so many comes twice; 0 for none.
    pub doubled: u64,
    /// The longest that a message takes, in milliseconds: those that follow may overtake it.
    pub slowest: u64,
}

/// Nothing is lost, and it is quick.
pub const CALM: Weather = Weather { lost: 0, doubled: 0, slowest: 2 };

/// The bus.
pub struct Wires {
    dice: Arc<Dice>,
    state: Mutex<State>,
    mended: Notify,
    lie: Option<Lie>,
}

/// How a bus speaks for a node, which no bus can that does not hold the root key.
pub struct Lie {
    /// What it seals with.
    pub vault: Vault,
    /// Whether it waits until the node has taken out of memory what it heard of: then it is only silent
    /// about the closings before.
    pub patient: bool,
}

struct State {
    ends: BTreeMap<NodeId, End>,
    weather: Weather,
    /// From which place to which nothing arrives.
    cut: BTreeSet<(usize, usize)>,
    /// The places from which the bus takes nothing.
    held_back: BTreeSet<usize>,
}

#[derive(Clone)]
struct End {
    place: usize,
    inbox: UnboundedSender<Vec<u8>>,
}

impl Wires {
    /// A calm bus, honest or not.
    pub fn new(dice: Arc<Dice>, lie: Option<Lie>) -> Arc<Self> {
        let state =
            State { ends: BTreeMap::new(), weather: CALM, cut: BTreeSet::new(), held_back: BTreeSet::new() };
        Arc::new(Self { dice, state: Mutex::new(state), mended: Notify::new(), lie })
    }

    /// Another weather.
    pub fn weather(&self, weather: Weather) {
        self.state.lock().weather = weather;
    }

    /// Nothing arrives any more from one place at another.
    pub fn cut(&self, from: usize, to: usize) {
        self.state.lock().cut.insert((from, to));
    }

    /// The bus takes nothing from this place.
    pub fn hold_back(&self, place: usize) {
        self.state.lock().held_back.insert(place);
    }

    /// All is well again.
    pub fn mend(&self) {
        let mut state = self.state.lock();
        state.weather = CALM;
        state.cut.clear();
        state.held_back.clear();
        self.mended.notify_waiters();
    }

    /// An end of the bus for a process at this place.
    pub fn end(self: &Arc<Self>, place: usize, process: &Arc<Process>) -> Plug {
        let (inbox, heard) = unbounded_channel();
        Plug {
            wires: self.clone(),
            process: process.clone(),
            place,
            me: Mutex::new(NodeId::from_bytes([0; 16])),
            inbox,
            heard: Turn::new(heard),
            owed: Mutex::default(),
        }
    }

    async fn taken_from(&self, place: usize) {
        loop {
            let mended = self.mended.notified();
            if !self.state.lock().held_back.contains(&place) {
                return;
            }
            mended.await;
        }
    }

    fn carry(&self, from: usize, to: &End, message: &[u8]) {
        let (weather, cut) = {
            let state = self.state.lock();
            (state.weather, state.cut.contains(&(from, to.place)))
        };
        let chance = |times: u64| times > 0 && self.dice.one_in(times);
        if cut || chance(weather.lost) {
            return;
        }
        for _ in 0..if chance(weather.doubled) { 2 } else { 1 } {
            let (inbox, message) = (to.inbox.clone(), message.to_vec());
            let takes = self.dice.below(weather.slowest + 1);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(takes)).await;
                // Nobody is there any more.
                let _ = inbox.send(message);
            });
        }
    }

    /// What a bus that lies says for a node to whoever told of a closing: that it has followed.
    fn said_for(&self, by: NodeId, message: &[u8], patient: bool) -> Option<(NodeId, Vec<u8>)> {
        let vault = &self.lie.as_ref().filter(|lie| lie.patient == patient)?.vault;
        let (teller, sealed) = message.split_first_chunk::<16>()?;
        let teller = NodeId::from_bytes(*teller);
        let plain = vault.bus(teller).open(sealed).ok()?;
        let told: serde_json::Value = serde_json::from_slice(&plain).ok()?;
        let ask = told["Closed"]["ask"].as_u64()?;
        let done = serde_json::json!({ "Done": { "ask": ask } }).to_string();
        let mut said = by.as_bytes().to_vec();
        said.extend(vault.bus(by).seal(done.as_bytes(), vault.chance()));
        Some((teller, said))
    }
}

/// One process's end of the bus.
pub struct Plug {
    wires: Arc<Wires>,
    process: Arc<Process>,
    place: usize,
    me: Mutex<NodeId>,
    inbox: UnboundedSender<Vec<u8>>,
    heard: Turn<UnboundedReceiver<Vec<u8>>>,
    /// What a lie says for this node when it asks for the next message, so is done with the last.
    owed: Mutex<Option<(NodeId, Vec<u8>)>>,
}

impl Plug {
    async fn send(&self, is: impl Fn(NodeId) -> bool, message: &[u8]) {
        self.process.runs().await;
        self.wires.taken_from(self.place).await;
        let me = *self.me.lock();
        let ends: Vec<_> =
            self.wires.state.lock().ends.iter().map(|(node, end)| (*node, end.clone())).collect();
        for (node, end) in ends.into_iter().filter(|(node, _)| *node != me && is(*node)) {
            match self.wires.said_for(node, message, false) {
                Some((_, said)) => drop(self.inbox.send(said)),
                None => self.wires.carry(self.place, &end, message),
            }
        }
    }
}

#[async_trait]
impl Bus for Plug {
    async fn join(&self, me: NodeId) {
        self.process.runs().await;
        let end = End { place: self.place, inbox: self.inbox.clone() };
        let mut state = self.wires.state.lock();
        state.ends.remove(&std::mem::replace(&mut *self.me.lock(), me));
        state.ends.insert(me, end);
    }

    async fn to_all(&self, message: Vec<u8>) {
        self.send(|_| true, &message).await;
    }

    async fn to(&self, node: NodeId, message: Vec<u8>) {
        self.send(|there| there == node, &message).await;
    }

    async fn next(&self) -> Vec<u8> {
        self.process.runs().await;
        if let Some((teller, said)) = self.owed.lock().take() {
            let end = self.wires.state.lock().ends.get(&teller).cloned();
            end.inspect(|end| self.wires.carry(self.place, end, &said));
        }
        let message = self.heard.lock().await.recv().await.expect("an end of the bus holds its own sender");
        *self.owed.lock() = self.wires.said_for(*self.me.lock(), &message, true);
        message
    }
}
