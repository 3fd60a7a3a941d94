//! What is held in memory under the closing rule.
//!
//! Finders answer from memory and fill it on demand; [`Live::commit`] is the only way to change
//! anything, and when it has answered, nothing that it made untrue is in memory any more.

mod clock;
mod commit;
mod fleet;
mod hub;
mod listeners;
mod load;
mod open_id;
mod person;
mod ring;
mod session;
mod session_key;
mod settle;
mod shelf;
mod token;
mod touch;
mod vault;
mod whole;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::RwLock;
use portico_core::id::{ClientId, NodeId, SessionId, TokenId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::noun::consent::Consents;
use portico_core::noun::session::SessionLimits;
use portico_core::rule::sweep;
use portico_store::{Schema, Store, Unavailable};
use quick_cache::sync::Cache;

pub use clock::{Clock, SystemClock, SystemTicks};
pub use commit::closes;
pub use fleet::{Bus, Company, Membership, Silence, Ticks};
pub use hub::Hub;
pub use listeners::{Closed, Subscription};
pub use load::LiveClient;
pub use open_id::ResolvedOpenIds;
pub use person::LivePerson;
pub use ring::{KeyError, Ring};
pub use session::LiveSession;
pub use token::{Signed, Verified};
pub use vault::{Vault, VaultError};

use fleet::Fleet;
use shelf::Shelf;
use whole::Whole;

/// How much is held at most, by number of entries.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Hosts and apps.
    pub clients: usize,
    /// Sessions.
    pub sessions: usize,
    /// Decisions of one person about one app; and as many OpenIDs that came from elsewhere.
    pub consents: usize,
    /// People with their open profiles.
    pub people: usize,
    /// Tokens whose signature has been checked.
    pub tokens: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { clients: 100_000, sessions: 1_000_000, consents: 1_000_000, people: 100_000, tokens: 200_000 }
    }
}

/// How the memory is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The issuer, without a trailing slash: the `iss` of every token.
    pub issuer: String,
    /// How long sessions live.
    pub sessions: SessionLimits,
    /// How often signing keys rotate.
    pub rotate_keys_every: Span,
    /// How much is held.
    pub bounds: Bounds,
}

/// The memory of one node over its store.
pub struct Live {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    vault: Vault,
    settings: Settings,
    ring: Whole<Ring>,
    catalogue: Whole<Vec<CatalogueEntry>>,
    revoked: RwLock<HashMap<TokenId, Moment>>,
    clients: Shelf<ClientId, Arc<LiveClient>>,
    sessions: Shelf<SessionId, Arc<LiveSession>>,
    consents: Shelf<(UserId, ClientId), Arc<Consents>>,
    /// OpenIDs that came from elsewhere; none where the person's is derived.
    open_ids: Shelf<(UserId, ClientId), Option<Arc<str>>>,
    people: Shelf<UserId, Arc<LivePerson>>,
    entered: Shelf<(SessionId, ClientId), ()>,
    tokens: Cache<[u8; 32], Arc<Verified>>,
    wx_ids: Cache<Box<str>, ClientId>,
    touches: touch::Touches,
    under_way: settle::UnderWay,
    hub: Hub,
    fleet: Option<Fleet>,
}

