//! Going to another provider to sign in there.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use portico_core::denied::Denied;
use portico_core::id::{ConnectionId, SessionId};
use portico_core::noun::connection::Connection;
use portico_reach::upstream::ATTEMPT_LIFE;
use portico_reach::{Attempt, UpstreamError, Wishes};
use serde::{Deserialize, Serialize};

use super::{Onward, form_is_ours};
use crate::connection::{Errand, Provider};
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::Frame;
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::{House, body, cookie, page_reply};

/// The longest value of a cookie that browsers keep, name and attributes aside.
const LONGEST_COOKIE: usize = 3800;

/// What is to be done with whoever comes back from a provider.
#[derive(Serialize, Deserialize)]
pub struct Purpose {
    /// The query of the sign-in page, which says where to go on.
    pub query: String,
    /// The session whose person the identity is to be tied to; none to sign in.
    pub links: Option<SessionId>,
}

/// Why the browser was not sent to a provider.
pub enum Stuck {
    /// There is no such connection, or none to sign in with.
    NoSuchConnection,
    /// The form is too old, or not this browser's.
    FormExpired,
    /// The provider cannot be gone to.
    Provider(UpstreamError),
    /// Anything else.
    Refused(Denied),
}

impl From<Denied> for Stuck {
    fn from(denied: Denied) -> Self {
        Self::Refused(denied)
    }
}

impl Stuck {
    /// The page that says so.
    pub fn page(&self, house: &House, frame: Frame) -> Reply {
        match self {
            Self::NoSuchConnection => page_reply::problem_page(house, frame, Problem::NotFound, None),
            Self::FormExpired => page_reply::problem_page(house, frame, Problem::FormExpired, None),
            Self::Refused(denied) => page_reply::refusal(house, frame, denied),
            Self::Provider(why) => {
                tracing::warn!(%why, "a provider could not be used");
                let problem = match why {
                    UpstreamError::Refused(_) => Problem::ProviderRefused,
                    UpstreamError::NotOurs(_) => Problem::BadRequest,
                    UpstreamError::Unreachable(_) | UpstreamError::Malformed(_) => Problem::ProviderFailed,
                };
                page_reply::problem_page(house, frame, problem, None)
            }
        }
    }
}

/// `POST /sign-in/via/{connection}?continue=…`.
pub async fn via(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let to = match Onward::read(&house, &parts.headers, query).await {
        Ok(to) => to,
        Err(denied) => {
            let frame = page_reply::frame(&Fields::default(), &parts.headers);
            return page_reply::refusal(&house, frame, &denied);
        }
    };
    let went = async {
        let bytes = body::form(&parts.headers, body).await?;
        if !form_is_ours(&house, &parts.headers, &Fields::parse(&bytes)?) {
            return Err(Stuck::FormExpired);
        }
        let asked = to.query.as_deref().unwrap_or_default();
        let asked = Fields::parse(asked.as_bytes())?;
        let purpose = Purpose { query: query.to_owned(), links: None };
        leave(&house, &id, &purpose, &asked).await
    };
    went.await.unwrap_or_else(|stuck| stuck.page(&house, to.frame))
}

/// Sends the browser to a provider. `asked` is the authorization request that is answered, if one is:
/// what it says of signing in anew, of whom, and of languages is said to the provider too.
pub async fn leave(house: &House, id: &str, purpose: &Purpose, asked: &Fields<'_>) -> Result<Reply, Stuck> {
    let connection = connection(house, id).await?.ok_or(Stuck::NoSuchConnection)?;
    let (vault, now) = (house.live.vault(), house.now());
    let prompts =
        |name: &str| asked.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|one| one == name));
    let fresh = prompts("login") || asked.get("max_age").is_some();
    let prompt = match (fresh, prompts("select_account")) {
        (true, _) => Some("login"),
        (false, true) => Some("select_account"),
        (false, false) => None,
    };
    let wishes = Wishes { prompt, login_hint: asked.get("login_hint"), ui_locales: asked.get("ui_locales") };
    let about = serde_json::to_string(purpose).expect("a text and an id are JSON");
    let attempt = Attempt::begin(vault.chance(), about, fresh, now);
    let value = attempt.seal(connection.id.as_str(), vault.master(), vault.chance());
    if value.len() > LONGEST_COOKIE {
        return Err(Denied::request("the authorization request is too long to be carried along").into());
    }
    let at = Provider::of(house, &connection, Errand::SignIn)?;
    let url = at.leave(house, &attempt, &wishes).await.map_err(Stuck::Provider)?;
    let mut reply = reply::see_other(&url);
    let cookie = cookie::set(house, &cookie_of(&connection.id), &value, Some(ATTEMPT_LIFE.as_seconds()));
    reply.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(reply)
}

/// The connection of this id, if people may sign in with it.
pub(super) async fn connection(house: &House, id: &str) -> Result<Option<Connection>, Denied> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Ok(None) };
    let found = house.live.store().connection(&id).await.map_err(|cause| unavailable(&cause))?;
    Ok(found.filter(|connection| connection.sign_in))
}

/// The attempt that this browser has under way at a connection.
pub(super) fn held(house: &House, headers: &HeaderMap, connection: &ConnectionId) -> Option<Attempt> {
    let value = cookie::get(house, headers, &cookie_of(connection))?;
    Attempt::open(&value, connection.as_str(), house.live.vault().master(), house.now())
}

/// The name of the cookie in which the attempt at a connection lies.
pub(super) fn cookie_of(connection: &ConnectionId) -> String {
    format!("{}{connection}", cookie::ATTEMPT)
}
