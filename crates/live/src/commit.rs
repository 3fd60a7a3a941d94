//! The one way to change anything: commit, then take out of memory what is no longer true.

use std::sync::Arc;

use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::closing::Closing;
use portico_core::noun::link;
use portico_store::{CommitError, Unavailable};

use crate::fleet::Fleet;
use crate::{Live, load};

/// What a list of changes touches in memory, gathered before the list is given away.
#[derive(Default)]
struct Touched {
    /// What every node has to forget.
    closing: Closing,
    /// What only this node would have to forget: nobody else can hold what has just begun.
    begun: Vec<SessionId>,
    /// What this node will know of entries, and how its memory of them stood before.
    entered: Vec<((SessionId, ClientId), u64)>,
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
        let closing = &mut self.closing;
        match change {
            Change::ClientRewritten { after, .. } => closing.clients.push(after.id.clone()),
            Change::ClientRemoved { client } => {
                closing.clients.push(client.clone());
                closing.all_consents = true;
            }
            Change::ScopeRegistered(_) => closing.catalogue = true,
            Change::ProfileRewritten { user, .. }
            | Change::PasswordSet { user, .. }
            | Change::PersonBlocked { user, .. } => closing.people.push(*user),
            Change::PersonErased { user, .. } => {
                closing.people.push(*user);
                closing.all_consents = true;
            }
            Change::SessionStarted(session) => self.begun.push(session.id),
            Change::SessionReauthenticated { session, .. } | Change::SessionEnded { session, .. } => {
                closing.sessions.push(*session);
            }
            Change::ClientEntered { session, client, .. } => {
                self.entered.push(((*session, client.clone()), 0))
            }
            // Whose they were is not listed.
            Change::ScopeReopened { .. } => closing.all_consents = true,
            Change::ConsentDecided(entry) => closing.consents.push((entry.user, entry.app.clone())),
            // The first one makes an app one with OpenIDs from elsewhere; which one that is, is not asked.
            Change::Linked(link) => {
                if let Some(open_id) = open_id_at(&link.issuer, link.user) {
                    closing.import(open_id);
                }
            }
            Change::Unlinked { issuer, user, .. } => closing.open_ids.extend(open_id_at(issuer, *user)),
            Change::TokenRevoked { token, until } => closing.revoked.push((*token, *until)),
            Change::KeyMade(_) | Change::KeyRetired { .. } => closing.ring = true,
            Change::Swept(_) => self.swept = true,
            Change::Happened { .. } => self.tells = true,
            // What is not held in memory.
            Change::SessionHeld { .. }
            | Change::ClientRegistered(_)
            | Change::PersonCreated { .. }
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
            | Change::AvatarSet { .. }
            | Change::AvatarRemoved { .. }
            | Change::OpenIdUnissued { .. }
            | Change::OpenIdHeld { .. }
            | Change::AgreementRegistered(_)
            | Change::AgreementEnded { .. }
            | Change::LinkTicketIssued(_)
            | Change::LinkTicketOpened { .. }
            | Change::LinkTicketReopened { .. }
            | Change::LinkTicketProved { .. }
            | Change::LinkTicketUsed { .. }
            | Change::SessionKeyTurned(_)
            | Change::SessionKeyGiven { .. }
            | Change::AppTokenTurned(_)
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
            | Change::DeliveryClaimed { .. }
            | Change::Closed { .. }
            | Change::Audited(_)
            | Change::SecretStored { .. } => {}
        }
    }
}

/// Whether a list makes anything untrue that memory may hold: only then does its commit wait for others.
pub fn closes(changes: &[Change]) -> bool {
    !Touched::by(changes).closing.is_empty()
}

/// What a commit waits for once it is durable and out of this node's memory.
#[derive(Clone, Copy)]
enum Then {
    /// The other nodes.
    Settles,
    /// Nobody.
    GoesOn,
}

/// The OpenID that such a link is, if it is one.
fn open_id_at(issuer: &str, user: UserId) -> Option<(UserId, ClientId)> {
    link::app_of(issuer).map(|app| (user, app))
}

impl Live {
    /// Commits the list and answers when it is durable and no memory holds anything that it made
    /// untrue, on this node or another: the closing rule.
    ///
    /// Once begun, it is carried through even if the caller goes away.
    pub async fn commit(self: &Arc<Self>, changes: Vec<Change>) -> Result<(), CommitError> {
        self.carry_through(changes, Then::Settles).await
    }