impl Live {
    /// Opens the memory over a store: reads the keys (making those that are missing), the
    /// catalogue and the revoked tokens; everything else is filled on demand.
    ///
    /// Fails if the store cannot answer, or if a key does not open under the master key.
    pub async fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        vault: Vault,
        settings: Settings,
    ) -> Result<Arc<Self>, KeyError> {
        Self::open_with(store, None, clock, vault, settings).await
    }

    /// Opens the memory of one node among others that share a store. It answers nothing before it has
    /// [joined](Self::join), and only as long as it holds a lease.
    pub async fn open_among(
        company: Company,
        clock: Arc<dyn Clock>,
        vault: Vault,
        settings: Settings,
    ) -> Result<Arc<Self>, KeyError> {
        let store: Arc<dyn Store> = company.store.clone();
        Self::open_with(store, Some(Fleet::new(company)), clock, vault, settings).await
    }

    async fn open_with(
        store: Arc<dyn Store>,
        fleet: Option<Fleet>,
        clock: Arc<dyn Clock>,
        vault: Vault,
        settings: Settings,
    ) -> Result<Arc<Self>, KeyError> {
        let now = clock.now();
        let ring = Ring::open(&*store, &vault, now).await?;
        let catalogue = load::catalogue(&*store).await?;
        let revoked = store.revoked_tokens().await?.into_iter().collect();
        let hub = Hub::open(store.clone()).await?;
        let bounds = settings.bounds;
        Ok(Arc::new(Self {
            ring: Whole::new(ring),
            catalogue: Whole::new(catalogue),
            revoked: RwLock::new(revoked),
            clients: Shelf::new(bounds.clients),
            sessions: Shelf::new(bounds.sessions),
            consents: Shelf::new(bounds.consents),
            open_ids: Shelf::new(bounds.consents),
            people: Shelf::new(bounds.people),
            entered: Shelf::new(bounds.sessions),
            tokens: Cache::new(bounds.tokens),
            wx_ids: Cache::new(bounds.clients),
            touches: touch::Touches::default(),
            under_way: settle::UnderWay::default(),
            hub,
            fleet,
            store,
            clock,
            vault,
            settings,
        }))
    }

    /// The store beneath, for what is not held in memory.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The moment it is now.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The clock itself.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The keys that do not rotate, and what is done with them.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// How the memory was set up.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The issuer: the `iss` of every token, without a trailing slash.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The signing keys as they are now.
    pub fn ring(&self) -> Arc<Ring> {
        self.ring.get()
    }

    /// The catalogue of scopes, built-in entries first.
    pub fn catalogue(&self) -> Arc<Vec<CatalogueEntry>> {
        self.catalogue.get()
    }

    /// What has been committed and is to be told.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Whether this node may go on answering: the store beneath answers at this moment, and where a
    /// lease is needed, it is held for another half of its length. A node that says no can still answer
    /// for a while, so that it is taken out before it must refuse.
    pub async fn is_ready(&self) -> Result<(), Unavailable> {
        match &self.fleet {
            Some(fleet) => fleet.is_ready(),
            None => self.store.event_bounds().await.map(|_| ()),
        }
    }

    /// Refuses unless memory may be believed now. Everything that is answered from memory asks this
    /// first, after the question was read.
    pub fn hold(&self) -> Result<(), Unavailable> {
        self.fleet.as_ref().map_or(Ok(()), Fleet::hold)
    }

    /// Whether what one node does for all is this one's to do.
    pub fn is_on_duty(&self) -> bool {
        self.fleet.as_ref().is_none_or(Fleet::is_eldest)
    }

    /// The name of this node among the others; none where it has the store to itself. A node that enters
    /// again has another.
    pub fn me(&self) -> Option<NodeId> {
        self.fleet.as_ref().map(Fleet::me)
    }

    /// What the clock of a shared store says; none where there is no such clock.
    pub async fn store_clock(&self) -> Result<Option<Moment>, Unavailable> {
        match &self.fleet {
            Some(fleet) => fleet.store().clock().await,
            None => Ok(None),
        }
    }

    /// What may be taken for now by whoever acts for all nodes; none while this node's clock and the store's
    /// are too far apart.
    pub async fn agreed_now(&self) -> Result<Option<Moment>, Unavailable> {
        let now = self.now();
        Ok(sweep::agreed(now, self.store_clock().await?))
    }

    /// Forgets which tokens were revoked, where they have expired long before this moment, which is agreed
    /// upon. To be called now and then on every node.
    pub fn forget_revoked(&self, agreed: Moment) {
        self.revoked.write().retain(|_, expired_at| !sweep::is_forgotten(*expired_at, agreed));
    }

    /// How the schema of a shared store stands; none where this node has the store to itself.
    pub async fn store_schema(&self) -> Result<Option<Schema>, Unavailable> {
        match &self.fleet {
            Some(fleet) => fleet.store().schema().await,
            None => Ok(None),
        }
    }

    /// The other nodes that acknowledged, when asked over the bus, within a second.
    pub async fn acknowledging(&self) -> BTreeSet<NodeId> {
        match &self.fleet {
            Some(fleet) => fleet.acknowledging(self).await,
            None => BTreeSet::new(),
        }
    }

    /// Whether what was committed elsewhere has been heard of: memory may be believed, and events are
    /// passed on as they come.
    pub fn is_current(&self) -> bool {
        self.hold().is_ok() && !self.hub.is_behind()
    }

    /// How this node stands among the others; none where it has the store to itself.
    pub fn membership(&self) -> Option<Membership> {
        self.fleet.as_ref().map(Fleet::membership)
    }
}
