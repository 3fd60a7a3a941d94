//! Where a browser goes on to once its person has signed in, however they do.

use axum::http::HeaderMap;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::acr::Acr;
use portico_core::noun::session::Session;

use crate::form::Fields;
use crate::house::unavailable;
use crate::page::{Frame, Party};
use crate::page_reply::Wish;
use crate::route::authorize::{SIGNED_IN, marked};
use crate::{House, page_reply};

/// The client of sessions that begin at Portico's own pages.
pub const OWN_CLIENT: &str = "portico";
const AUTHORIZE: &str = "/oauth/authorize?";
const SETTINGS: &str = "/settings";

/// Where the browser goes after signing in, and what the page says of it.
pub struct Onward {
    /// The query of the authorization request that is answered, if one is.
    pub query: Option<String>,
    /// The page of the settings to go on to otherwise.
    pub settings: String,
    /// The client that one signs in for.
    pub client: ClientId,
    /// The same for the page; none for Portico's own pages.
    pub party: Option<Party>,
    /// The `login_hint` of the request (OIDC Core §3.1.2.1).
    pub login_hint: String,
    /// The level that is to be reached by proving one thing more, where that is asked.
    pub acr: Option<Acr>,
    /// Theme and language.
    pub frame: Frame,
    /// The query of this page itself, for the pages beside it.
    asked: String,
}

impl Onward {
    /// Reads `continue`: an authorization request of ours, or a page of the settings; anything else leads to
    /// the settings.
    pub async fn read(house: &House, headers: &HeaderMap, query: &str) -> Result<Self, Denied> {
        let asked = query;
        let fields = Fields::parse(asked.as_bytes())?;
        let onward = fields.get("continue").unwrap_or_default();
        let query = onward.strip_prefix(AUTHORIZE).map(str::to_owned);
        let inner = Fields::parse(query.as_deref().unwrap_or_default().as_bytes())?;
        let wish = Wish::read(&fields).or(Wish::read(&inner));
        let own = OWN_CLIENT.parse().map_err(|_| Denied::unavailable("no own client id"))?;
        let id = inner.get("client_id").and_then(|id| id.parse::<ClientId>().ok());
        let known = match &id {
            Some(id) => house.live.client(id).await.map_err(|cause| unavailable(&cause))?,
            None => None,
        };
        let frame = match &known {
            Some(known) => wish.frame_for(&known.client, headers),
            None => wish.frame(headers),
        };
        Ok(Self {
            client: known.as_ref().map_or(own, |known| known.client.id.clone()),
            party: known.map(|known| page_reply::party(&known.client, None)),
            login_hint: inner.get("login_hint").unwrap_or_default().chars().take(320).collect(),
            acr: fields.get("acr").and_then(|acr| acr.parse().ok()),
            query,
            asked: asked.to_owned(),
            settings: if is_section(onward) { onward } else { SETTINGS }.to_owned(),
            frame,
        })
    }

    /// The address of the ordinary sign-in page that leads to the same place.
    pub fn sign_in(&self) -> String {
        format!("/sign-in?{}", self.continued())
    }

    /// The query with which another page of the sign-in leads on to the same.
    pub fn continued(&self) -> String {
        let to = match &self.query {
            Some(query) => format!("{AUTHORIZE}{query}"),
            None => self.settings.clone(),
        };
        form_urlencoded::Serializer::new(String::new()).append_pair("continue", &to).finish()
    }

    /// The address to go on to, in this new session.
    pub fn after(&self, house: &House, session: &Session) -> String {
        match &self.query {
            Some(query) => marked(house, SIGNED_IN, session, query),
            None => self.settings.clone(),
        }
    }

    /// A page of ours that leads on to the same place.
    pub fn at(&self, path: &str) -> String {
        if self.asked.is_empty() { path.to_owned() } else { format!("{path}?{}", self.asked) }
    }

    /// The address at which the redirects that follow a form may end.
    pub fn target(&self) -> Option<String> {
        let fields = Fields::parse(self.query.as_deref()?.as_bytes()).ok()?;
        fields.get("redirect_uri").map(str::to_owned)
    }
}

/// Whether an address is that of a section of the settings: a plain path, without a query and without a way
/// out of it.
fn is_section(to: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    to.strip_prefix("/settings/").is_some_and(|rest| rest.split('/').all(is_plain))
}
