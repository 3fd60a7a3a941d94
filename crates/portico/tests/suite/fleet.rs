//! Several nodes over one store: what each of them may answer from memory, and for how long.

mod back;
mod clocks;
mod copies;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{ClosingSeq, DeliveryId, NodeId, SessionId, TokenId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::closing::Closing;
use portico_core::noun::session::{EndReason, Session, SessionLimits};
use portico_core::rule::lease::{Terms, Tick};
use portico_core::rule::{deliver, sign_in};
use portico_live::{Bounds, Bus, Clock, Company, Live, Settings, Ticks, Vault};
use portico_seal::{MasterKey, Secret, SystemChance};
use portico_sql::memory::Memory;
use portico_store::{Commit, Nodes, Read};
use tokio::sync::{Mutex as Turn, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::store::Reached;
use crate::simulation::Wall;

const LIMITS: SessionLimits = SessionLimits { idle: Span::days(30), age: Span::days(180) };
const LEASE: Duration = Duration::from_micros(Terms::DEFAULT.lease);
const RENEWED_EVERY: Duration = LEASE.checked_div(4).unwrap();

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Moment {
        Moment::from_millis(1_800_000_000_000)
    }
}

/// The runtime's own time, which a test stops and turns.
struct Virtual(Instant);

#[async_trait]
impl Ticks for Virtual {
    fn now(&self) -> Tick {
        // One second has gone by before the first node: no reading is 0.
        Tick(u64::try_from((Instant::now() - self.0).as_micros()).unwrap() + 1_000_000)
    }

    async fn until(&self, tick: Tick) {
        tokio::time::sleep_until(self.0 + Duration::from_micros(tick.0.saturating_sub(1_000_000))).await;
    }
}

#[derive(Default)]
struct Wires {
    ends: Mutex<BTreeMap<NodeId, mpsc::UnboundedSender<Vec<u8>>>>,
    cut: Mutex<Vec<NodeId>>,
    /// Everything that was ever sent, wherever it went.
    said: Mutex<Vec<Vec<u8>>>,
    /// They hear nothing, and are heard.
    deaf: Mutex<Vec<NodeId>>,
}

impl Wires {
    fn deliver(&self, to: NodeId, message: &[u8]) {
        self.ends.lock()[&to].send(message.to_vec()).unwrap();
    }
}

/// One node's end of the wires.
struct End {
    wires: Arc<Wires>,
    me: Mutex<NodeId>,
    sender: mpsc::UnboundedSender<Vec<u8>>,
    inbox: Turn<mpsc::UnboundedReceiver<Vec<u8>>>,
}

impl End {
    fn send(&self, to: impl Fn(NodeId) -> bool, message: &[u8]) {
        self.wires.said.lock().push(message.to_vec());
        let (me, cut) = (*self.me.lock(), self.wires.cut.lock().clone());
        for (node, end) in self.wires.ends.lock().iter() {
            let whole = !cut.contains(node) && !cut.contains(&me) && !self.wires.deaf.lock().contains(node);
            if to(*node) && *node != me && whole {
                let _ = end.send(message.to_vec());
            }
        }
    }
}

#[async_trait]
impl Bus for End {
    async fn join(&self, me: NodeId) {
        *self.me.lock() = me;
        self.wires.ends.lock().insert(me, self.sender.clone());
    }

    async fn to_all(&self, message: Vec<u8>) {
        self.send(|_| true, &message);
    }

    async fn to(&self, node: NodeId, message: Vec<u8>) {
        self.send(|there| there == node, &message);
    }

    async fn next(&self) -> Vec<u8> {
        self.inbox.lock().await.recv().await.expect("the wires hold a sender")
    }
}

/// A node and what runs in it.
struct Node {
    live: Arc<Live>,
    wall: Arc<Wall>,
    reached: Arc<Reached>,
    tasks: JoinSet<()>,
}

impl Node {
    fn id(&self) -> NodeId {
        self.live.membership().unwrap().me
    }

    /// Nothing of it runs any more, and it told nobody.
    fn kill(&mut self) {
        self.tasks.abort_all();
    }

