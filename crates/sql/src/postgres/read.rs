//! Finders: one statement each, on a connection of its own.

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
use portico_core::noun::connection::Connection as Provider;
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
use portico_store::{
    ImportFacts, Known, Page, Read, Resolution, SealedAvatar, SealedOpenId, StoredSecret, Unavailable,
};

use super::{
    Postgres, agreement, audit, avatar, catalogue, challenge, client, code, connection, consent, delivery,
    developer, event, family, key, link, open_id, passkey, person, session, ticket, token, wechat,
};

type Found<T> = Result<Option<T>, Unavailable>;
type Listed<T> = Result<Vec<T>, Unavailable>;

/// Runs a finder on a connection of the pool.
macro_rules! find {
    ($store:expr, |$db:ident| $finder:expr) => {{
        let lent = $store.pool.lend().await?;
        let $db = lent.db();
        let found = $finder.await;
        lent.answer(found)
    }};
}

#[async_trait]
impl Read for Postgres {
    async fn developer(&self, id: &DeveloperId) -> Found<Developer> {
        find!(self, |db| developer::by_id(db, id))
    }

    async fn developers(&self, page: Page<DeveloperId>) -> Listed<Developer> {
        find!(self, |db| developer::page(db, &page))
    }

    async fn client(&self, id: &ClientId) -> Found<Client> {
        find!(self, |db| client::by_id(db, id))
    }

    async fn hosts(&self, page: Page<ClientId>) -> Listed<Client> {
        find!(self, |db| client::hosts(db, &page))
    }

    async fn apps(&self, page: Page<ClientId>) -> Listed<Client> {
        find!(self, |db| client::apps(db, &page))
    }

    async fn apps_starting(&self, prefix: &str, page: Page<ClientId>) -> Listed<Client> {
        find!(self, |db| client::apps_starting(db, prefix, &page))
    }

    async fn origin_is_registered(&self, origin: &str) -> Result<bool, Unavailable> {
        find!(self, |db| client::origin_is_registered(db, origin))
    }

    async fn scopes(&self) -> Listed<CatalogueEntry> {
        find!(self, |db| catalogue::all(db))
    }

    async fn connection(&self, id: &ConnectionId) -> Found<Provider> {
        find!(self, |db| connection::by_id(db, id))
    }

    async fn connections(&self, page: Page<ConnectionId>) -> Listed<Provider> {
        find!(self, |db| connection::page(db, &page))
    }

    async fn person(&self, id: UserId) -> Found<Person> {
        find!(self, |db| person::by_id(db, id))
    }

    async fn person_by_handle(&self, kind: HandleKind, index: &[u8; 32]) -> Found<UserId> {
        find!(self, |db| person::by_handle(db, kind, index))
    }

    async fn handle_is_verified(&self, kind: HandleKind, index: &[u8; 32]) -> Result<bool, Unavailable> {
        find!(self, |db| person::handle_is_verified(db, kind, index))
    }

    async fn person_by_link(&self, issuer: &str, subject_index: &[u8; 32]) -> Found<UserId> {
        find!(self, |db| link::person_by(db, issuer, subject_index))
    }

    async fn people_by_links(&self, issuer: &str, subject_indexes: &[[u8; 32]]) -> Listed<Option<UserId>> {
        find!(self, |db| link::people_by(db, issuer, subject_indexes))
    }

    async fn links_of(&self, user: UserId) -> Listed<Link> {
        find!(self, |db| link::of(db, user))
    }

    async fn avatar(&self, user: UserId) -> Found<SealedAvatar> {
        find!(self, |db| avatar::of(db, user))
    }

    async fn past_links_of(&self, user: UserId, limit: usize) -> Listed<PastLink> {
        find!(self, |db| link::past_of(db, user, limit))
    }

    async fn open_id(&self, user: UserId, app: &ClientId) -> Found<SealedOpenId> {
        find!(self, |db| open_id::of(db, user, app))
    }

    async fn has_open_ids(&self, app: &ClientId) -> Result<bool, Unavailable> {
        find!(self, |db| open_id::any_at(db, app))
    }

    async fn links_at(&self, issuer: &str, page: Page<[u8; 32]>) -> Listed<Link> {
        find!(self, |db| link::at(db, issuer, &page))
    }

    async fn import_facts(&self, app: &ClientId, asked: &[(UserId, [u8; 32])]) -> Listed<ImportFacts> {
        find!(self, |db| open_id::import_facts(db, app, asked))
    }

    async fn resolve(
        &self,
        from: &ClientId,
        to: &ClientId,
        asked: &[Known],
    ) -> Result<Resolution, Unavailable> {
        find!(self, |db| open_id::resolve(db, from, to, asked))
    }

    async fn agreement(&self, from: &ClientId, to: &ClientId) -> Found<Agreement> {
        find!(self, |db| agreement::between(db, from, to))
    }

    async fn agreements(&self, of: Option<&ClientId>, page: Page<(ClientId, ClientId)>) -> Listed<Agreement> {
        find!(self, |db| agreement::page(db, of, &page))
    }

    async fn link_ticket(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        find!(self, |db| ticket::by_digest(db, digest))
    }

