//! `/sign-in`: the page, and the password.

mod back;
pub mod code;
mod enter;
mod onward;
pub mod passkey;
pub mod step_up;
mod via;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::guard::Way;
use portico_core::noun::person::Person;
use portico_seal::{Verdict, secret};

use crate::caller::browser_session;
use crate::connection::{for_sign_in, targets};
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::sign_in::{OtherWays, SignIn, SignInProblem, Via, sign_in as page};
use crate::reply::Reply;
use crate::route::code::{Visit, can_send};
use crate::{House, body, caller, cookie, known, page_reply};

pub use back::back;
pub use enter::{Entered, PASSWORD, enter, enter_untold, raise};
pub use onward::{OWN_CLIENT, Onward};
pub use via::{Purpose, Stuck, leave, via};

/// What the form of this page is bound to, beside the browser's cookie.
const FORM: &str = "sign in";
/// The longest name that somebody types to sign in, in characters; the field takes no more.
pub const LONGEST_NAME: usize = 320;

/// `GET /sign-in?continue=…`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let to = match Onward::read(&house, &parts.headers, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => to,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let again = match browser_session(&house, &parts.headers).await {
        Ok(session) => session.is_some(),
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let username = to.login_hint.clone();
    form(&house, &parts.headers, &to, StatusCode::OK, username, again, None).await
}

/// `POST /sign-in?continue=…`.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let to = match Onward::read(&house, &parts.headers, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => to,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let fields = match Fields::parse(&bytes) {
        Ok(fields) => fields,
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let username = fields.get("username").unwrap_or_default().to_owned();
    match attempt(&house, &parts.headers, &fields, caller::address(&parts.extensions), &to).await {
        Ok(Outcome::SignedIn(entered)) => entered.onward(&house, &to),
        Ok(Outcome::Refused(problem)) => refused(&house, &parts.headers, &to, username, problem).await,
        Err(denied) => page_reply::refusal(&house, to.frame, &denied),
    }
}

