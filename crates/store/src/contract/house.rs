//! Where every case begins: two of everything.

use std::sync::Arc;

use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::consent::Decision;
use portico_core::noun::person::HandleKind;
use portico_core::noun::session::{EndReason, Session};
use portico_core::noun::wechat::AppTokenKind;

use super::value::{
    app, app_token, at, client_id, decision, developer, digest, family, family_id, handle, host, link,
    person, session, session_id, session_key, user_id,
};
use crate::{CommitError, Committed, Page, Store};

/// The store with two hosts, developers, apps, people and sessions in it.
#[derive(Clone)]
pub(super) struct House {
    pub(super) store: Arc<dyn Store>,
    /// The host through which the person signed in.
    pub(super) host: ClientId,
    /// The app that the person uses.
    pub(super) app: ClientId,
    /// The person that the case is about.
    pub(super) user: UserId,
    /// The person's session.
    pub(super) session: SessionId,
    /// The other app; it belongs to the other developer.
    pub(super) other_app: ClientId,
    /// The other person.
    pub(super) other_user: UserId,
    /// The other person's session.
    pub(super) other_session: SessionId,
}

impl House {
    pub(super) async fn furnish(store: Arc<dyn Store>) -> Self {
        let house = Self {
            store,
            host: client_id("north-host"),
            app: client_id("north.taxi"),
            user: user_id(1),
            session: session_id(1),
            other_app: client_id("south.food"),
            other_user: user_id(2),
            other_session: session_id(2),
        };
        for (number, side, app_id) in [(1, "north", "north.taxi"), (2, "south", "south.food")] {
            let host = host(&format!("{side}-host"));
            let (user, app_id) = (user_id(number), client_id(app_id));
            let begun = session(number, user, &host.id);
            let handles = [HandleKind::Username, HandleKind::Email].map(|kind| handle(kind, number, true));
            house
                .done(vec![
                    Change::DeveloperRegistered(developer(side)),
                    Change::ClientRegistered(Box::new(host)),
                    Change::ClientRegistered(Box::new(app(app_id.as_str(), side))),
                    Change::PersonCreated { person: person(number), handles: handles.to_vec() },
                    Change::Linked(link(number, user)),
                    Change::SessionStarted(begun),
                    Change::ClientEntered { session: session_id(number), client: app_id.clone(), at: at(1) },
                    Change::AppUsed { user, app: app_id.clone(), at: at(1) },
                    Change::ConsentDecided(decision(user, &app_id, "profile.basic", Decision::Granted, 1)),
                    Change::FamilyStarted(family(number, session_id(number), &app_id)),
                    Change::SessionKeyTurned(session_key(1, user, &app_id)),
                    Change::AppTokenTurned(app_token(AppTokenKind::Fresh, 1, &app_id)),
                ])
                .await;
        }
        house
    }

    /// Everything of the other side that a finder shows.
    pub(super) async fn others(&self) -> String {
        let (store, user) = (&self.store, self.other_user);
        let (session, index) = (self.other_session, digest(2));
        let host = client_id("south-host");
        let page = Page { after: None, limit: 10 };
        let directory = (
            store.developer(&"south".parse().unwrap()).await,
            store.client(&host).await,
            store.client(&self.other_app).await,
            store.origin_is_registered("https://south.food.example").await,
        );
        let person = (
            store.person(user).await,
            store.person_by_handle(HandleKind::Username, &index).await,
            store.handle_is_verified(HandleKind::Email, &index).await,
            store.person_by_link("https://issuer.example", &index).await,
            (store.links_of(user).await, store.avatar(user).await),
            store.consents(user, &self.other_app).await,
            store.consent_history(user, 10).await,
            store.apps_of(user).await,
        );
        let sessions = (
            store.session(session).await,
            store.session_by_cookie(&index).await,
            store.clients_in(session).await,
            store.sessions_of(user).await,
            store.first_session_of(user).await,
            store.sessions_through(&host, page).await,
            store.family(family_id(2)).await,
        );
        let wechat = (
            store.app_by_wx_id("wx-south.food").await,
            store.open_id(user, &self.other_app).await,
            store.session_key(&self.other_app, user).await,
            store.app_token(&self.other_app, AppTokenKind::Fresh).await,
        );
        format!("{directory:?} {person:?} {sessions:?} {wechat:?}")
    }

    pub(super) async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        self.store.commit(changes).await
    }

    /// Commits a list that has to succeed.
    pub(super) async fn done(&self, changes: Vec<Change>) -> Committed {
        self.commit(changes).await.expect("the list is committed")
    }

    /// Commits a list that has to be refused.
    pub(super) async fn refused(&self, changes: Vec<Change>) -> CommitError {
        self.commit(changes).await.expect_err("the list is refused")
    }

    /// Commits so many lists at once and says how each fared.
    pub(super) async fn race(&self, lists: Vec<Vec<Change>>) -> Vec<Result<Committed, CommitError>> {
        let start = Arc::new(tokio::sync::Barrier::new(lists.len()));
        let runners = lists.into_iter().map(|changes| {
            let (store, start) = (self.store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                store.commit(changes).await
            })
        });
        let mut results = Vec::new();
        for runner in runners.collect::<Vec<_>>() {
            results.push(runner.await.expect("a commit does not panic"));
        }
        results
    }

    /// Commits sixteen lists at once, of which one has to win and fifteen have to fail like this.
    pub(super) async fn one_of_sixteen(
        &self,
        list: impl Fn(u32) -> Vec<Change>,
        refusal: CommitError,
    ) -> u32 {
        let results = self.race((0..16).map(&list).collect()).await;
        let losers = results.iter().filter(|result| **result == Err(refusal.clone())).count();
        assert_eq!(losers, 15, "{results:?}");
        let winner = results.iter().position(Result::is_ok).expect("one has won");
        u32::try_from(winner).expect("it is one of sixteen")
    }

    /// Begins one more session of the person and says which.
    pub(super) async fn begin(&self, number: u32) -> Session {
        let begun = session(number, self.user, &self.host);
        self.done(vec![Change::SessionStarted(begun.clone())]).await;
        begun
    }

    /// Ends the session.
    pub(super) fn end(&self, session: SessionId, when: i64) -> Change {
        Change::SessionEnded { session, at: at(when), reason: EndReason::SignedOut }
    }
}