    async fn link_ticket_by_code(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        find!(self, |db| ticket::by_code(db, digest))
    }

    async fn session_key(&self, app: &ClientId, user: UserId) -> Found<SessionKey> {
        find!(self, |db| wechat::session_key(db, app, user))
    }

    async fn app_token(&self, app: &ClientId, kind: AppTokenKind) -> Found<AppToken> {
        find!(self, |db| wechat::app_token(db, app, kind))
    }

    async fn app_by_wx_id(&self, wx_app_id: &str) -> Found<ClientId> {
        find!(self, |db| client::app_by_wx_id(db, wx_app_id))
    }

    async fn people(&self, page: Page<UserId>) -> Listed<Person> {
        find!(self, |db| person::page(db, page))
    }

    async fn challenge(&self, digest: &[u8; 32]) -> Found<Challenge> {
        find!(self, |db| challenge::by_digest(db, digest))
    }

    async fn passkey(&self, digest: &[u8; 32]) -> Found<Passkey> {
        find!(self, |db| passkey::by_digest(db, digest))
    }

    async fn passkeys_of(&self, user: UserId) -> Listed<Passkey> {
        find!(self, |db| passkey::of(db, user))
    }

    async fn session(&self, id: SessionId) -> Found<Session> {
        find!(self, |db| session::by_id(db, id))
    }

    async fn session_by_cookie(&self, digest: &[u8; 32]) -> Found<Session> {
        find!(self, |db| session::by_cookie(db, digest))
    }

    async fn sessions_of(&self, user: UserId) -> Listed<Session> {
        find!(self, |db| session::of(db, user))
    }

    async fn first_session_of(&self, user: UserId) -> Found<SessionId> {
        find!(self, |db| session::first_of(db, user))
    }

    async fn sessions_through(&self, client: &ClientId, page: Page<SessionId>) -> Listed<Session> {
        find!(self, |db| session::through(db, client, page))
    }

    async fn sessions_expired(&self, at: Moment, limit: usize) -> Listed<Session> {
        find!(self, |db| session::expired(db, at, limit))
    }

    async fn sessions_live(&self, at: Moment) -> Result<u64, Unavailable> {
        find!(self, |db| session::count_live(db, at))
    }

    async fn clients_in(&self, session: SessionId) -> Listed<ClientId> {
        find!(self, |db| session::clients_in(db, session))
    }

    async fn consents(&self, user: UserId, app: &ClientId) -> Result<Consents, Unavailable> {
        find!(self, |db| consent::standing(db, user, app))
    }

    async fn apps_of(&self, user: UserId) -> Listed<(ClientId, Option<Moment>)> {
        find!(self, |db| consent::apps_of(db, user))
    }

    async fn consent_history(&self, user: UserId, limit: usize) -> Listed<ConsentEntry> {
        find!(self, |db| consent::history(db, user, limit))
    }

    async fn consent_request(&self, digest: &[u8; 32]) -> Found<ConsentRequest> {
        find!(self, |db| consent::request(db, digest))
    }

    async fn code(&self, digest: &[u8; 32]) -> Found<Code> {
        find!(self, |db| code::by_digest(db, digest))
    }

    async fn family(&self, id: FamilyId) -> Found<Family> {
        find!(self, |db| family::by_id(db, id))
    }

    async fn revoked_tokens(&self) -> Listed<(TokenId, Moment)> {
        find!(self, |db| token::revoked(db))
    }

    async fn events_after(&self, seq: EventSeq, limit: usize) -> Listed<Event> {
        find!(self, |db| event::after(db, seq, limit))
    }

    async fn event_bounds(&self) -> Result<(EventSeq, EventSeq), Unavailable> {
        find!(self, |db| event::bounds(db))
    }

    async fn event_before(&self, at: Moment) -> Result<EventSeq, Unavailable> {
        find!(self, |db| event::before(db, at))
    }

    async fn delivery(&self, id: DeliveryId) -> Found<Delivery> {
        find!(self, |db| delivery::by_id(db, id))
    }

    async fn deliveries_due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Listed<Delivery> {
        find!(self, |db| delivery::due(db, by, at, limit))
    }

    async fn next_delivery_at(&self, by: Option<NodeId>) -> Found<Moment> {
        find!(self, |db| delivery::next_at(db, by))
    }

    async fn deliveries(&self, state: Option<DeliveryState>, page: Page<DeliveryId>) -> Listed<Delivery> {
        find!(self, |db| delivery::page(db, state, page))
    }

    async fn deliveries_waiting(&self, most: usize) -> Result<usize, Unavailable> {
        find!(self, |db| delivery::waiting(db, most))
    }

    async fn audit(&self, target: Option<&str>, page: Page<AuditSeq>) -> Listed<AuditLine> {
        find!(self, |db| audit::page(db, target, page))
    }

    async fn signing_keys(&self) -> Listed<SigningKeyRecord> {
        find!(self, |db| key::all(db))
    }

    async fn secret(&self, name: &str) -> Found<StoredSecret> {
        find!(self, |db| key::secret(db, name))
    }
}