/// The page again, with what was wrong.
async fn refused(
    house: &House,
    headers: &HeaderMap,
    to: &Onward,
    username: String,
    problem: SignInProblem,
) -> Reply {
    let (status, wait) = match problem {
        SignInProblem::Mismatch | SignInProblem::FormExpired | SignInProblem::Nobody => {
            (StatusCode::BAD_REQUEST, None)
        }
        SignInProblem::Suspended => (StatusCode::FORBIDDEN, None),
        SignInProblem::TooMany { seconds } => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
    };
    let mut reply = form(house, headers, to, status, username, false, Some(problem)).await;
    if let Some(seconds) = wait {
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    reply
}

/// The same for what was asked for elsewhere by this page's form.
async fn again(house: &House, visit: &Visit, username: &str, problem: SignInProblem) -> Reply {
    refused(house, &visit.headers, &visit.to, username.to_owned(), problem).await
}

/// The ways in beside the password that are open here.
fn other_ways(house: &House, to: &Onward) -> OtherWays {
    let sends = can_send(house);
    OtherWays {
        code: sends.then(|| to.at("/sign-in/code")),
        recover: sends.then(|| to.at("/recover")),
        register: house.registers().then(|| to.at("/register")),
    }
}

async fn form(
    house: &House,
    headers: &HeaderMap,
    to: &Onward,
    status: StatusCode,
    username: String,
    again: bool,
    problem: Option<SignInProblem>,
) -> Reply {
    let connections = match for_sign_in(house).await {
        Ok(connections) => connections,
        Err(denied) => return page_reply::refusal(house, to.frame.clone(), &denied),
    };
    let action = |id| format!("/sign-in/via/{id}?{}", to.continued());
    let vias = connections.iter().map(|found| Via::of(found, action(&found.id))).collect();
    let (target, providers) = (to.target(), targets(house, &connections));
    let targets = target.as_deref().into_iter().chain(providers.iter().map(String::as_str));
    bound(house, headers, |csrf| {
        let view = SignIn {
            vias,
            frame: to.frame.clone(),
            csrf,
            to: to.party.clone(),
            username,
            again,
            problem,
            notice: house.settings.sign_in_notice.clone(),
            passkey: house.passkeys.is_some(),
            ways: other_ways(house, to),
        };
        let reply = page_reply::page_leading_to_any(house, status, page(&view), targets);
        if view.passkey { page_reply::with_script(reply) } else { reply }
    })
}

/// A page whose form is bound to this browser by a cookie; `page` is given the form's token.
fn bound(house: &House, headers: &HeaderMap, page: impl FnOnce(String) -> Reply) -> Reply {
    let held = cookie::get(house, headers, cookie::FORM).filter(|held| held.len() == 43);
    let fresh = held.is_none().then(|| secret(house.live.vault().chance()).expose().to_owned());
    let binding = held.or_else(|| fresh.clone()).unwrap_or_default();
    let mut reply = page(house.live.vault().csrf().token(&format!("{FORM} {binding}")));
    if let Some(fresh) = fresh {
        reply.headers_mut().append(header::SET_COOKIE, cookie::set(house, cookie::FORM, &fresh, None));
    }
    reply
}

/// What the forms of this browser are bound to before anybody is signed in; empty without a cookie.
fn form_binding(house: &House, headers: &HeaderMap) -> String {
    let held = cookie::get(house, headers, cookie::FORM).unwrap_or_default();
    if held.is_empty() { held } else { format!("{FORM} {held}") }
}

/// Whether a form came from a sign-in page that this browser was shown.
fn form_is_ours(house: &House, headers: &HeaderMap, fields: &Fields<'_>) -> bool {
    let binding = form_binding(house, headers);
    let csrf = fields.get("csrf").unwrap_or_default();
    !binding.is_empty() && house.live.vault().csrf().check(&binding, csrf)
}

enum Outcome {
    SignedIn(Entered),
    Refused(SignInProblem),
}

async fn attempt(
    house: &Arc<House>,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    address: std::net::IpAddr,
    to: &Onward,
) -> Result<Outcome, Denied> {
    if !form_is_ours(house, headers, fields) {
        return Ok(Outcome::Refused(SignInProblem::FormExpired));
    }
    let (username, password) =
        (fields.get("username").unwrap_or_default(), fields.get("password").unwrap_or_default());
    let user = house.live.user_named(username).await.map_err(|cause| unavailable(&cause))?;
    let counter = known::counter(house, headers, username, user, address).await;
    let may_try = || counter.may_try(&house.throttles, address);
    if let Err(seconds) = may_try() {
        return Ok(Outcome::Refused(SignInProblem::TooMany { seconds }));
    }
    // The same look-up for nobody, and never from memory, so that its time does not tell who is known.
    let someone = user.unwrap_or(UserId::from_bytes([0; 16]));
    let stored = house.live.store().person(someone).await.map_err(|cause| unavailable(&cause))?;
    let hash = stored.and_then(|person| person.password);
    let failed = || counter.failed(&house.throttles, address);
    let verdict = house.guess(hash.clone(), password.to_owned(), may_try, failed).await?;
    let (user, upgrade) = match (user, verdict) {
        (Some(user), Ok(Verdict::Right { needs_upgrade })) => (user, needs_upgrade),
        (_, Err(seconds)) => return Ok(Outcome::Refused(SignInProblem::TooMany { seconds })),
        _ => return Ok(Outcome::Refused(SignInProblem::Mismatch)),
    };
    let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or_else(|| Denied::unavailable("a person is not there"))?;
    // The password was changed since it was looked at.
    if person.person.password != hash {
        return Ok(Outcome::Refused(SignInProblem::Mismatch));
    }
    if !person.person.is_live() {
        return Ok(Outcome::Refused(SignInProblem::Suspended));
    }
    let entered = enter(house, headers, &person, &to.client, (PASSWORD, Way::Password)).await?;
    if upgrade {
        upgraded(house, &person.person, password).await;
    }
    Ok(Outcome::SignedIn(entered))
}

/// Hashes a password that was right anew, at today's cost. It waits for the next sign-in if it cannot be
/// written now, or if the password was changed meanwhile.
async fn upgraded(house: &Arc<House>, person: &Person, password: &str) {
    let Ok(hash) = house.hash_password(password.to_owned()).await else { return };
    let user = person.id;
    let held = Change::PasswordHeld { user, hash: person.password.clone() };
    // The password is the same: nobody is owed that other nodes forget the old hash.
    if let Err(error) = house.commit_ahead(vec![held, Change::PasswordSet { user, hash }]).await {
        tracing::warn!(%error, "a password waits to be hashed anew");
    }
}
