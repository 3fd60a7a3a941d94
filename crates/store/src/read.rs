//! Finders: each answers one question about what is stored now.

use async_trait::async_trait;
use portico_core::id::{
    ClientId, ConnectionId, DeliveryId, DeveloperId, EventSeq, FamilyId, NodeId, SessionId, TokenId, UserId,
};
use portico_core::moment::Moment;
use portico_core::noun::agreement::Agreement;
use portico_core::noun::audit::{AuditLine, AuditSeq};
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::noun::challenge::Challenge;
use portico_core::noun::client::Client;
use portico_core::noun::code::Code;
use portico_core::noun::connection::Connection;
use portico_core::noun::consent::{ConsentEntry, ConsentRequest, Consents};
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_core::noun::developer::Developer;
use portico_core::noun::event::Event;
use portico_core::noun::family::Family;
use portico_core::noun::key::SigningKeyRecord;
use portico_core::noun::link::{Link, PastLink};
use portico_core::noun::passkey::Passkey;
use portico_core::noun::person::{HandleKind, Person};
use portico_core::noun::session::Session;
use portico_core::noun::ticket::LinkTicket;
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};

/// The store cannot answer now. The cause is for the log, never for a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store cannot answer: {0}")]
pub struct Unavailable(
    /// What went wrong, without any value that was read or written.
    pub String,
);

/// A keyset page: what comes after a key, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// The last key of the page before, or none for the first page.
    pub after: Option<K>,
    /// The most rows to answer, at least 1.
    pub limit: usize,
}

/// A wrapped secret of the house.
pub type StoredSecret = Vec<u8>;
/// An OpenID that came from elsewhere as it is stored.
pub type SealedOpenId = Vec<u8>;
/// By what an app knows a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// By an OpenID that says who it is.
    Derived(UserId),
    /// By one that came from elsewhere, by its keyed hash.
    Imported([u8; 32]),
}

/// A person as another app knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The person.
    pub user: UserId,
    /// Their OpenID at the other app, sealed, where it came from elsewhere; it is derived where not.
    pub open_id: Option<SealedOpenId>,
}

/// What one app may learn of its people at another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Whether an agreement between the two is registered, this way round.
    pub agreed: bool,
    /// Who each one asked for is, in order.
    pub people: Vec<Option<Resolved>>,
}

/// What stands in the way of importing one OpenID for one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportFacts {
    /// Whether there is such a person, neither blocked nor erased.
    pub exists: bool,
    /// Whether the app has been told an OpenID of the person.
    pub issued: bool,
    /// Whose the OpenID is already.
    pub holder: Option<UserId>,
    /// Whether the person has another one from elsewhere at the app.
    pub has_another: bool,
}

/// A person's picture as it is stored.
pub type SealedAvatar = Vec<u8>;

type Found<T> = Result<Option<T>, Unavailable>;
type Listed<T> = Result<Vec<T>, Unavailable>;

/// Answers questions. Nothing here changes anything, and nothing is answered from a cache.
#[async_trait]
pub trait Read: Send + Sync {
    /// The developer of this id.
    async fn developer(&self, id: &DeveloperId) -> Found<Developer>;
    /// Developers by id.
    async fn developers(&self, page: Page<DeveloperId>) -> Listed<Developer>;

    /// The client of this id, suspended or not.
    async fn client(&self, id: &ClientId) -> Found<Client>;
    /// Hosts by id.
    async fn hosts(&self, page: Page<ClientId>) -> Listed<Client>;
    /// Apps by id.
    async fn apps(&self, page: Page<ClientId>) -> Listed<Client>;
    /// Apps whose id begins like this, by id.
    async fn apps_starting(&self, prefix: &str, page: Page<ClientId>) -> Listed<Client>;

    /// Whether any client that is not suspended has registered this web origin (compared exactly).
    async fn origin_is_registered(&self, origin: &str) -> Result<bool, Unavailable>;

    /// What was registered beside the built-in catalogue, by scope.
    async fn scopes(&self) -> Listed<CatalogueEntry>;