    async fn is_live(&self, session: SessionId) -> bool {
        self.live.session(session).await.unwrap().unwrap().is_live(&LIMITS, Fixed.now())
    }
}

/// Nodes over one store.
struct Town {
    store: Arc<Memory>,
    /// The store's own clock.
    clock: Arc<Wall>,
    wires: Arc<Wires>,
    start: Instant,
    master: Secret,
}

impl Town {
    fn new() -> Self {
        let (store, wires) = (Arc::default(), Arc::default());
        let master = MasterKey::generate(&SystemChance).to_text();
        Self { store, clock: Wall::showing(Fixed.now()), wires, start: Instant::now(), master }
    }

    async fn node(&self) -> Node {
        self.node_ahead(Span::ZERO).await
    }

    /// A node whose wall clock is ahead of the store's.
    async fn node_ahead(&self, ahead: Span) -> Node {
        let node = self.start(ahead, false).await;
        // Every node reads the list of all of them.
        tokio::time::sleep(LEASE).await;
        node
    }

    /// A node that nobody but the store knows of yet.
    async fn node_at_once(&self) -> Node {
        self.start(Span::ZERO, false).await
    }

    /// A node that is a gateway alone.
    async fn gateway(&self) -> Node {
        let node = self.start(Span::ZERO, true).await;
        tokio::time::sleep(LEASE).await;
        node
    }

    async fn start(&self, ahead: Span, gateway: bool) -> Node {
        let (sender, inbox) = mpsc::unbounded_channel();
        let me = Mutex::new(NodeId::from_bytes([0; 16]));
        let bus = End { wires: self.wires.clone(), me, sender, inbox: Turn::new(inbox) };
        let (reached, wall) = (Reached::new(&self.store, &self.clock), Wall::showing(self.clock.now()));
        wall.set(ahead.as_millis());
        let company = Company {
            store: reached.clone(),
            bus: Arc::new(bus),
            ticks: Arc::new(Virtual(self.start)),
            terms: Terms::DEFAULT,
            name: "node".to_owned(),
            version: "0.1.0".to_owned(),
            gateway,
        };
        let master = MasterKey::parse(self.master.expose()).unwrap();
        let vault = Vault::open(&*self.store, master, Arc::new(SystemChance)).await.unwrap();
        let settings = Settings {
            issuer: "http://localhost:8080".to_owned(),
            sessions: LIMITS,
            rotate_keys_every: Span::days(90),
            bounds: Bounds::default(),
        };
        let live = Live::open_among(company, wall.clone(), vault, settings).await.unwrap();
        assert!(live.hold().is_err(), "no lease is held before it joined");
        live.join().await.unwrap();
        let mut tasks = JoinSet::new();
        let (keeping, hearing) = (live.clone(), live.clone());
        tasks.spawn(async move { keeping.keep_lease().await });
        tasks.spawn(async move { hearing.hear().await });
        Node { live, wall, reached, tasks }
    }

