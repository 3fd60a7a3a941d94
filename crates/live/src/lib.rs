//! What is held in memory under the closing rule.
//!
//! Finders answer from memory and fill it on demand; [`Live::commit`] is the only way to change
//! anything, and when it has answered, nothing that it made untrue is in memory any more.

mod clock;
mod commit;
mod hub;
mod load;
mod person;
mod ring;
mod session;
mod settle;
mod shelf;
mod token;
mod touch;
mod vault;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use portico_core::id::{ClientId, SessionId, TokenId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::noun::consent::Consents;
use portico_core::noun::session::SessionLimits;
use portico_store::{Store, Unavailable};
use quick_cache::sync::Cache;

pub use clock::{Clock, SystemClock};
pub use hub::{Hub, Subscription};
pub use load::LiveClient;
pub use person::LivePerson;
pub use ring::{KeyError, Ring};
pub use session::LiveSession;
pub use token::{Signed, Verified};
pub use vault::{Vault, VaultError};

use shelf::Shelf;

/// How much is held at most, by number of entries.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Hosts and apps.
    pub clients: usize,
    /// Sessions.
    pub sessions: usize,
    /// Decisions of one person about one app.
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
    ring: RwLock<Arc<Ring>>,
    catalogue: RwLock<Arc<Vec<CatalogueEntry>>>,
    revoked: RwLock<HashMap<TokenId, Moment>>,
    clients: Shelf<ClientId, Arc<LiveClient>>,
    sessions: Shelf<SessionId, Arc<LiveSession>>,
    consents: Shelf<(UserId, ClientId), Arc<Consents>>,
    people: Shelf<UserId, Arc<LivePerson>>,
    entered: Cache<(SessionId, ClientId), ()>,
    tokens: Cache<[u8; 32], Arc<Verified>>,
    touches: touch::Touches,
    under_way: settle::UnderWay,
    hub: Hub,
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
        let now = clock.now();
        let ring = Ring::open(&*store, &vault, now).await?;
        let catalogue = load::catalogue(&*store).await?;
        let revoked = store.revoked_tokens(now).await?.into_iter().collect();
        let hub = Hub::open(store.clone()).await?;
        let bounds = settings.bounds;
        Ok(Arc::new(Self {
            ring: RwLock::new(Arc::new(ring)),
            catalogue: RwLock::new(Arc::new(catalogue)),
            revoked: RwLock::new(revoked),
            clients: Shelf::new(bounds.clients),
            sessions: Shelf::new(bounds.sessions),
            consents: Shelf::new(bounds.consents),
            people: Shelf::new(bounds.people),
            entered: Cache::new(bounds.sessions),
            tokens: Cache::new(bounds.tokens),
            touches: touch::Touches::default(),
            under_way: settle::UnderWay::default(),
            hub,
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
        self.ring.read().clone()
    }

    /// The catalogue of scopes, built-in entries first.
    pub fn catalogue(&self) -> Arc<Vec<CatalogueEntry>> {
        self.catalogue.read().clone()
    }

    /// What has been committed and is to be told.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Whether the store beneath answers at this moment.
    pub async fn is_ready(&self) -> Result<(), Unavailable> {
        self.store.event_bounds().await.map(|_| ())
    }
}
