//! The one way to change anything: commit, then take out of memory what is no longer true.

use std::sync::Arc;

use portico_core::Change;
use portico_core::id::{ClientId, SessionId, TokenId, UserId};
use portico_core::moment::Moment;
use portico_store::{CommitError, Unavailable};

use crate::{Live, Ring, load};

/// What a list of changes touches in memory, gathered before the list is given away.
#[derive(Default)]
struct Touched {
    clients: Vec<ClientId>,
    people: Vec<UserId>,
    sessions: Vec<SessionId>,
    consents: Vec<(UserId, ClientId)>,
    entered: Vec<(SessionId, ClientId)>,
    revoked: Vec<(TokenId, Moment)>,
    all_consents: bool,
    catalogue: bool,
    ring: bool,
    swept: bool,
    tells: bool,
}

impl Touched {
    fn by(changes: &[Change]) -> Self {
        let mut touched = Self::default();
        changes.iter().for_each(|change| touched.note(change));
        touched
    }

    fn note(&mut self, change: &Change) {
        match change {
            Change::ClientRegistered(client) => self.clients.push(client.id.clone()),
            Change::ClientRewritten { after, .. } => self.clients.push(after.id.clone()),
            Change::ClientRemoved { client } => {
                self.clients.push(client.clone());
                self.all_consents = true;
            }
            Change::ScopeRegistered(_) => self.catalogue = true,
            Change::PersonCreated { person, .. } => self.people.push(person.id),
            Change::ProfileRewritten { user, .. }
            | Change::PasswordSet { user, .. }
            | Change::PersonBlocked { user, .. } => self.people.push(*user),
            Change::PersonErased { user, .. } => {
                self.people.push(*user);
                self.all_consents = true;
            }
            Change::SessionStarted(session) => self.sessions.push(session.id),
            Change::SessionReauthenticated { session, .. } | Change::SessionEnded { session, .. } => {
                self.sessions.push(*session);
            }
            Change::ClientEntered { session, client, .. } => self.entered.push((*session, client.clone())),
            Change::ConsentDecided(entry) => self.consents.push((entry.user, entry.app.clone())),
            Change::TokenRevoked { token, until } => self.revoked.push((*token, *until)),
            Change::KeyMade(_) | Change::KeyRetired { .. } => self.ring = true,
            Change::Swept(_) => self.swept = true,
            Change::Happened { .. } => self.tells = true,
            // What is not held in memory.
            Change::SessionHeld { .. }
            | Change::ClientsCounted { .. }
            | Change::PersonHeld { .. }
            | Change::PasskeysCounted { .. }
            | Change::PasskeyAdded(_)
            | Change::PasskeyUsed { .. }
            | Change::PasskeyRenamed { .. }
            | Change::PasskeyRemoved { .. }
            | Change::PasswordHeld { .. }
            | Change::ClientHeld { .. }
            | Change::DeveloperRegistered(_)
            | Change::LinksCounted { .. }
            | Change::ConnectionRegistered(_)
            | Change::ConnectionRewritten { .. }
            | Change::ConnectionRemoved { .. }
            | Change::Linked(_)
            | Change::AvatarSet { .. }
            | Change::AvatarRemoved { .. }
            | Change::Unlinked { .. }
            | Change::AssertionUsed { .. }
            | Change::ChallengeSent(_)
            | Change::ChallengeTried { .. }
            | Change::ChallengeAnswered { .. }
            | Change::SessionTouched { .. }
            | Change::AppUsed { .. }
            | Change::ConsentAsked(_)
            | Change::ConsentOpened { .. }
            | Change::ConsentClosed { .. }
            | Change::CodeIssued(_)
            | Change::CodeUsed { .. }
            | Change::FamilyStarted(_)
            | Change::FamilyRotated { .. }
            | Change::FamilyRevoked { .. }
            | Change::DeliveryQueued(_)
            | Change::DeliveryTried { .. }
            | Change::Audited(_)
            | Change::SecretStored { .. } => {}
        }
    }
}

impl Live {
    /// Commits the list and answers when it is durable and memory holds nothing that it made
    /// untrue: the closing rule on one node.
    ///
    /// Once begun, it is carried through even if the caller goes away.
    pub async fn commit(self: &Arc<Self>, changes: Vec<Change>) -> Result<(), CommitError> {
        let live = Arc::clone(self);
        let task = tokio::spawn(async move {
            let touched = Touched::by(&changes);
            let _under_way = live.under_way.begin();
            let result = live.store.commit(changes).await.map(|_| ());
            // After a failure too: whether the store applied the list may then be unknown.
            live.forget(&touched, result.is_ok());
            live.reload(&touched).await?;
            result
        });
        task.await.unwrap_or_else(|_| Err(Unavailable("the commit was cut short".into()).into()))
    }

    /// Answers when memory holds nothing that a commit begun before this call has made untrue.
    ///
    /// A closing call that finds everything closed already waits here, as the first one did: that
    /// one may have committed and not yet taken the old state out of memory.
    pub async fn settled(&self) {
        self.under_way.settled().await;
    }

    fn forget(&self, touched: &Touched, applied: bool) {
        touched.clients.iter().for_each(|id| self.clients.drop_key(id));
        touched.people.iter().for_each(|id| self.people.drop_key(id));
        touched.sessions.iter().for_each(|id| self.sessions.drop_key(id));
        touched.consents.iter().for_each(|key| self.consents.drop_key(key));
        if touched.all_consents {
            self.consents.drop_all();
        }
        if !touched.revoked.is_empty() {
            self.revoked.write().extend(touched.revoked.iter().copied());
        }
        if applied {
            touched.entered.iter().for_each(|key| self.entered.insert(key.clone(), ()));
        }
        if touched.swept {
            let now = self.now();
            self.revoked.write().retain(|_, until| now < *until);
        }
        if touched.tells {
            self.hub.wake();
        }
    }

    async fn reload(&self, touched: &Touched) -> Result<(), Unavailable> {
        if touched.catalogue {
            let catalogue = load::catalogue(&*self.store).await?;
            *self.catalogue.write() = Arc::new(catalogue);
        }
        if touched.ring || touched.swept {
            let ring = Ring::reload(&*self.store, &self.vault).await;
            let ring = ring.map_err(|error| Unavailable(error.to_string()))?;
            *self.ring.write() = Arc::new(ring);
        }
        Ok(())
    }
}
