//! Finders.

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
use portico_store::{
    ImportFacts, Known, Page, Read, Resolution, SealedAvatar, SealedOpenId, StoredSecret, Unavailable,
};

use super::Memory;

type Found<T> = Result<Option<T>, Unavailable>;
type Listed<T> = Result<Vec<T>, Unavailable>;

#[async_trait]
impl Read for Memory {
    async fn developer(&self, id: &DeveloperId) -> Found<Developer> {
        Ok(self.state.lock().developers.get(id).cloned())
    }

    async fn developers(&self, page: Page<DeveloperId>) -> Listed<Developer> {
        Ok(self.state.lock().developers.after(page.after.as_ref()).take(page.limit).cloned().collect())
    }

    async fn client(&self, id: &ClientId) -> Found<Client> {
        Ok(self.state.lock().clients.get(id).cloned())
    }

    async fn hosts(&self, page: Page<ClientId>) -> Listed<Client> {
        Ok(self.state.lock().clients_like(&page, |client| client.host().is_some()))
    }

    async fn apps(&self, page: Page<ClientId>) -> Listed<Client> {
        Ok(self.state.lock().clients_like(&page, |client| client.app().is_some()))
    }

    async fn apps_starting(&self, prefix: &str, page: Page<ClientId>) -> Listed<Client> {
        let like = |client: &Client| client.app().is_some() && client.id.as_str().starts_with(prefix);
        Ok(self.state.lock().clients_like(&page, like))
    }

    async fn origin_is_registered(&self, origin: &str) -> Result<bool, Unavailable> {
        Ok(self.state.lock().origin_is_registered(origin))
    }

    async fn scopes(&self) -> Listed<CatalogueEntry> {
        Ok(self.state.lock().scopes.values().cloned().collect())
    }

    async fn connection(&self, id: &ConnectionId) -> Found<Connection> {
        Ok(self.state.lock().connections.get(id).cloned())
    }

    async fn connections(&self, page: Page<ConnectionId>) -> Listed<Connection> {
        Ok(self.state.lock().connections.after(page.after.as_ref()).take(page.limit).cloned().collect())
    }

    async fn person(&self, id: UserId) -> Found<Person> {
        Ok(self.state.lock().people.get(&id).cloned())
    }

    async fn person_by_handle(&self, kind: HandleKind, index: &[u8; 32]) -> Found<UserId> {
        Ok(self.state.lock().handles.get(&(kind.as_str(), *index)).map(|(user, _)| *user))
    }

    async fn handle_is_verified(&self, kind: HandleKind, index: &[u8; 32]) -> Result<bool, Unavailable> {
        Ok(self.state.lock().handles.get(&(kind.as_str(), *index)).is_some_and(|(_, verified)| *verified))
    }

    async fn person_by_link(&self, issuer: &str, subject_index: &[u8; 32]) -> Found<UserId> {
        Ok(self.state.lock().links.get(&(issuer.to_owned(), *subject_index)).map(|link| link.user))
    }

    async fn people_by_links(&self, issuer: &str, subject_indexes: &[[u8; 32]]) -> Listed<Option<UserId>> {
        let state = self.state.lock();
        let holder = |index: &[u8; 32]| state.links.get(&(issuer.to_owned(), *index)).map(|link| link.user);
        Ok(subject_indexes.iter().map(holder).collect())
    }

    async fn links_of(&self, user: UserId) -> Listed<Link> {
        Ok(self.state.lock().links_of(user))
    }

    async fn avatar(&self, user: UserId) -> Found<SealedAvatar> {
        Ok(self.state.lock().avatars.get(&user).cloned())
    }

    async fn past_links_of(&self, user: UserId, limit: usize) -> Listed<PastLink> {
        Ok(self.state.lock().past_links_of(user, limit))
    }

    async fn open_id(&self, user: UserId, app: &ClientId) -> Found<SealedOpenId> {
        Ok(self.state.lock().open_id(user, app))
    }

    async fn has_open_ids(&self, app: &ClientId) -> Result<bool, Unavailable> {
        Ok(self.state.lock().has_open_ids(app))
    }

    async fn links_at(&self, issuer: &str, page: Page<[u8; 32]>) -> Listed<Link> {
        Ok(self.state.lock().links_at(issuer, page))
    }

    async fn import_facts(&self, app: &ClientId, asked: &[(UserId, [u8; 32])]) -> Listed<ImportFacts> {
        let state = self.state.lock();
        Ok(asked.iter().map(|(user, index)| state.import_facts(app, *user, *index)).collect())
    }

    async fn resolve(
        &self,
        from: &ClientId,
        to: &ClientId,
        asked: &[Known],
    ) -> Result<Resolution, Unavailable> {
        let state = self.state.lock();
        let agreed = state.agreements.has(&(from.clone(), to.clone()));
        Ok(Resolution { agreed, people: asked.iter().map(|known| state.resolve(from, to, *known)).collect() })
    }

    async fn agreement(&self, from: &ClientId, to: &ClientId) -> Found<Agreement> {
        Ok(self.state.lock().agreements.get(&(from.clone(), to.clone())).cloned())
    }

    async fn agreements(&self, of: Option<&ClientId>, page: Page<(ClientId, ClientId)>) -> Listed<Agreement> {
        let state = self.state.lock();
        let is_of =
            |agreement: &&Agreement| of.is_none_or(|app| agreement.from == *app || agreement.to == *app);
        Ok(state.agreements.after(page.after.as_ref()).filter(is_of).take(page.limit).cloned().collect())
    }

