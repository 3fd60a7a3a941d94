//! Who calls, and by what the two apps of a route know people.
//!
//! Everything is answered from memory under the closing rule; a question to the store is asked for what memory
//! does not hold, and one for all the other people whom a message names.

pub(crate) mod credential;
mod introduce;
mod names;

use std::sync::Arc;

use http::request::Parts;
use http::{Method, StatusCode, header};
use portico_core::noun::client::Client;
use portico_core::noun::token::Purpose;
use portico_core::rule::cover;
use portico_core::rule::wechat::scope::UNION_ID;
use portico_core::scope::ScopeSet;
use portico_live::{Live, LiveClient, Signed, Verified};
use portico_store::Unavailable;

use crate::rewrite::CallerIds;
use crate::route::TokenPlace;
use crate::{Refused, Route};

pub(crate) use introduce::refused as not_committed;
pub use names::counterparts;

/// The two apps of a route, as they are registered at this moment.
#[derive(Clone)]
pub struct Parties {
    /// The app whose tokens callers bring.
    pub app: Arc<LiveClient>,
    /// The app whose OpenIDs the upstream knows.
    pub known_as: Arc<LiveClient>,
}

/// Who calls, and what the upstream may know of them.
#[derive(Clone)]
pub struct Caller {
    /// The token, as it was brought.
    pub text: Arc<str>,
    /// What it says.
    pub token: Arc<Verified>,
    /// By what both sides know the person.
    pub ids: CallerIds,
}

/// A request whose caller is known.
#[derive(Clone)]
pub struct Resolved {
    /// The two apps.
    pub parties: Parties,
    /// The caller; none where the route asks for no token.
    pub caller: Option<Caller>,
}

/// Finds out who calls, and that they may. `is_certified` says whether the client showed a certificate of a back
/// end that the route names.
///
/// Refuses with 503 where an app of the route is not there or memory may not be believed now, 400 for two tokens,
/// 401 without a token that is good at this moment for the route's app, and 403 for a token without the scopes
/// that the route requires, or a cookie from elsewhere than the app's own pages. On a route without tokens: 401
/// without the secret or the certificate of a back end.
pub async fn resolve(
    live: &Arc<Live>,
    route: &Route,
    head: &Parts,
    is_certified: bool,
) -> Result<Resolved, Refused> {
    let parties = parties(live, route).await?;
    let text = match &route.token {
        TokenPlace::Bearer => credential::bearer(&head.headers)?,
        TokenPlace::Cookie(name) => {
            let text = credential::cookie(&head.headers, name)?;
            same_site(head, &parties.app.client)?;
            text
        }
        TokenPlace::None => {
            credential::back_end(&route.back_ends, &head.headers, is_certified)?;
            return Ok(Resolved { parties, caller: None });
        }
    };
    let signed = good(live, route, &text).await?;
    allowed(route, &signed.scope)?;
    introduce::introduced(live, &parties.known_as, &signed.token).await?;
    let user = signed.token.user;
    let there = live.open_id(&parties.known_as, user).await.map_err(unavailable)?;
    let union_id = union_id(live, &parties, &signed).await?;
    let here = signed.token.sub.clone();
    let ids = CallerIds { here, there, union_id };
    Ok(Resolved { parties, caller: Some(Caller { text, token: signed.token, ids }) })
}

/// Whether what a request was let in for still holds: the apps are there and open, and the token is good, for as much
/// as the route requires.
///
/// Where nobody is known to call, it holds while the upstream's app may be asked.
pub async fn still_holds(live: &Live, route: &Route, caller: Option<&Caller>) -> Result<(), Refused> {
    parties(live, route).await?;
    let Some(caller) = caller else { return Ok(()) };
    let signed = good(live, route, &caller.text).await?;
    allowed(route, &signed.scope)
}

async fn parties(live: &Live, route: &Route) -> Result<Parties, Refused> {
    let find = async |id, what| {
        let found = live.client(id).await.map_err(unavailable)?;
        let is_app = |found: &Arc<LiveClient>| found.client.app().is_some();
        found.filter(is_app).ok_or_else(|| {
            Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "This is not set up yet.",
            )
            .because(format!("there is no app {id}, which a route names as '{what}'"))
        })
    };
    let (app, known_as) = (find(&route.app, "app").await?, find(&route.known_as, "as").await?);
    match known_as.client.is_live() {
        true => Ok(Parties { app, known_as }),
        false => Err(closed(&known_as.client)),
    }
}

fn closed(client: &Client) -> Refused {
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "This is closed at the moment.")
        .because(format!("the app {} is suspended", client.id))
}

/// The token, if it is good now and the app's own.
async fn good(live: &Live, route: &Route, text: &str) -> Result<Signed, Refused> {
    let signed = live.validate(text).await.map_err(unavailable)?;
    let is_own = |signed: &Signed| signed.token.purpose != Purpose::Host && signed.token.client == route.app;
    signed.filter(is_own).ok_or_else(not_good)
}

fn not_good() -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, "invalid_token", "The token is not good, or not for this app.")
}

fn allowed(route: &Route, scope: &ScopeSet) -> Result<(), Refused> {
    let missing: ScopeSet = route.require.only(|scope_required| !scope.contains(scope_required));
    if missing.is_empty() {
        return Ok(());
    }
    let text = "The person does not let this app do that.";
    Err(Refused { missing: Some(missing), ..Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", text) })
}

/// A browser sends a cookie whoever wrote the page, so what changes anything, and what stays open, has to come
/// from a page of the app's own (RFC 6454 §7).
fn same_site(head: &Parts, app: &Client) -> Result<(), Refused> {
    let reads = head.method == Method::GET || head.method == Method::HEAD;
    if reads && !is_upgrade(head) {
        return Ok(());
    }
    let mut origins = head.headers.get_all(header::ORIGIN).iter();
    let (first, second) = (origins.next(), origins.next());
    let is_own =
        |origin: &http::HeaderValue| app.origins.iter().any(|own| own.as_bytes() == origin.as_bytes());
    match (first, second) {
        (Some(origin), None) if is_own(origin) => Ok(()),
        _ => {
            let text = "With a cookie, this has to come from a page of the app's own.";
            Err(Refused::new(StatusCode::FORBIDDEN, "invalid_origin", text))
        }
    }
}

/// Whether the request asks to leave HTTP behind: `Upgrade` (RFC 9110 §7.8), or `CONNECT`, which HTTP/2 opens
/// WebSockets by (RFC 8441).
fn is_upgrade(head: &Parts) -> bool {
    head.method == Method::CONNECT || head.headers.contains_key(header::UPGRADE)
}

/// The person's UnionID at the upstream's developer. It is told with a token that opens it, to the same developer,
/// and otherwise where the person has said so to the upstream's own app.
async fn union_id(live: &Live, parties: &Parties, signed: &Signed) -> Result<Option<String>, Refused> {
    let (Some(app), Some(known_as)) = (parties.app.client.app(), parties.known_as.client.app()) else {
        return Ok(None);
    };
    let opened = signed.scope.has(UNION_ID) && app.developer == known_as.developer;
    let may_be_told = opened || {
        let consents = live.consents(signed.token.user, &parties.known_as.client.id).await;
        let scope = UNION_ID.parse().expect("the catalogue has it");
        cover::covers(known_as, &*consents.map_err(unavailable)?, &scope)
    };
    Ok(may_be_told.then(|| live.vault().union_id(&known_as.developer, signed.token.user)))
}

/// The answer of a gateway that cannot be sure.
pub(crate) fn unavailable(cause: Unavailable) -> Refused {
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "Try again in a moment.")
        .because(cause.0)
}