    /// The same, but answers as soon as this node's memory holds nothing untrue; the others are told and
    /// not waited for.
    ///
    /// It is for calls that commit several lists: they wait once, for all of them, by
    /// [`settled`](Self::settled) at their end. Otherwise a node that does not answer would hold
    /// them up for a lease with each list.
    pub async fn commit_ahead(self: &Arc<Self>, changes: Vec<Change>) -> Result<(), CommitError> {
        self.carry_through(changes, Then::GoesOn).await
    }

    async fn carry_through(
        self: &Arc<Self>,
        mut changes: Vec<Change>,
        then: Then,
    ) -> Result<(), CommitError> {
        let live = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut touched = Touched::by(&changes);
            for (key, before) in &mut touched.entered {
                *before = live.entered.before(key);
            }
            if let Some(fleet) = &live.fleet {
                fleet.mark(&mut changes, &touched.closing, live.now());
            }
            let _under_way = live.under_way.begin();
            let result = live.store.commit(changes).await;
            // After a failure too: whether the store applied the list may then be unknown.
            if result.is_err() && live.fleet.is_some() {
                // To forget is to ask the store again, but a revoked token is remembered. If this one was
                // revoked after all, its closing has a number, and this node follows it like the others.
                touched.closing.revoked.clear();
            }
            live.forget(&touched, result.is_ok());
            live.reload(touched.closing.catalogue, touched.closing.ring || touched.swept).await?;
            let committed = result?;
            if let Some(fleet) = &live.fleet {
                match (committed.closing, then) {
                    (Some(seq), Then::Settles) => fleet.tell(&live, seq, touched.closing).await,
                    (Some(seq), Then::GoesOn) => Fleet::announce(&live, seq, touched.closing),
                    (None, _) if touched.tells => fleet.happened(live.vault()).await,
                    (None, _) => {}
                }
            }
            Ok(())
        });
        task.await.unwrap_or_else(|_| Err(Unavailable("the commit was cut short".into()).into()))
    }

    /// Answers when no memory holds anything that was made untrue before this call, on this node or
    /// another: by a commit that was told of ahead, or by another call that has not answered yet.
    ///
    /// A closing call that finds everything closed already waits here, as the first one did: that
    /// one may have committed and not yet taken the old state out of memory.
    pub async fn settled(self: &Arc<Self>) -> Result<(), Unavailable> {
        match &self.fleet {
            // What this node itself has committed has a number too, and its memory catches up with
            // that. To wait for the commits under way would be to wait for the leases that they wait
            // for, and then for those that are left.
            Some(fleet) => fleet.settled(self).await,
            None => {
                self.under_way.settled().await;
                Ok(())
            }
        }
    }

    fn forget(&self, touched: &Touched, applied: bool) {
        self.drop_closed(&touched.closing);
        touched.begun.iter().for_each(|id| self.sessions.drop_key(id));
        if applied {
            touched.entered.iter().for_each(|(key, before)| self.entered.keep(key, (), *before));
        }
        if touched.tells {
            self.hub.wake();
        }
    }

    /// Takes out of memory what is no longer true.
    pub(crate) fn drop_closed(&self, closing: &Closing) {
        closing.clients.iter().for_each(|id| self.clients.drop_key(id));
        closing.people.iter().for_each(|id| self.people.drop_key(id));
        closing.sessions.iter().for_each(|id| self.sessions.drop_key(id));
        closing.consents.iter().for_each(|key| self.consents.drop_key(key));
        closing.open_ids.iter().for_each(|key| self.open_ids.drop_key(key));
        if closing.all_consents {
            self.consents.drop_all();
            self.open_ids.drop_all();
            self.entered.drop_all();
        }
        if !closing.revoked.is_empty() {
            self.revoked.write().extend(closing.revoked.iter().copied());
        }
    }

    /// Reads anew what is held whole, where it is another now.
    pub(crate) async fn reload(&self, catalogue: bool, ring: bool) -> Result<(), Unavailable> {
        if catalogue {
            self.catalogue.reload(load::catalogue(&*self.store)).await?;
        }
        if ring {
            let ring = self.ring.reload(async { self.ring().reload(&*self.store, &self.vault).await }).await;
            ring.map_err(|error| Unavailable(error.to_string()))?;
        }
        Ok(())
    }

    /// Takes everything out of memory, and reads anew what is held whole.
    pub(crate) async fn empty(&self) -> Result<(), Unavailable> {
        self.clients.drop_all();
        self.people.drop_all();
        self.sessions.drop_all();
        self.consents.drop_all();
        self.open_ids.drop_all();
        self.entered.drop_all();
        self.reload(true, true).await?;
        let revoked = self.store.revoked_tokens().await?;
        self.revoked.write().extend(revoked);
        Ok(())
    }
}
