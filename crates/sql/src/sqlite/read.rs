//! Finders: which of them run where they are called, and which on a thread of their own.

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
use rusqlite::Connection;

use super::open_error::describe;
use super::{
    Sqlite, agreement, audit, avatar, catalogue, challenge, client, code, connection, consent, delivery,
    developer, event, family, key, link, open_id, passkey, person, session, statement, ticket, token, wechat,
};

type Found<T> = Result<Option<T>, Unavailable>;
type Listed<T> = Result<Vec<T>, Unavailable>;

/// So many point reads are little enough to run where they are called.
const FEW: usize = 16;

impl Sqlite {
    /// A finder that touches a few rows.
    fn point<T>(&self, find: impl FnOnce(&Connection) -> statement::Read<T>) -> Result<T, Unavailable> {
        self.readers.read(find).map_err(unavailable)
    }

    /// A finder that may go over many rows.
    async fn long<T: Send + 'static>(
        &self,
        find: impl FnOnce(&Connection) -> statement::Read<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let readers = self.long_readers.clone();
        let found = tokio::task::spawn_blocking(move || readers.read(find)).await;
        found.map_err(|_| Unavailable("a reader has failed".to_owned()))?.map_err(unavailable)
    }
}

fn unavailable(error: rusqlite::Error) -> Unavailable {
    let cause = describe(&error);
    tracing::error!(cause, "a finder failed");
    Unavailable(cause)
}

#[async_trait]
impl Read for Sqlite {
    async fn developer(&self, id: &DeveloperId) -> Found<Developer> {
        self.point(|db| developer::by_id(db, id))
    }

    async fn developers(&self, page: Page<DeveloperId>) -> Listed<Developer> {
        self.long(move |db| developer::page(db, &page)).await
    }

    async fn client(&self, id: &ClientId) -> Found<Client> {
        self.point(|db| client::by_id(db, id))
    }

    async fn hosts(&self, page: Page<ClientId>) -> Listed<Client> {
        self.long(move |db| client::hosts(db, &page)).await
    }

    async fn apps(&self, page: Page<ClientId>) -> Listed<Client> {
        self.long(move |db| client::apps(db, &page)).await
    }

    async fn apps_starting(&self, prefix: &str, page: Page<ClientId>) -> Listed<Client> {
        let prefix = prefix.to_owned();
        self.long(move |db| client::apps_starting(db, &prefix, &page)).await
    }

    async fn origin_is_registered(&self, origin: &str) -> Result<bool, Unavailable> {
        self.point(|db| client::origin_is_registered(db, origin))
    }

    async fn scopes(&self) -> Listed<CatalogueEntry> {
        self.point(catalogue::all)
    }

    async fn connection(&self, id: &ConnectionId) -> Found<Provider> {
        self.point(|db| connection::by_id(db, id))
    }

    async fn connections(&self, page: Page<ConnectionId>) -> Listed<Provider> {
        self.long(move |db| connection::page(db, &page)).await
    }

    async fn person(&self, id: UserId) -> Found<Person> {
        self.point(|db| person::by_id(db, id))
    }

    async fn person_by_handle(&self, kind: HandleKind, index: &[u8; 32]) -> Found<UserId> {
        self.point(|db| person::by_handle(db, kind, index))
    }

    async fn handle_is_verified(&self, kind: HandleKind, index: &[u8; 32]) -> Result<bool, Unavailable> {
        self.point(|db| person::handle_is_verified(db, kind, index))
    }

    async fn person_by_link(&self, issuer: &str, subject_index: &[u8; 32]) -> Found<UserId> {
        self.point(|db| link::person_by(db, issuer, subject_index))
    }

    async fn people_by_links(&self, issuer: &str, subject_indexes: &[[u8; 32]]) -> Listed<Option<UserId>> {
        if subject_indexes.len() <= FEW {
            return self.point(|db| link::people_by(db, issuer, subject_indexes));
        }
        let (issuer, subject_indexes) = (issuer.to_owned(), subject_indexes.to_vec());
        self.long(move |db| link::people_by(db, &issuer, &subject_indexes)).await
    }

    async fn links_of(&self, user: UserId) -> Listed<Link> {
        self.point(|db| link::of(db, user))
    }

    async fn avatar(&self, user: UserId) -> Found<SealedAvatar> {
        self.point(|db| avatar::of(db, user))
    }

    async fn past_links_of(&self, user: UserId, limit: usize) -> Listed<PastLink> {
        self.long(move |db| link::past_of(db, user, limit)).await
    }

    async fn open_id(&self, user: UserId, app: &ClientId) -> Found<SealedOpenId> {
        self.point(|db| open_id::of(db, user, app))
    }

    async fn has_open_ids(&self, app: &ClientId) -> Result<bool, Unavailable> {
        self.point(|db| open_id::any_at(db, app))
    }

    async fn links_at(&self, issuer: &str, page: Page<[u8; 32]>) -> Listed<Link> {
        let issuer = issuer.to_owned();
        self.long(move |db| link::at(db, &issuer, &page)).await
    }

    async fn import_facts(&self, app: &ClientId, asked: &[(UserId, [u8; 32])]) -> Listed<ImportFacts> {
        let (app, asked) = (app.clone(), asked.to_vec());
        self.long(move |db| open_id::import_facts(db, &app, &asked)).await
    }

    async fn resolve(
        &self,
        from: &ClientId,
        to: &ClientId,
        asked: &[Known],
    ) -> Result<Resolution, Unavailable> {
        if asked.len() <= FEW {
            return self.point(|db| open_id::resolve(db, from, to, asked));
        }
        let (from, to, asked) = (from.clone(), to.clone(), asked.to_vec());
        self.long(move |db| open_id::resolve(db, &from, &to, &asked)).await
    }

