//! Signing in to the console at an OpenID Connect provider.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use maud::html;
use portico_core::denied::{Code, Denied};
use portico_core::moment::Span;
use portico_core::rule::operator::recognised;
use portico_core::rule::upstream::Returned;
use portico_reach::upstream::ATTEMPT_LIFE;
use portico_reach::{Attempt, Registration, UpstreamError, Wishes};

use super::door::enter;
use super::frame::{Answer, plain};
use super::visit::{Scope, cookie, set_cookie};
use crate::House;
use crate::form::Fields;
use crate::reply::{self, Reply};
use crate::route::admin::desk::Operator;

/// What the browser carries while it is away.
const COOKIE: &str = "portico_console_attempt";
/// What the attempt is sealed for.
const SEALED_FOR: &str = "the console's provider";

/// A provider at which operators may sign in.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What it knows the console by.
    pub registration: Registration,
    /// Who is an operator: e-mail addresses and subjects, as
    /// [`recognised`](portico_core::rule::operator::recognised) reads them.
    pub allow: Vec<String>,
}

fn provider(house: &House) -> Result<&Provider, Denied> {
    house.settings.console.provider.as_ref().ok_or_else(|| Denied::not_found("there is nothing here"))
}

/// `GET /console/provider/leave`: sends the browser to the provider.
pub(super) async fn leave(State(house): State<Arc<House>>) -> Answer {
    let (at, vault, now) = (&provider(&house)?.registration, house.live.vault(), house.now());
    let attempt = Attempt::begin(vault.chance(), String::new(), false, now);
    let to = house.upstreams.leave(at, &attempt, &Wishes::default(), now).await;
    let to = to.map_err(|error| failed(&error))?;
    let sealed = attempt.seal(SEALED_FOR, vault.master(), vault.chance());
    let mut reply = reply::see_other(&to);
    let carried = set_cookie(&house, COOKIE, &sealed, Some(ATTEMPT_LIFE), Scope::FromElsewhere);
    reply.headers_mut().append(header::SET_COOKIE, carried);
    Ok(reply)
}

/// `GET /console/provider`: whom the provider sent back.
pub(super) async fn back(State(house): State<Arc<House>>, headers: HeaderMap, uri: Uri) -> Answer {
    let mut reply = returned(&house, &headers, &uri).await?;
    // An attempt is good once.
    let gone = set_cookie(&house, COOKIE, "", Some(Span::ZERO), Scope::FromElsewhere);
    reply.headers_mut().append(header::SET_COOKIE, gone);
    Ok(reply)
}

async fn returned(house: &Arc<House>, headers: &HeaderMap, uri: &Uri) -> Answer {
    let (provider, now) = (provider(house)?, house.now());
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes())?;
    let carried = cookie(headers, COOKIE).unwrap_or_default();
    let over =
        || Denied::request("this sign-in was not begun in this browser, or took too long; begin again");
    let attempt = Attempt::open(&carried, SEALED_FOR, house.live.vault().master(), now).ok_or_else(over)?;
    let parameters = Returned {
        state: fields.get("state"),
        code: fields.get("code"),
        error: fields.get("error"),
        issuer: fields.get("iss"),
    };
    let at = &provider.registration;
    let found = house.upstreams.identify(at, &attempt, &parameters, &house.keysets, now).await;
    let found = found.map_err(|error| failed(&error))?;
    let (email, verified) = (found.claims["email"].as_str(), found.claims["email_verified"] == true);
    let nobody = || Denied::new(Code::AccessDenied, "the provider knows you, but you are no operator here");
    let name = recognised(&found.subject, email, verified, &provider.allow).ok_or_else(nobody)?;
    let cookie = enter(house, &Operator::named(&name), true).await?;
    let mut reply = entered();
    reply.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(reply)
}

/// A page that goes on by itself: a redirect that began at the provider would not carry the visit's
/// cookie, which is for the console's own pages alone.
fn entered() -> Reply {
    let mut reply = plain(
        StatusCode::OK,
        "Signed in",
        html! {
            h1 { "You are signed in" }
            p { a.button.secondary href="/console" { "To the console" } }
        },
    );
    reply.headers_mut().insert(header::REFRESH, HeaderValue::from_static("0;url=/console"));
    reply
}

fn failed(error: &UpstreamError) -> Denied {
    let code = match error {
        UpstreamError::Unreachable(_) => Code::Unavailable,
        UpstreamError::Malformed(_) | UpstreamError::Refused(_) | UpstreamError::NotOurs(_) => {
            Code::AccessDenied
        }
    };
    Denied::new(code, "the provider did not say who you are").because(error.to_string())
}
