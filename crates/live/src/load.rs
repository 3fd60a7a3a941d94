//! Finders: from memory, or from the store into memory.

use std::sync::Arc;

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::catalogue::{CatalogueEntry, built_in};
use portico_core::noun::client::Client;
use portico_core::noun::consent::Consents;
use portico_core::noun::person::HandleKind;
use portico_core::noun::session::Session;
use portico_seal::ClientKeys;
use portico_store::{Read, Unavailable};

use crate::{Live, LivePerson, LiveSession};

/// A client with the keys under which its ids are derived.
pub struct LiveClient {
    /// The client as stored.
    pub client: Client,
    /// Its keys.
    pub keys: ClientKeys,
    /// Whether any person's OpenID here may have come from elsewhere.
    pub imports: bool,
}

impl AsRef<Client> for LiveClient {
    fn as_ref(&self) -> &Client {
        &self.client
    }
}

/// The built-in catalogue and what was registered beside it.
pub(crate) async fn catalogue(store: &(impl Read + ?Sized)) -> Result<Vec<CatalogueEntry>, Unavailable> {
    let mut entries = built_in();
    for registered in store.scopes().await? {
        // Of a built-in scope only the level is the operator's; its words are those of this version.
        match entries.iter_mut().find(|entry| entry.scope == registered.scope) {
            Some(own) => own.acr = registered.acr,
            None => entries.push(registered),
        }
    }
    Ok(entries)
}

impl Live {
    /// The client of this id, suspended or not.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Arc<LiveClient>>, Unavailable> {
        self.hold()?;
        self.client_held(id).await
    }

    /// The same for somebody who has looked at the lease since the question was read, as are the next two.
    pub(crate) async fn client_held(&self, id: &ClientId) -> Result<Option<Arc<LiveClient>>, Unavailable> {
        let load = async {
            let Some(client) = self.store().client(id).await? else { return Ok(None) };
            let imports = client.app().is_some() && self.store().has_open_ids(id).await?;
            Ok(Some(Arc::new(LiveClient { keys: self.vault().client_keys(id), client, imports })))
        };
        self.clients.get(id, load).await
    }

    /// The app whose `appid` at the WeChat-compatible face this is, suspended or not.
    ///
    /// Where the app of an `appid` was found once, only that is remembered, and held against the app as it
    /// is now: so this needs no closing.
    pub async fn app_by_wx_id(&self, wx_app_id: &str) -> Result<Option<Arc<LiveClient>>, Unavailable> {
        let is_its = |live: &Arc<LiveClient>| live.client.app().is_some_and(|app| app.wx_app_id == wx_app_id);
        if let Some(id) = self.wx_ids.get(wx_app_id)
            && let Some(live) = self.client(&id).await?.filter(is_its)
        {
            return Ok(Some(live));
        }
        let Some(id) = self.store().app_by_wx_id(wx_app_id).await? else { return Ok(None) };
        self.wx_ids.insert(wx_app_id.into(), id.clone());
        Ok(self.client(&id).await?.filter(is_its))
    }

    /// The session of this id; one that was ended is found as long as the store keeps it.
    pub async fn session(&self, id: SessionId) -> Result<Option<Arc<LiveSession>>, Unavailable> {
        self.hold()?;
        self.session_held(id).await
    }

    pub(crate) async fn session_held(&self, id: SessionId) -> Result<Option<Arc<LiveSession>>, Unavailable> {
        let load = async || {
            let session = self.store().session(id).await?;
            Ok(session.map(|session| Arc::new(LiveSession::new(session))))
        };
        let found = self.sessions.get(&id, load()).await?;
        // Where this node saw no use for so long that the session would be over, another may have.
        let (limits, now) = (&self.settings().sessions, self.now());
        let stale = |session: &Arc<LiveSession>| {
            self.fleet.is_some() && session.stored().ended.is_none() && !session.is_live(limits, now)
        };
        if !found.as_ref().is_some_and(stale) {
            return Ok(found);
        }
        self.sessions.drop_key(&id);
        self.sessions.get(&id, load()).await
    }

    /// The live session of the browser that holds this cookie.
    pub async fn session_by_cookie(&self, digest: &[u8; 32]) -> Result<Option<Session>, Unavailable> {
        let Some(session) = self.store().session_by_cookie(digest).await? else { return Ok(None) };
        let Some(live) = self.session(session.id).await? else { return Ok(None) };
        let (limits, now) = (&self.settings().sessions, self.now());
        Ok(live.is_live(limits, now).then(|| live.now(limits)))
    }

    /// A person's decisions about an app.
    pub async fn consents(&self, user: UserId, app: &ClientId) -> Result<Arc<Consents>, Unavailable> {
        self.hold()?;
        self.consents_held(user, app).await
    }

    pub(crate) async fn consents_held(
        &self,
        user: UserId,
        app: &ClientId,
    ) -> Result<Arc<Consents>, Unavailable> {
        let key = (user, app.clone());
        let load = async { Ok(Some(Arc::new(self.store().consents(user, app).await?))) };
        Ok(self.consents.get(&key, load).await?.unwrap_or_default())
    }

    /// The person of this id, blocked and erased ones included.
    pub async fn person(&self, id: UserId) -> Result<Option<Arc<LivePerson>>, Unavailable> {
        let load = async {
            let Some(person) = self.store().person(id).await? else { return Ok(None) };
            let open = LivePerson::open(person, self.vault());
            open.map(|person| Some(Arc::new(person)))
                .map_err(|_| Unavailable("a profile does not open".into()))
        };
        self.hold()?;
        self.people.get(&id, load).await
    }

    /// Whom a text finds that somebody typed to sign in: a username, e-mail address or phone number.
    ///
    /// The same three look-ups are made whoever is found, and nothing of the person is read.
    pub async fn user_named(&self, text: &str) -> Result<Option<UserId>, Unavailable> {
        let mut found = None;
        for kind in [HandleKind::Username, HandleKind::Email, HandleKind::Phone] {
            let index = self.vault().handle(kind, text, false).map(|handle| handle.index);
            // Nobody has an empty handle.
            let index = index.unwrap_or_else(|| self.vault().handles().index(kind.as_str(), ""));
            let holder = self.store().person_by_handle(kind, &index).await?;
            found = found.or(holder);
        }
        Ok(found)
    }

    /// Whether the client was entered in the session, as far as memory or the store knows.
    pub async fn has_entered(&self, session: SessionId, client: &ClientId) -> Result<bool, Unavailable> {
        self.hold()?;
        let load = async { Ok(self.store().clients_in(session).await?.contains(client).then_some(())) };
        Ok(self.entered.get(&(session, client.clone()), load).await?.is_some())
    }
}

impl Live {
    /// Whether a live client has registered this web origin.
    pub async fn origin_is_registered(&self, origin: &str) -> Result<bool, Unavailable> {
        self.store().origin_is_registered(origin).await
    }
}
