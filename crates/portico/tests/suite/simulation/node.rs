//! One node: the real house with its real routes, over a wire to the store.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use parking_lot::Mutex;
use portico_core::id::EventSeq;
use portico_core::moment::Span;
use portico_core::noun::session::SessionLimits;
use portico_core::rule::lease::Terms;
use portico_core::rule::tell::Topic;
use portico_http::{FaceSettings, House, Limits};
use portico_live::{Bounds, Company, Live, Settings, Vault};
use portico_reach::{AddressPolicy, Courier, KeySets, Outbound, Ways};
use portico_seal::{Chance, MasterKey, PasswordCost, PasswordHasher, digest};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::AbortHandle;
use tower::ServiceExt;

use super::cast::cast;
use super::process::{Drifting, Process, Wall};
use super::store::Remote;
use super::wires::Plug;
use crate::fixture::{ADMIN, ISSUER};

/// How long a process that could not start waits before it starts again.
const AGAIN: Duration = Duration::from_millis(500);

/// What a node is made from.
pub struct Parts {
    /// The process that it runs in.
    pub process: Arc<Process>,
    /// Its way to the store.
    pub store: Arc<Remote>,
    /// Its end of the bus.
    pub bus: Arc<Plug>,
    /// Its monotonic clock.
    pub ticks: Arc<Drifting>,
    /// Its wall clock.
    pub wall: Arc<Wall>,
    /// Where its ids and secrets come from.
    pub chance: Arc<dyn Chance>,
}

/// A node that answers.
pub struct Node {
    /// Its memory.
    pub live: Arc<Live>,
    process: Arc<Process>,
    public: Router,
    admin: Router,
    bus: Arc<Plug>,
    store: Arc<Remote>,
    /// The number of the last event when its hub was open.
    pub since: EventSeq,
    /// The events that its hub passed on, in order.
    pub told: Arc<Mutex<Vec<EventSeq>>>,
    /// What keeps it a member of the company.
    keeping: Vec<AbortHandle>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Node {
    /// Starts a node in its process, as often as it takes.
    pub async fn start(parts: &Parts) -> Self {
        let opening = async {
            loop {
                match open(parts).await {
                    Some(opened) => return opened,
                    None => tokio::time::sleep(AGAIN).await,
                }
            }
        };
        let (live, since) = parts.process.within(opening).await;
        let house = house(live.clone());
        let mut node = Self {
            public: portico_http::public(house.clone()),
            admin: portico_http::admin(house.clone()),
            process: parts.process.clone(),
            bus: parts.bus.clone(),
            store: parts.store.clone(),
            since,
            told: Arc::default(),
            keeping: vec![],
            tasks: Mutex::default(),
            live,
        };
        node.keep_on(house);
        node
    }

    /// What runs in a node beside its answers.
    fn keep_on(&mut self, house: Arc<House>) {
        let (keeping, hearing, passing) = (self.live.clone(), self.live.clone(), self.live.clone());
        let (mut place, told) = (self.live.hub().subscribe(vec![Topic::Anything]), self.told.clone());
        self.keeping = vec![
            self.spawn(async move { keeping.keep_lease().await }),
            self.spawn(async move { hearing.hear().await }),
        ];
        self.spawn(async move { passing.hub().run().await });
        self.spawn(portico_http::sweep::run(house));
        self.spawn(async move {
            while let Ok(Some(event)) = place.next().await {
                told.lock().push(event.seq);
            }
        });
    }

    /// Does this in the node's process.
    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> AbortHandle {
        let process = self.process.clone();
        let task = tokio::spawn(async move { process.within(work).await }).abort_handle();
        self.tasks.lock().push(task.clone());
        task
    }

    /// Leaves in good order. With care, what keeps the lease is stopped before, as the program does it;
    /// the memory promises that a renewal under way brings no lease back either way.
    pub async fn leave(&self, with_care: bool) {
        if with_care {
            self.keeping.iter().for_each(AbortHandle::abort);
        }
        self.process.within(self.live.leave()).await;
    }

    /// Says that it leaves, and holds on to its lease for as long as that lasts.
    pub async fn seem_to_leave(&self) {
        use portico_live::Bus;
        use portico_store::Nodes;

        self.keeping.iter().for_each(AbortHandle::abort);
        let Some(membership) = self.live.membership() else { return };
        let (me, vault) = (membership.me, self.live.vault());
        let mut left = me.as_bytes().to_vec();
        left.extend(vault.bus(me).seal(b"\"Left\"", vault.chance()));
        let renewals = membership.nodes.iter().find(|node| node.id == me).map_or(0, |node| node.renewals);
        let farewell = async {
            self.bus.to_all(left).await;
            self.store.leave(me, renewals).await
        };
        drop(self.process.within(farewell).await);
    }

    /// Nothing of it runs any more.
    pub fn kill(&self) {
        self.process.die();
        self.tasks.lock().iter().for_each(AbortHandle::abort);
    }

    /// The status and the body with which a request is answered.
    pub fn answer(&self, request: Request<Body>) -> impl Future<Output = (u16, Value)> + Send + use<> {
        let router = if request.uri().path().starts_with("/admin/") { &self.admin } else { &self.public };
        let answering = router.clone().oneshot(request);
        async move {
            let reply = answering.await.unwrap();
            let status = reply.status().as_u16();
            let body = reply.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice(&body).unwrap_or_default())
        }
    }

