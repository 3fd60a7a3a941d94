//! Where a run takes place: services, nodes, and the network between them.

mod balancer;
pub(crate) mod leftovers;
mod nats;
pub(crate) mod network;
mod node;
mod postgres;
pub(crate) mod shell;

use nats::Nats;
use network::{Cut, Network};
use node::{Node, Setting};
use portico_bench::failure::{During, Failure, Outcome};
use postgres::Postgres;
use shell::aside;
use std::cell::{Cell, RefCell};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use balancer::Balancer;
pub(crate) use node::clocks_can_be_set;

const POSTGRES: u16 = 5432;
const NATS: u16 = 4222;
/// Where apps receive logout messages.
pub(crate) const RECEIVER: u16 = 9000;
/// Where the load balancer of a rolling restart listens.
pub(crate) const BALANCER: u16 = 8000;
/// How long a node may take to be ready, or to end when asked.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether a node has ended.
const LOOK: Duration = Duration::from_millis(20);
/// How long until a node that could not start is started again, as a supervisor would.
const AGAIN: Duration = Duration::from_millis(300);

/// What a field is made of.
pub(crate) struct Plan {
    /// The binary.
    pub(crate) program: PathBuf,
    /// One node alone on its embedded store, instead of three on PostgreSQL and NATS.
    pub(crate) embedded: bool,
    /// Whether the database waits for the disk.
    pub(crate) sync: bool,
    /// What is added to every node's configuration.
    pub(crate) configuration: String,
}

/// Services, nodes and network. Everything is taken down when it is dropped.
pub(crate) struct Field {
    nodes: Vec<RefCell<Node>>,
    /// Which nodes are meant to run, and were ready once.
    up: Vec<Cell<bool>>,
    cuts: Vec<RefCell<Vec<Cut>>>,
    bus: Option<RefCell<Nats>>,
    store: Option<Postgres>,
    // After the processes, which hold it open.
    network: Network,
    folder: Folder,
}

/// A folder that goes with the run, unless something is to be read in it afterwards.
struct Folder {
    path: PathBuf,
    kept: RefCell<bool>,
}

impl Field {
    /// Lays everything out; no node runs yet.
    pub(crate) fn lay(plan: Plan) -> Outcome<Self> {
        leftovers::clear();
        let run_id = std::process::id();
        let folder = Folder { path: leftovers::folder(run_id), kept: RefCell::new(false) };
        fs::create_dir_all(&folder.path).during("the run's folder")?;
        let count = if plan.embedded { 1 } else { 3 };
        let network = Network::lay(run_id, count)?;
        let host = network.services();
        let mut field = Self {
            nodes: Vec::new(),
            up: Vec::new(),
            cuts: Vec::new(),
            bus: None,
            store: None,
            network,
            folder,
        };
        let mut flags = vec!["--issuer".to_owned(), format!("http://{host}:{BALANCER}")];
        if !plan.embedded {
            let store = Postgres::make(&field.folder.path, host, POSTGRES, plan.sync)?;
            let bus = Nats::make(&field.folder.path, host, NATS)?;
            let key = field.folder.path.join("master.key");
            for (flag, value) in [("--store", store.url()), ("--bus", bus.url())] {
                flags.extend([flag.to_owned(), value]);
            }
            flags.extend(["--master-key".to_owned(), key.to_string_lossy().into_owned()]);
            field.store = Some(store);
            field.bus = Some(RefCell::new(bus));
        }
        for index in 0..count {
            let setting = Setting {
                program: plan.program.clone(),
                namespace: field.network.namespace(index),
                address: field.network.node(index),
                folder: field.folder.path.join(format!("node-{index}")),
                flags: flags.clone(),
                configuration: plan.configuration.clone(),
                own_clock: clocks_can_be_set(),
            };
            field.nodes.push(RefCell::new(Node::new(setting)?));
            field.up.push(Cell::new(false));
            field.cuts.push(RefCell::new(Vec::new()));
        }
        Ok(field)
    }

    /// How many nodes there are.
    pub(crate) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Where services listen and clients come from.
    pub(crate) fn host(&self) -> Ipv4Addr {
        self.network.services()
    }

    /// By which everyone knows this Portico.
    pub(crate) fn issuer(&self) -> String {
        format!("http://{}:{BALANCER}", self.host())
    }

