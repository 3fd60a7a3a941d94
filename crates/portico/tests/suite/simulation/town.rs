//! Several nodes over one store, and everybody who calls them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use parking_lot::Mutex;
use portico_core::moment::Moment;
use portico_live::{Clock, Vault};
use portico_seal::MasterKey;
use portico_sql::memory::Memory;
use serde_json::Value;

use super::cast::cast;
use super::dice::Dice;
use super::history::{Deed, Entry, History, Said};
use super::node::{Node, Parts};
use super::process::{Drifting, Process, Wall};
use super::store::{Remote, Wire};
use super::wires::{Lie, Wires};
use crate::fixture::Tokens;

/// How many nodes there are.
pub const NODES: usize = 3;
/// The moment at which every run begins: that of the cast.
const BEGIN: Moment = Moment::from_millis(1_800_000_000_000);

/// What is broken on purpose, so that the judge has something to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// Nothing.
    Nothing,
    /// A bus that says for other nodes that they have followed.
    Flattery,
    /// Nodes that acknowledge a closing when they have followed it, whatever they know of those before.
    Haste,
    /// Nodes that hold on to their lease when they have said that they leave.
    Clinging,
    /// Nodes whose monotonic clocks run at half the speed of the first one's.
    SlowClocks,
}

/// A machine on which one node runs at a time.
pub struct Place {
    /// Its way to the database.
    pub wire: Arc<Wire>,
    /// Its wall clock.
    pub wall: Arc<Wall>,
    speed: u64,
    process: Mutex<Option<Arc<Process>>>,
    node: Mutex<Option<Arc<Node>>>,
}

impl Place {
    /// The node that answers here, if one does.
    pub fn node(&self) -> Option<Arc<Node>> {
        self.node.lock().clone()
    }

    /// The process that runs here, if one does.
    pub fn process(&self) -> Option<Arc<Process>> {
        self.process.lock().clone()
    }
}

/// The nodes, the store, the bus, and who is there.
pub struct Town {
    /// What is stored.
    pub memory: Arc<Memory>,
    /// The clock of the database, which is right.
    clock: Arc<Wall>,
    /// The bus.
    pub wires: Arc<Wires>,
    /// The machines.
    pub places: Vec<Place>,
    /// What has happened.
    pub history: History,
    /// What decides who does what.
    pub dice: Dice,
    /// Sessions: whose, and the host's tokens.
    pub sessions: Mutex<Vec<(usize, Tokens)>>,
    /// Launch tokens: of which session, for which app.
    pub tokens: Mutex<Vec<(usize, usize, String)>>,
    /// How many of the keys that lie ready have been used.
    pub keys: Mutex<usize>,
    /// What is broken on purpose.
    pub planted: Planted,
    /// Whether nothing goes wrong any more.
    pub peace: AtomicBool,
    chance: Arc<Dice>,
}

impl Town {
    /// A town with this seed, with no node yet.
    pub async fn new(seed: u64, planted: Planted) -> Arc<Self> {
        let (cast, memory) = (cast(), Arc::new(cast().memory.clone()));
        let net = Arc::new(Dice::of(seed, "net"));
        let chance = Arc::new(Dice::of(seed, "chance"));
        let lie = match planted {
            Planted::Flattery | Planted::Haste => {
                let master = MasterKey::parse(cast.master.expose()).unwrap();
                let vault = Vault::open(&*memory, master, chance.clone()).await.unwrap();
                Some(Lie { vault, patient: planted == Planted::Haste })
            }
            _ => None,
        };
        let machines = Dice::of(seed, "machines");
        let place = |number| Place {
            wire: Wire::new(net.clone()),
            wall: Wall::showing(BEGIN),
            speed: match planted {
                // So slow that it renews less often than others wait.
                Planted::SlowClocks if number > 0 => 100_000,
                Planted::SlowClocks => 1_000_000,
                // A little less than the 2 % that leases allow for.
                _ => machines.between(981_000, 1_019_000),
            },
            process: Mutex::default(),
            node: Mutex::default(),
        };
        let history = History::new();
        for (session, (person, _)) in cast.sessions.iter().enumerate() {
            history.note(Entry::Began(session, *person));
        }
        for (token, (session, app, _)) in cast.tokens.iter().enumerate() {
            history.note(Entry::Issued(token, *session, *app));
        }
        Arc::new(Self {
            memory,
            clock: Wall::showing(BEGIN),
            wires: Wires::new(net.clone(), lie),
            places: (0..NODES).map(place).collect(),
            history,
            dice: Dice::of(seed, "script"),
            sessions: Mutex::new(cast.sessions.clone()),
            tokens: Mutex::new(cast.tokens.clone()),
            keys: Mutex::default(),
            planted,
            peace: AtomicBool::new(false),
            chance,
        })
    }

    /// Starts a node where none runs.
    pub fn start(self: &Arc<Self>, number: usize) {
        let place = &self.places[number];
        let process = Process::running();
        if place.process.lock().replace(process.clone()).is_some() {
            panic!("two nodes at one place");
        }
        let parts = Parts {
            store: Arc::new(Remote::of(&self.memory, &self.clock, &place.wire, &process)),
            bus: Arc::new(self.wires.end(number, &process)),
            ticks: Arc::new(Drifting::of(&process, self.dice.between(1_000_000, 9_000_000), place.speed)),
            wall: place.wall.clone(),
            chance: self.chance.clone(),
            process,
        };
        let town = self.clone();
        tokio::spawn(async move {
            let node = Arc::new(Node::start(&parts).await);
            // A process that was killed meanwhile never comes here.
            *town.places[number].node.lock() = Some(node);
            town.history.note(Entry::Chaos(format!("node {number} answers")));
        });
    }

    /// Kills what runs there.
    pub fn kill(&self, number: usize) {
        let place = &self.places[number];
        let process = place.process.lock().take();
        process.inspect(|process| process.die());
        let node = place.node.lock().take();
        node.inspect(|node| node.kill());
    }

    /// A moment by the true time.
    pub fn now(&self, number: usize) -> Moment {
        self.places[number].wall.now()
    }

    /// Has this done by the node at a place, and writes down what it answered; `said` reads the answer.
    pub async fn call(
        &self,
        number: usize,
        deed: Deed,
        request: Request<Body>,
        said: impl FnOnce(u16, &Value) -> Said,
    ) -> (Said, Value) {
        let said = |(status, body): &(u16, Value)| said(*status, body);
        let (said, answer) = self.attempt(number, deed, |node| node.answer(request), said).await;
        (said, answer.map_or(Value::Null, |(_, body)| body))
    }

    /// Has a node do this, and writes down what came of it; `said` reads that.
    pub async fn attempt<T: Send + 'static, W: Future<Output = T> + Send + 'static>(
        &self,
        number: usize,
        deed: Deed,
        work: impl FnOnce(&Node) -> W,
        said: impl FnOnce(&T) -> Said,
    ) -> (Said, Option<T>) {
        let (patience, hangs_up) =
            (Duration::from_millis(self.dice.between(1500, 8000)), self.dice.one_in(2));
        let call = self.history.sent(number, deed);
        let answered = match self.places[number].node() {
            Some(node) => node.attempt(work(&node), patience, hangs_up).await,
            None => None,
        };
        let said = answered.as_ref().map_or(Said::Nothing, said);
        self.history.note(Entry::Answered(call, said.clone()));
        (said, answered)
    }
}