    async fn session(&self, number: u8) -> Session {
        let begin = sign_in::Begin {
            id: SessionId::from_bytes([number; 16]),
            user: UserId::from_bytes([number; 16]),
            client: "super.app".parse().unwrap(),
            method: "pwd".to_owned(),
            sealed_label: vec![],
            cookie_digest: None,
        };
        let (session, _) = sign_in::begin(begin, &LIMITS, Fixed.now());
        self.store.commit(vec![Change::SessionStarted(session.clone())]).await.unwrap();
        session
    }
}

fn ended(session: SessionId) -> Vec<Change> {
    vec![Change::SessionEnded { session, at: Fixed.now(), reason: EndReason::SignedOut }]
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ended_on_one_node_is_over_on_every_node_when_the_call_answers() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await, town.node().await];
    let session = town.session(1).await.id;
    for node in &nodes {
        assert!(node.is_live(session).await);
    }
    let before = Instant::now();
    nodes[0].live.commit(ended(session)).await.unwrap();
    assert_eq!(before.elapsed(), Duration::ZERO, "everybody said so at once");
    for node in &nodes {
        assert!(!node.is_live(session).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_does_not_hear_is_waited_for_until_its_lease_is_over() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let session = town.session(1).await.id;
    assert!(nodes[1].is_live(session).await);
    town.wires.cut.lock().push(nodes[1].id());
    let before = Instant::now();
    nodes[0].live.commit(ended(session)).await.unwrap();
    let waited = before.elapsed();
    assert!(waited > LEASE && waited <= LEASE + Duration::from_millis(100), "{waited:?}");
    // It found the closing in the store when it renewed.
    assert!(!nodes[1].is_live(session).await);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_heard_but_does_not_acknowledge_is_found() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await, town.node().await];
    let ids = [nodes[1].id(), nodes[2].id()];
    let before = Instant::now();
    assert_eq!(nodes[0].live.acknowledging().await, ids.into());
    assert_eq!(before.elapsed(), Duration::ZERO, "everybody said so at once");
    // What this node says does not reach the second, whose heartbeats go on.
    town.wires.deaf.lock().push(ids[0]);
    tokio::time::sleep(LEASE).await;
    assert!(nodes[0].live.membership().unwrap().heard.contains(&ids[0]));
    assert_eq!(nodes[0].live.acknowledging().await, [ids[1]].into());
    nodes[2].kill();
    assert!(nodes[0].live.acknowledging().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn closings_that_were_waited_out_are_counted_for_an_hour() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let waited_out = || nodes[0].live.membership().unwrap().waited_out;
    nodes[0].live.commit(ended(town.session(1).await.id)).await.unwrap();
    assert_eq!(waited_out(), 0);
    town.wires.deaf.lock().push(nodes[1].id());
    nodes[0].live.commit(ended(town.session(2).await.id)).await.unwrap();
    assert_eq!(waited_out(), 1);
    tokio::time::sleep(Duration::from_secs(61 * 60)).await;
    assert_eq!(waited_out(), 0);
}

#[tokio::test(start_paused = true)]
async fn nodes_tell_each_other_their_issuer() {
    let town = Town::new();
    let node = town.node().await;
    let nodes = node.live.membership().unwrap().nodes;
    assert_eq!(nodes[0].issuer.as_deref(), Some("http://localhost:8080"));
}

#[tokio::test(start_paused = true)]
async fn a_dead_node_is_waited_for_once_and_then_struck_out() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id];
    let dead = nodes[1].id();
    nodes[1].kill();
    let before = Instant::now();
    nodes[0].live.commit(ended(sessions[0])).await.unwrap();
    assert!(before.elapsed() > LEASE - RENEWED_EVERY);
    tokio::time::sleep(LEASE).await;
    assert!(town.store.standing().await.unwrap().nodes.iter().all(|node| node.id != dead));
    let before = Instant::now();
    nodes[0].live.commit(ended(sessions[1])).await.unwrap();
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_dead_node_is_waited_for_until_its_own_lease_is_over_and_refuses_by_then() {
    for dead_for in [0, 300, 700, 1200].map(Duration::from_millis) {
        let town = Town::new();
        let mut nodes = [town.node().await, town.node().await];
        let session = town.session(1).await.id;
        assert!(nodes[1].is_live(session).await);
        nodes[1].kill();
        tokio::time::sleep(dead_for).await;
        let (asked, live) = (nodes[1].live.clone(), nodes[0].live.clone());
        let before = Instant::now();
        let ending = tokio::spawn(async move { live.commit(ended(session)).await });
        // As long as the call has not answered, either answer is right; afterwards only a refusal.
        while !ending.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let waited = before.elapsed();
        ending.await.unwrap().unwrap();
        assert!(waited <= LEASE + Duration::from_millis(100) - dead_for, "{waited:?} after {dead_for:?}");
        assert!(asked.session(session).await.is_err());
        assert!(asked.is_ready().await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_closing_call_waits_as_the_first_would_have() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let session = town.session(1).await.id;
    assert!(nodes[1].is_live(session).await);
    // The first node died between its commit and the word of it.
    let what = Closing { sessions: vec![session], ..Closing::default() };
    let mut changes = ended(session);
    changes.push(Change::Closed { at: Fixed.now(), what });
    town.store.commit(changes).await.unwrap();
    assert!(nodes[1].is_live(session).await, "nobody has told it, and nobody was answered");
    nodes[0].live.settled().await.unwrap();
    assert!(!nodes[1].is_live(session).await);
}

#[tokio::test(start_paused = true)]
async fn lists_that_are_committed_ahead_are_waited_for_together() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id];
    assert!(nodes[1].is_live(sessions[0]).await && nodes[1].is_live(sessions[1]).await);
    town.wires.cut.lock().push(nodes[1].id());
    let before = Instant::now();
    for session in sessions {
        nodes[0].live.commit_ahead(ended(session)).await.unwrap();
        assert!(!nodes[0].is_live(session).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    nodes[0].live.settled().await.unwrap();
    let waited = before.elapsed();
    assert!(waited > LEASE && waited <= LEASE + Duration::from_millis(200), "{waited:?}");
    assert!(!nodes[1].is_live(sessions[0]).await && !nodes[1].is_live(sessions[1]).await);
}

#[tokio::test(start_paused = true)]
async fn others_hear_of_a_list_that_is_committed_ahead_though_nobody_waits() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let session = town.session(1).await.id;
    assert!(nodes[1].is_live(session).await);
    nodes[0].live.commit_ahead(ended(session)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(!nodes[1].is_live(session).await);
}

#[tokio::test(start_paused = true)]
async fn settling_does_not_wait_for_what_is_closed_meanwhile() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id];
    town.wires.cut.lock().push(nodes[1].id());
    nodes[0].live.commit_ahead(ended(sessions[0])).await.unwrap();
    let before = Instant::now();
    let live = nodes[0].live.clone();
    let settling = tokio::spawn(async move { live.settled().await });
    tokio::time::sleep(LEASE / 2).await;
    let live = nodes[0].live.clone();
    let later = tokio::spawn(async move { live.commit(ended(sessions[1])).await });
    settling.await.unwrap().unwrap();
    assert!(before.elapsed() <= LEASE + Duration::from_millis(100));
    later.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_closing_answers_for_those_before_it_that_nobody_has_told() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id];
    assert!(nodes[0].is_live(sessions[0]).await && nodes[1].is_live(sessions[0]).await);
    // Another node ended the first session and died. Who ends what is left of the person's finds it over.
    let what = Closing { sessions: vec![sessions[0]], ..Closing::default() };
    let mut changes = ended(sessions[0]);
    changes.push(Change::Closed { at: Fixed.now(), what });
    town.store.commit(changes).await.unwrap();
    let before = Instant::now();
    nodes[0].live.commit(ended(sessions[1])).await.unwrap();
    assert!(before.elapsed() < LEASE, "nobody's lease had to be waited for");
    for node in &nodes {
        assert!(!node.is_live(sessions[0]).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_was_struck_out_enters_again_under_another_name_and_with_empty_memory() {
    let town = Town::new();
    let node = town.node().await;
    let session = town.session(1).await.id;
    assert!(node.is_live(session).await);
    let before = node.id();
    let renewals = town.store.standing().await.unwrap().nodes[0].renewals;
    assert!(town.store.leave(before, renewals).await.unwrap());
    // Behind the back of every node.
    town.store.commit(ended(session)).await.unwrap();
    tokio::time::sleep(LEASE).await;
    assert_ne!(node.id(), before);
    assert_eq!(node.live.membership().unwrap().lost, 1);
    assert!(!node.is_live(session).await);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_leaves_is_not_waited_for_and_holds_nothing() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await];
    let session = town.session(1).await.id;
    nodes[1].kill();
    nodes[1].live.leave().await;
    assert!(nodes[1].live.hold().is_err());
    let before = Instant::now();
    nodes[0].live.commit(ended(session)).await.unwrap();
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_left_takes_no_lease_again() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    nodes[1].live.leave().await;
    tokio::time::sleep(LEASE).await;
    // Nor from a renewal that was begun by then.
    nodes[1].live.join().await.unwrap();
    assert!(nodes[1].live.hold().is_err());
    let written = town.store.standing().await.unwrap().nodes;
    assert_eq!(written.iter().map(|node| node.id).collect::<Vec<_>>(), [nodes[0].id()]);
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_failed_is_remembered_by_no_node() {
    let town = Town::new();
    let node = town.node().await;
    let session = town.session(1).await.id;
    let (token, until) = (TokenId::from_bytes([1; 16]), Moment::from_millis(i64::MAX));
    let revoked = Change::TokenRevoked { token, until };
    // The list fails on its guard: that session ends once.
    node.live.commit(ended(session)).await.unwrap();
    let failed = [ended(session), vec![revoked.clone()]].concat();
    assert!(node.live.commit(failed).await.is_err());
    assert!(!node.live.is_revoked(token), "the other nodes do not know of it either");
    node.live.commit(vec![revoked]).await.unwrap();
    assert!(node.live.is_revoked(token));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_kept_empties_the_memory() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id];
    assert!(nodes[1].is_live(sessions[0]).await && nodes[1].is_live(sessions[1]).await);
    for session in sessions {
        let what = Closing { sessions: vec![session], ..Closing::default() };
        let mut changes = ended(session);
        changes.push(Change::Closed { at: Moment::from_millis(1), what });
        town.store.commit(changes).await.unwrap();
    }
    let sweep = portico_core::change::Sweep {
        spent_before: Moment::from_millis(0),
        expired_before: Moment::from_millis(0),
        events_before: Moment::from_millis(2),
        ended_before: Moment::from_millis(0),
    };
    town.store.commit(vec![Change::Swept(sweep)]).await.unwrap();
    assert_eq!(town.store.closings_after(ClosingSeq(0), 10).await.unwrap(), []);
    nodes[0].live.settled().await.unwrap();
    assert!(!nodes[1].is_live(sessions[0]).await && !nodes[1].is_live(sessions[1]).await);
}

#[tokio::test(start_paused = true)]
async fn the_eldest_node_does_what_one_does_for_all() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await];
    let on_duty = |nodes: &[Node; 2]| nodes.iter().filter(|node| node.live.is_on_duty()).count();
    assert_eq!(on_duty(&nodes), 1);
    let eldest = nodes.iter().position(|node| node.live.is_on_duty()).unwrap();
    nodes[eldest].kill();
    tokio::time::sleep(3 * LEASE).await;
    assert!(!nodes[eldest].live.is_on_duty(), "without a lease it has no duty");
    assert!(nodes[1 - eldest].live.is_on_duty());
}