    /// The connection of this id.
    async fn connection(&self, id: &ConnectionId) -> Found<Connection>;
    /// Connections by id.
    async fn connections(&self, page: Page<ConnectionId>) -> Listed<Connection>;

    /// The person of this id, blocked and erased ones included.
    async fn person(&self, id: UserId) -> Found<Person>;
    /// Whom a handle finds.
    async fn person_by_handle(&self, kind: HandleKind, index: &[u8; 32]) -> Found<UserId>;
    /// Whether the handle, if there is one, is a verified one.
    async fn handle_is_verified(&self, kind: HandleKind, index: &[u8; 32]) -> Result<bool, Unavailable>;
    /// Whom an identity at this issuer belongs to.
    async fn person_by_link(&self, issuer: &str, subject_index: &[u8; 32]) -> Found<UserId>;
    /// Whom each of these identities at one issuer belongs to, in order. One round trip, however many there are.
    async fn people_by_links(
        &self,
        issuer: &str,
        subject_indexes: &[[u8; 32]],
    ) -> Result<Vec<Option<UserId>>, Unavailable>;
    /// A person's identities elsewhere, the oldest link first.
    async fn links_of(&self, user: UserId) -> Listed<Link>;
    /// A person's links that were undone, the latest first.
    async fn past_links_of(&self, user: UserId, limit: usize) -> Listed<PastLink>;
    /// A person's OpenID at an app that came from elsewhere, sealed.
    async fn open_id(&self, user: UserId, app: &ClientId) -> Found<SealedOpenId>;
    /// Whether any person's OpenID at this app came from elsewhere.
    async fn has_open_ids(&self, app: &ClientId) -> Result<bool, Unavailable>;
    /// Links under one issuer by the keyed hash of the subject.
    async fn links_at(&self, issuer: &str, page: Page<[u8; 32]>) -> Listed<Link>;
    /// What stands in the way of importing each of these OpenIDs of one app, in order.
    async fn import_facts(&self, app: &ClientId, asked: &[(UserId, [u8; 32])]) -> Listed<ImportFacts>;
    /// Each of these people of one app, as another app knows them, in order: none where nobody is found, where
    /// the person is erased, and where they have never opened one of the two and have no OpenID there that
    /// came from elsewhere; none either for a derived OpenID in whose place another came from elsewhere. One round
    /// trip, however many are asked for.
    async fn resolve(
        &self,
        from: &ClientId,
        to: &ClientId,
        asked: &[Known],
    ) -> Result<Resolution, Unavailable>;

    /// The agreement between these two.
    async fn agreement(&self, from: &ClientId, to: &ClientId) -> Found<Agreement>;
    /// Agreements by the two apps: all, or those of one app, either way round.
    async fn agreements(&self, of: Option<&ClientId>, page: Page<(ClientId, ClientId)>) -> Listed<Agreement>;
    /// The link ticket with this digest, until it is swept.
    async fn link_ticket(&self, digest: &[u8; 32]) -> Found<LinkTicket>;
    /// The link ticket whose code has this digest, until it is swept.
    async fn link_ticket_by_code(&self, digest: &[u8; 32]) -> Found<LinkTicket>;
    /// Which `session_key` of a person at an app is current.
    async fn session_key(&self, app: &ClientId, user: UserId) -> Found<SessionKey>;
    /// Which of an app's own access tokens of this kind is current.
    async fn app_token(&self, app: &ClientId, kind: AppTokenKind) -> Found<AppToken>;
    /// The app whose `appid` at the WeChat-compatible face this is.
    async fn app_by_wx_id(&self, wx_app_id: &str) -> Found<ClientId>;

    /// A person's picture, sealed.
    async fn avatar(&self, user: UserId) -> Found<SealedAvatar>;
    /// People by id.
    async fn people(&self, page: Page<UserId>) -> Listed<Person>;

    /// The challenge with this digest, until it is swept.
    async fn challenge(&self, digest: &[u8; 32]) -> Found<Challenge>;