    /// The folder of the run.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder.path
    }

    /// The folder stays after the run, for its logs.
    pub(crate) fn keep_folder(&self) {
        self.folder.kept.replace(true);
    }

    /// Where people and apps reach a node.
    pub(crate) fn public(&self, node: usize) -> SocketAddr {
        self.nodes[node].borrow().public()
    }

    /// Where operators reach a node.
    pub(crate) fn admin(&self, node: usize) -> SocketAddr {
        self.nodes[node].borrow().admin()
    }

    /// The bearer token of a node's admin API.
    pub(crate) fn admin_token(&self, node: usize) -> Outcome<String> {
        self.nodes[node].borrow().admin_token()
    }

    /// Starts a node and waits until it is ready. One that cannot start is started again.
    pub(crate) async fn start(&self, node: usize) -> Outcome<()> {
        let begin = tokio::time::Instant::now();
        loop {
            let ready = self.nodes[node].borrow_mut().start()?;
            match tokio::time::timeout(PATIENCE, ready).await {
                Ok(Ok(())) => {
                    self.up[node].set(true);
                    return Ok(());
                }
                Ok(Err(_)) if begin.elapsed() < PATIENCE => {}
                _ => {
                    let words = self.nodes[node].borrow().last_words();
                    return Err(Failure(format!("node {node} does not start: {words}")));
                }
            }
            self.nodes[node].borrow_mut().kill();
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Ends a node at once.
    pub(crate) fn kill(&self, node: usize) {
        self.up[node].set(false);
        self.nodes[node].borrow_mut().kill();
    }

    /// Asks a node to end, and waits until it has; a failure when it does not end well.
    pub(crate) async fn end(&self, node: usize) -> Outcome<()> {
        self.up[node].set(false);
        self.nodes[node].borrow().ask_to_end()?;
        let begin = tokio::time::Instant::now();
        while !self.nodes[node].borrow_mut().has_ended()? {
            if begin.elapsed() > PATIENCE {
                return Err(Failure(format!("node {node} was asked to end and did not")));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Stops a node's process where it stands.
    pub(crate) fn pause(&self, node: usize) -> Outcome<()> {
        self.nodes[node].borrow().pause()
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self, node: usize) -> Outcome<()> {
        self.nodes[node].borrow().go_on()
    }

    /// Sets the wall clock of a node this many seconds off.
    pub(crate) fn set_clock(&self, node: usize, seconds: i64) -> Outcome<()> {
        self.nodes[node].borrow().set_clock(seconds)
    }

    /// Cuts a node off from the database, or mends it.
    pub(crate) async fn cut_store(&self, node: usize, out: bool, back: bool) -> Outcome<()> {
        let Some(store) = &self.store else { return Ok(()) };
        self.cut(node, Cut { peer: store.address(), out, back }).await
    }

    /// Cuts a node off from the bus, or mends it.
    pub(crate) async fn cut_bus(&self, node: usize, out: bool, back: bool) -> Outcome<()> {
        let Some(bus) = &self.bus else { return Ok(()) };
        let peer = bus.borrow().address();
        self.cut(node, Cut { peer, out, back }).await
    }

    async fn cut(&self, node: usize, cut: Cut) -> Outcome<()> {
        let cuts = {
            let mut cuts = self.cuts[node].borrow_mut();
            cuts.retain(|other| other.peer != cut.peer);
            if cut.out || cut.back {
                cuts.push(cut);
            }
            cuts.clone()
        };
        let namespace = self.nodes[node].borrow().namespace().to_owned();
        aside(move || network::cut(&namespace, &cuts)).await
    }

    /// Ends the database at once.
    pub(crate) async fn stop_store(&self) -> Outcome<()> {
        let Some(store) = self.store.clone() else { return Ok(()) };
        aside(move || store.stop()).await
    }

    /// Starts the database again.
    pub(crate) async fn start_store(&self) -> Outcome<()> {
        let Some(store) = self.store.clone() else { return Ok(()) };
        aside(move || store.start()).await
    }

    /// Ends the bus at once.
    pub(crate) fn stop_bus(&self) {
        self.bus.iter().for_each(|bus| bus.borrow_mut().stop());
    }

    /// Starts the bus again.
    pub(crate) fn start_bus(&self) -> Outcome<()> {
        self.bus.as_ref().map_or(Ok(()), |bus| bus.borrow_mut().start())
    }

    /// The first node that ended although nobody asked it to, with what it said last.
    pub(crate) fn ended_by_itself(&self) -> Option<(usize, String)> {
        let mut up = (0..self.count()).filter(|node| self.up[*node].get());
        up.find_map(|index| {
            let words = self.nodes[index].borrow_mut().ended_by_itself()?;
            self.up[index].set(false);
            Some((index, words))
        })
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.nodes.clear();
        if let Some(store) = self.store.take() {
            // Its folder goes next; a server that does not stop now is found by the next run.
            let _ = store.stop();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !*self.kept.borrow() {
            // A folder that stays is removed by the next run.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