    async fn agreement(&self, from: &ClientId, to: &ClientId) -> Found<Agreement> {
        self.point(|db| agreement::between(db, from, to))
    }

    async fn agreements(&self, of: Option<&ClientId>, page: Page<(ClientId, ClientId)>) -> Listed<Agreement> {
        let of = of.cloned();
        self.long(move |db| agreement::page(db, of.as_ref(), &page)).await
    }

    async fn link_ticket(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        self.point(|db| ticket::by_digest(db, digest))
    }

    async fn link_ticket_by_code(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        self.point(|db| ticket::by_code(db, digest))
    }

    async fn session_key(&self, app: &ClientId, user: UserId) -> Found<SessionKey> {
        self.point(|db| wechat::session_key(db, app, user))
    }

    async fn app_token(&self, app: &ClientId, kind: AppTokenKind) -> Found<AppToken> {
        self.point(|db| wechat::app_token(db, app, kind))
    }

    async fn app_by_wx_id(&self, wx_app_id: &str) -> Found<ClientId> {
        self.point(|db| client::app_by_wx_id(db, wx_app_id))
    }

    async fn people(&self, page: Page<UserId>) -> Listed<Person> {
        self.long(move |db| person::page(db, page)).await
    }

    async fn challenge(&self, digest: &[u8; 32]) -> Found<Challenge> {
        self.point(|db| challenge::by_digest(db, digest))
    }

    async fn passkey(&self, digest: &[u8; 32]) -> Found<Passkey> {
        self.point(|db| passkey::by_digest(db, digest))
    }

    async fn passkeys_of(&self, user: UserId) -> Listed<Passkey> {
        self.point(|db| passkey::of(db, user))
    }

    async fn session(&self, id: SessionId) -> Found<Session> {
        self.point(|db| session::by_id(db, id))
    }

    async fn session_by_cookie(&self, digest: &[u8; 32]) -> Found<Session> {
        self.point(|db| session::by_cookie(db, digest))
    }

    async fn sessions_of(&self, user: UserId) -> Listed<Session> {
        self.point(|db| session::of(db, user))
    }

    async fn first_session_of(&self, user: UserId) -> Found<SessionId> {
        self.point(|db| session::first_of(db, user))
    }

    async fn sessions_through(&self, client: &ClientId, page: Page<SessionId>) -> Listed<Session> {
        let client = client.clone();
        self.long(move |db| session::through(db, &client, page)).await
    }

    async fn sessions_expired(&self, at: Moment, limit: usize) -> Listed<Session> {
        self.long(move |db| session::expired(db, at, limit)).await
    }

    async fn sessions_live(&self, at: Moment) -> Result<u64, Unavailable> {
        self.long(move |db| session::count_live(db, at)).await
    }

    async fn clients_in(&self, session: SessionId) -> Listed<ClientId> {
        self.point(|db| session::clients_in(db, session))
    }

    async fn consents(&self, user: UserId, app: &ClientId) -> Result<Consents, Unavailable> {
        self.point(|db| consent::standing(db, user, app))
    }

    async fn apps_of(&self, user: UserId) -> Listed<(ClientId, Option<Moment>)> {
        self.point(|db| consent::apps_of(db, user))
    }

    async fn consent_history(&self, user: UserId, limit: usize) -> Listed<ConsentEntry> {
        self.long(move |db| consent::history(db, user, limit)).await
    }

    async fn consent_request(&self, digest: &[u8; 32]) -> Found<ConsentRequest> {
        self.point(|db| consent::request(db, digest))
    }

    async fn code(&self, digest: &[u8; 32]) -> Found<Code> {
        self.point(|db| code::by_digest(db, digest))
    }

    async fn family(&self, id: FamilyId) -> Found<Family> {
        self.point(|db| family::by_id(db, id))
    }

    async fn revoked_tokens(&self) -> Listed<(TokenId, Moment)> {
        self.long(token::revoked).await
    }

    async fn events_after(&self, seq: EventSeq, limit: usize) -> Listed<Event> {
        self.point(|db| event::after(db, seq, limit))
    }

    async fn event_bounds(&self) -> Result<(EventSeq, EventSeq), Unavailable> {
        self.point(event::bounds)
    }

    async fn event_before(&self, at: Moment) -> Result<EventSeq, Unavailable> {
        self.point(|db| event::before(db, at))
    }

    async fn delivery(&self, id: DeliveryId) -> Found<Delivery> {
        self.point(|db| delivery::by_id(db, id))
    }

    async fn deliveries_due(&self, _: Option<NodeId>, at: Moment, limit: usize) -> Listed<Delivery> {
        self.long(move |db| delivery::due(db, at, limit)).await
    }

    async fn next_delivery_at(&self, _: Option<NodeId>) -> Found<Moment> {
        self.point(delivery::next_at)
    }

    async fn deliveries(&self, state: Option<DeliveryState>, page: Page<DeliveryId>) -> Listed<Delivery> {
        self.long(move |db| delivery::page(db, state, page)).await
    }

    async fn deliveries_waiting(&self, most: usize) -> Result<usize, Unavailable> {
        self.long(move |db| delivery::waiting(db, most)).await
    }

    async fn audit(&self, target: Option<&str>, page: Page<AuditSeq>) -> Listed<AuditLine> {
        let target = target.map(str::to_owned);
        self.long(move |db| audit::page(db, target.as_deref(), page)).await
    }

    async fn signing_keys(&self) -> Listed<SigningKeyRecord> {
        self.point(key::all)
    }

    async fn secret(&self, name: &str) -> Found<StoredSecret> {
        self.point(|db| key::secret(db, name))
    }
}