    /// The passkey with this digest.
    async fn passkey(&self, digest: &[u8; 32]) -> Found<Passkey>;
    /// A person's passkeys, oldest first.
    async fn passkeys_of(&self, user: UserId) -> Listed<Passkey>;

    /// The session of this id, ended ones included until they are swept.
    async fn session(&self, id: SessionId) -> Found<Session>;
    /// The session whose browser holds the cookie with this digest.
    async fn session_by_cookie(&self, digest: &[u8; 32]) -> Found<Session>;
    /// A person's sessions that have not been ended, latest started first, 1,000 at most.
    async fn sessions_of(&self, user: UserId) -> Listed<Session>;
    /// The first of a person's sessions that the store remembers, ended ones included.
    async fn first_session_of(&self, user: UserId) -> Found<SessionId>;
    /// Sessions begun through this client that have not been ended, by id.
    async fn sessions_through(&self, client: &ClientId, page: Page<SessionId>) -> Listed<Session>;
    /// Sessions that have not been ended but expired at this moment or before, longest first.
    async fn sessions_expired(&self, at: Moment, limit: usize) -> Listed<Session>;
    /// How many sessions have not been ended and expire after this moment.
    async fn sessions_live(&self, at: Moment) -> Result<u64, Unavailable>;
    /// The clients entered in a session, in the order of entry.
    async fn clients_in(&self, session: SessionId) -> Listed<ClientId>;

    /// A person's standing decisions about one app.
    async fn consents(&self, user: UserId, app: &ClientId) -> Result<Consents, Unavailable>;
    /// The apps that a person has used or decided about, by id, with the last use.
    async fn apps_of(&self, user: UserId) -> Listed<(ClientId, Option<Moment>)>;
    /// A person's history of consent, latest first.
    async fn consent_history(&self, user: UserId, limit: usize) -> Listed<ConsentEntry>;
    /// The question with this digest, until it is swept.
    async fn consent_request(&self, digest: &[u8; 32]) -> Found<ConsentRequest>;

    /// The code with this digest, until it is swept.
    async fn code(&self, digest: &[u8; 32]) -> Found<Code>;
    /// The refresh family of this id.
    async fn family(&self, id: FamilyId) -> Found<Family>;
    /// Every token revoked before its time, until it is swept, with the moment when it would have expired, by
    /// that moment.
    async fn revoked_tokens(&self) -> Listed<(TokenId, Moment)>;

    /// Events after this number, in order.
    async fn events_after(&self, seq: EventSeq, limit: usize) -> Listed<Event>;
    /// The number of the latest event, and of the oldest one kept; both 0 if there is none.
    async fn event_bounds(&self) -> Result<(EventSeq, EventSeq), Unavailable>;
    /// The number of the last event that happened before this moment; 0 if none is kept.
    async fn event_before(&self, at: Moment) -> Result<EventSeq, Unavailable>;

    /// The delivery of this id.
    async fn delivery(&self, id: DeliveryId) -> Found<Delivery>;
    /// Pending deliveries due at this moment that this node has or no node has, longest due first.
    async fn deliveries_due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Listed<Delivery>;
    /// When the next pending delivery that this node has or no node has is due.
    async fn next_delivery_at(&self, by: Option<NodeId>) -> Found<Moment>;
    /// Deliveries by id, all or in one state.
    async fn deliveries(&self, state: Option<DeliveryState>, page: Page<DeliveryId>) -> Listed<Delivery>;

    /// How many deliveries are pending; what goes beyond `most` is not counted.
    async fn deliveries_waiting(&self, most: usize) -> Result<usize, Unavailable>;

    /// The audit trail, latest line first, of one target's id or of all: the lines before `after`.
    async fn audit(&self, target: Option<&str>, page: Page<AuditSeq>) -> Listed<AuditLine>;

    /// Every signing key that has not been swept, oldest first.
    async fn signing_keys(&self) -> Listed<SigningKeyRecord>;
    /// The wrapped secret of this name.
    async fn secret(&self, name: &str) -> Found<StoredSecret>;
}