    async fn link_ticket(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        Ok(self.state.lock().tickets.get(digest).cloned())
    }

    async fn link_ticket_by_code(&self, digest: &[u8; 32]) -> Found<LinkTicket> {
        Ok(self.state.lock().ticket_by_code(digest))
    }

    async fn session_key(&self, app: &ClientId, user: UserId) -> Found<SessionKey> {
        Ok(self.state.lock().session_keys.get(&(app.clone(), user)).cloned())
    }

    async fn app_token(&self, app: &ClientId, kind: AppTokenKind) -> Found<AppToken> {
        Ok(self.state.lock().app_tokens.get(&(app.clone(), kind)).cloned())
    }

    async fn app_by_wx_id(&self, wx_app_id: &str) -> Found<ClientId> {
        Ok(self.state.lock().app_by_wx_id(wx_app_id))
    }

    async fn people(&self, page: Page<UserId>) -> Listed<Person> {
        Ok(self.state.lock().people.after(page.after.as_ref()).take(page.limit).cloned().collect())
    }

    async fn challenge(&self, digest: &[u8; 32]) -> Found<Challenge> {
        Ok(self.state.lock().challenges.get(digest).cloned())
    }

    async fn passkey(&self, digest: &[u8; 32]) -> Found<Passkey> {
        Ok(self.state.lock().passkeys.get(digest).cloned())
    }

    async fn passkeys_of(&self, user: UserId) -> Listed<Passkey> {
        Ok(self.state.lock().passkeys_of(user))
    }

    async fn session(&self, id: SessionId) -> Found<Session> {
        Ok(self.state.lock().sessions.get(&id).cloned())
    }

    async fn session_by_cookie(&self, digest: &[u8; 32]) -> Found<Session> {
        Ok(self.state.lock().session_by_cookie(digest))
    }

    async fn sessions_of(&self, user: UserId) -> Listed<Session> {
        Ok(self.state.lock().sessions_of(user))
    }

    async fn first_session_of(&self, user: UserId) -> Found<SessionId> {
        Ok(self.state.lock().first_session_of(user))
    }

    async fn sessions_through(&self, client: &ClientId, page: Page<SessionId>) -> Listed<Session> {
        Ok(self.state.lock().sessions_through(client, page))
    }

    async fn sessions_expired(&self, at: Moment, limit: usize) -> Listed<Session> {
        Ok(self.state.lock().sessions_expired(at, limit))
    }

    async fn sessions_live(&self, at: Moment) -> Result<u64, Unavailable> {
        Ok(self.state.lock().count_live(at))
    }

    async fn clients_in(&self, session: SessionId) -> Listed<ClientId> {
        Ok(self.state.lock().entered.get(&session).cloned().unwrap_or_default())
    }

    async fn consents(&self, user: UserId, app: &ClientId) -> Result<Consents, Unavailable> {
        Ok(self.state.lock().consents(user, app))
    }

    async fn apps_of(&self, user: UserId) -> Listed<(ClientId, Option<Moment>)> {
        Ok(self.state.lock().apps_of(user))
    }

    async fn consent_history(&self, user: UserId, limit: usize) -> Listed<ConsentEntry> {
        Ok(self.state.lock().consent_history(user, limit))
    }

    async fn consent_request(&self, digest: &[u8; 32]) -> Found<ConsentRequest> {
        Ok(self.state.lock().requests.get(digest).cloned())
    }

    async fn code(&self, digest: &[u8; 32]) -> Found<Code> {
        Ok(self.state.lock().codes.get(digest).cloned())
    }

    async fn family(&self, id: FamilyId) -> Found<Family> {
        Ok(self.state.lock().families.get(&id).cloned())
    }

    async fn revoked_tokens(&self) -> Listed<(TokenId, Moment)> {
        Ok(self.state.lock().tokens_revoked())
    }

    async fn events_after(&self, seq: EventSeq, limit: usize) -> Listed<Event> {
        Ok(self.state.lock().events.after(Some(&seq)).take(limit).cloned().collect())
    }

    async fn event_bounds(&self) -> Result<(EventSeq, EventSeq), Unavailable> {
        Ok(self.state.lock().event_bounds())
    }

    async fn event_before(&self, at: Moment) -> Result<EventSeq, Unavailable> {
        Ok(self.state.lock().event_before(at))
    }

    async fn delivery(&self, id: DeliveryId) -> Found<Delivery> {
        Ok(self.state.lock().deliveries.get(&id).cloned())
    }

    async fn deliveries_due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Listed<Delivery> {
        Ok(self.state.lock().deliveries_due(by, at, limit))
    }

    async fn next_delivery_at(&self, by: Option<NodeId>) -> Found<Moment> {
        Ok(self.state.lock().next_delivery_at(by))
    }

    async fn deliveries(&self, state: Option<DeliveryState>, page: Page<DeliveryId>) -> Listed<Delivery> {
        Ok(self.state.lock().deliveries_in(state, page))
    }

    async fn deliveries_waiting(&self, most: usize) -> Result<usize, Unavailable> {
        Ok(self.state.lock().count_waiting(most))
    }

    async fn audit(&self, target: Option<&str>, page: Page<AuditSeq>) -> Listed<AuditLine> {
        Ok(self.state.lock().audit_page(target, page))
    }

    async fn signing_keys(&self) -> Listed<SigningKeyRecord> {
        Ok(self.state.lock().keys_by_age())
    }

    async fn secret(&self, name: &str) -> Found<StoredSecret> {
        Ok(self.state.lock().secrets.get(&name.to_owned()).cloned())
    }
}