    /// Does this in the node's process, for somebody; none if the node dies, or is done too late for
    /// somebody who waits so long. Whoever gives up may hang up or not.
    pub async fn attempt<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        patience: Duration,
        hangs_up: bool,
    ) -> Option<T> {
        let process = self.process.clone();
        let task = tokio::spawn(async move { process.within(work).await });
        self.tasks.lock().push(task.abort_handle());
        let hang_up = task.abort_handle();
        match tokio::time::timeout(patience, task).await {
            Ok(answered) => answered.ok(),
            Err(_) => {
                if hangs_up {
                    hang_up.abort();
                }
                None
            }
        }
    }

    /// Opens a stream; what is said in it, until either end is gone. Nothing is said where it is refused.
    pub fn listen(&self, request: Request<Body>) -> UnboundedReceiver<String> {
        let (said, heard) = unbounded_channel();
        let answering = self.public.clone().oneshot(request);
        self.spawn(async move {
            let reply = answering.await.unwrap();
            if !reply.status().is_success() {
                return;
            }
            let mut body = reply.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                let Ok(bytes) = frame.into_data() else { continue };
                if said.send(String::from_utf8(bytes.to_vec()).unwrap()).is_err() {
                    return;
                }
            }
        });
        heard
    }
}

async fn open(parts: &Parts) -> Option<(Arc<Live>, EventSeq)> {
    use portico_store::Read;

    let company = Company {
        store: parts.store.clone(),
        bus: parts.bus.clone(),
        ticks: parts.ticks.clone(),
        terms: Terms::DEFAULT,
        name: "node".to_owned(),
        version: "0.1.0".to_owned(),
        gateway: false,
    };
    let master = MasterKey::parse(cast().master.expose()).unwrap();
    let vault = Vault::open(&*parts.store, master, parts.chance.clone()).await.ok()?;
    let settings = Settings {
        issuer: ISSUER.to_owned(),
        sessions: SessionLimits { idle: Span::days(30), age: Span::days(180) },
        rotate_keys_every: Span::days(90),
        bounds: Bounds { clients: 400, sessions: 400, consents: 400, people: 400, tokens: 400 },
    };
    let live = Live::open_among(company, parts.wall.clone(), vault, settings).await.ok()?;
    // Read when the hub is open: it passes on everything after this, and perhaps some before.
    let since = parts.store.event_bounds().await.ok()?.0;
    Some((live, since))
}

/// The house of a node, as it is in tests.
pub fn house(live: Arc<Live>) -> Arc<House> {
    let passwords = PasswordHasher::new(PasswordCost { m_kib: 64, t: 1, p: 1 }).unwrap();
    let address = AddressPolicy::PRIVATE_TOO;
    let keysets = KeySets::new(Arc::new(Outbound::new(address)));
    let (courier, _) = Courier::new(Ways { email: false, phone: false });
    // The limiters count by the time of the machine, which no run may see.
    let most = NonZeroU32::MAX;
    let limits = Limits { client_auth_per_address: most, ..Limits::default() };
    let face = FaceSettings { admin_token_digest: digest(ADMIN), limits, ..FaceSettings::default() };
    House::new(live, passwords, keysets, address, courier, Arc::default(), face)
}