#[tokio::test(start_paused = true)]
async fn a_gateway_alone_follows_closings_and_does_nothing_for_all() {
    let town = Town::new();
    let (gateway, mut node) = (town.gateway().await, town.node().await);
    assert!(!gateway.live.is_on_duty() && node.live.is_on_duty(), "though it is the elder");
    let session = town.session(1).await.id;
    assert!(gateway.is_live(session).await);
    node.live.commit(ended(session)).await.unwrap();
    assert!(!gateway.is_live(session).await);
    node.kill();
    tokio::time::sleep(3 * LEASE).await;
    assert!(gateway.live.hold().is_ok() && !gateway.live.is_on_duty());
}

#[tokio::test(start_paused = true)]
async fn a_logout_message_is_the_task_of_the_node_that_queued_it_until_that_one_is_gone() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await];
    let session = town.session(1).await;
    let id = DeliveryId::from_bytes([1; 16]);
    let queued = deliver::queue(id, "org.taxi".parse().unwrap(), session.user, session.id, Fixed.now());
    nodes[0].live.commit(vec![Change::DeliveryQueued(queued)]).await.unwrap();
    assert_eq!(town.store.delivery(id).await.unwrap().unwrap().owner, Some(nodes[0].id()));
    let due = |by| town.store.deliveries_due(Some(by), Fixed.now(), 10);
    assert_eq!(due(nodes[1].id()).await.unwrap(), []);
    nodes[0].kill();
    tokio::time::sleep(3 * LEASE).await;
    assert_eq!(due(nodes[1].id()).await.unwrap().len(), 1);
}
