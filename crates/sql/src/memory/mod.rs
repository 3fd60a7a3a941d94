//! The store in memory: plain maps under one lock, for tests and simulations.

use std::path::Path;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{
    ClientId, ClosingSeq, ConnectionId, DeliveryId, DeveloperId, EventSeq, FamilyId, NodeId, SessionId,
    TokenId, UserId,
};
use portico_core::moment::Moment;
use portico_core::noun::agreement::Agreement;
use portico_core::noun::audit::{AuditEntry, AuditSeq};
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::noun::challenge::Challenge;
use portico_core::noun::client::Client;
use portico_core::noun::closing::Closing;
use portico_core::noun::code::Code;
use portico_core::noun::connection::Connection;
use portico_core::noun::consent::{ConsentEntry, ConsentRequest, Standing};
use portico_core::noun::delivery::Delivery;
use portico_core::noun::developer::Developer;
use portico_core::noun::event::Event;
use portico_core::noun::family::Family;
use portico_core::noun::key::SigningKeyRecord;
use portico_core::noun::link::{Link, PastLink};
use portico_core::noun::node::Node;
use portico_core::noun::passkey::Passkey;
use portico_core::noun::person::Person;
use portico_core::noun::session::Session;
use portico_core::noun::ticket::LinkTicket;
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};
use portico_core::scope::Scope;
use portico_store::{Backup, Commit, CommitError, Committed, NotCopied, Taken};

use self::table::Table;

mod agreement;
mod apply;
mod audit;
mod avatar;
mod challenge;
mod client;
mod consent;
mod delivery;
mod event;
mod grant;
mod key;
mod link;
mod node;
mod open_id;
mod passkey;
mod person;
mod read;
mod session;
mod table;
mod ticket;
mod wechat;

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct Memory {
    state: Mutex<State>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes back to what another holds, under whoever uses it: a copy is restored.
    pub fn restore(&self, copy: &Self) {
        let state = copy.state.lock().clone();
        *self.state.lock() = state;
    }
}

impl Clone for Memory {
    /// A store of its own that holds the same.
    fn clone(&self) -> Self {
        Self { state: Mutex::new(self.state.lock().clone()) }
    }
}

#[async_trait]
impl Commit for Memory {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        self.state.lock().list(changes)
    }
}

#[async_trait]
impl Backup for Memory {
    async fn copy(&self, _: &Path) -> Result<(), NotCopied> {
        Err(NotCopied::ByOtherMeans("a store in memory is not kept"))
    }

    async fn copy_keys(&self, to: &Path) -> Result<(), NotCopied> {
        self.copy(to).await
    }
}

/// What applying one change answers.
type Applied = Result<(), CommitError>;

macro_rules! state {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty,)+) => {
        /// Everything that is stored.
        #[derive(Default, Clone)]
        struct State {
            $($(#[$doc])* $name: Table<$key, $value>,)+
        }

        impl State {
            fn keep(&mut self) {
                $(self.$name.keep();)+
            }

            fn undo(&mut self) {
                $(self.$name.undo();)+
            }
        }
    };
}

state! {
    developers: DeveloperId => Developer,
    clients: ClientId => Client,
    scopes: Scope => CatalogueEntry,
    connections: ConnectionId => Connection,

    people: UserId => Person,
    /// Under kind and index: whose, and whether verified.
    handles: (&'static str, [u8; 32]) => (UserId, bool),
    links: (String, [u8; 32]) => Link,
    /// Of the links that are OpenIDs, by issuer and person: the index of the subject.
    open_ids: (String, UserId) => [u8; 32],
    /// Sealed.
    avatars: UserId => Vec<u8>,
    /// By the order in which they were undone.
    past_links: u64 => PastLink,
    agreements: (ClientId, ClientId) => Agreement,
    tickets: [u8; 32] => LinkTicket,
    session_keys: (ClientId, UserId) => SessionKey,
    app_tokens: (ClientId, AppTokenKind) => AppToken,

    challenges: [u8; 32] => Challenge,
    passkeys: [u8; 32] => Passkey,

    sessions: SessionId => Session,
    /// In the order of entry.
    entered: SessionId => Vec<ClientId>,
    app_uses: (UserId, ClientId) => Moment,

    standing: (UserId, ClientId, Scope) => Standing,
    /// By the order in which they were added.
    history: u64 => ConsentEntry,
    requests: [u8; 32] => ConsentRequest,

    codes: [u8; 32] => Code,
    families: FamilyId => Family,
    revoked_tokens: TokenId => Moment,
    used_assertions: [u8; 32] => Moment,

    events: EventSeq => Event,
    /// The number given last, which stays when the events are swept.
    last_event: () => EventSeq,
    deliveries: DeliveryId => Delivery,

    nodes: NodeId => Node,
    closings: ClosingSeq => (Moment, Closing),
    /// The number given last, which stays when the closings are swept.
    last_closing: () => ClosingSeq,

    /// The trail only grows, so the next number follows the last one there.
    audit: AuditSeq => AuditEntry,

    signing_keys: String => SigningKeyRecord,
    secrets: String => Vec<u8>,
}

/// Refuses the list with a conflict unless this holds.
fn hold(condition: bool) -> Applied {
    if condition { Ok(()) } else { Err(CommitError::Conflict) }
}

/// Refuses the list because something is there already, unless this holds.
fn free(condition: bool, taken: Taken) -> Applied {
    if condition { Ok(()) } else { Err(CommitError::Taken(taken)) }
}

/// The value under the key, changed; the list conflicts if there is none.
fn rewrite<K: Ord + Clone, V: Clone>(
    table: &mut Table<K, V>,
    key: K,
    change: impl FnOnce(&mut V) -> Applied,
) -> Applied {
    let mut value = table.get(&key).cloned().ok_or(CommitError::Conflict)?;
    change(&mut value)?;
    table.put(key, value);
    Ok(())
}
