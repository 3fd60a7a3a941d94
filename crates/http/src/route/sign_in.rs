//! `/sign-in`: the page, and the password.

mod enter;
mod onward;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_seal::{Verdict, normalise_username, secret};

use crate::caller::browser_session;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::sign_in::{SignIn, SignInProblem, sign_in as page};
use crate::reply::Reply;
use crate::{House, body, caller, cookie, page_reply};

pub use enter::{Entered, enter};
pub use onward::{OWN_CLIENT, Onward};

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
    form(&house, &parts.headers, to, StatusCode::OK, username, again, None)
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
        Ok(Outcome::Refused(problem)) => {
            let (status, wait) = match problem {
                SignInProblem::Mismatch | SignInProblem::FormExpired => (StatusCode::BAD_REQUEST, None),
                SignInProblem::Suspended => (StatusCode::FORBIDDEN, None),
                SignInProblem::TooMany { seconds } => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
            };
            let mut reply = form(&house, &parts.headers, to, status, username, false, Some(problem));
            if let Some(seconds) = wait {
                reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            reply
        }
        Err(denied) => page_reply::refusal(&house, to.frame, &denied),
    }
}

fn form(
    house: &House,
    headers: &HeaderMap,
    to: Onward,
    status: StatusCode,
    username: String,
    again: bool,
    problem: Option<SignInProblem>,
) -> Reply {
    let held = cookie::get(house, headers, cookie::FORM).filter(|held| held.len() == 43);
    let fresh = held.is_none().then(|| secret(house.live.vault().chance()).expose().to_owned());
    let binding = held.or_else(|| fresh.clone()).unwrap_or_default();
    let view = SignIn {
        frame: to.frame,
        csrf: house.live.vault().csrf().token(&format!("sign in {binding}")),
        to: to.party,
        username,
        again,
        problem,
        notice: house.settings.sign_in_notice.clone(),
    };
    let inner = to.query.unwrap_or_default();
    let target =
        Fields::parse(inner.as_bytes()).ok().and_then(|fields| fields.get("redirect_uri").map(str::to_owned));
    let mut reply = page_reply::page_leading_to(house, status, page(&view), target.as_deref());
    if let Some(fresh) = fresh {
        reply.headers_mut().append(header::SET_COOKIE, cookie::set(house, cookie::FORM, &fresh, None));
    }
    reply
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
    let held = cookie::get(house, headers, cookie::FORM).unwrap_or_default();
    let csrf = fields.get("csrf").unwrap_or_default();
    if held.is_empty() || !house.live.vault().csrf().check(&format!("sign in {held}"), csrf) {
        return Ok(Outcome::Refused(SignInProblem::FormExpired));
    }
    let (username, password) =
        (fields.get("username").unwrap_or_default(), fields.get("password").unwrap_or_default());
    let account = house.live.vault().handles().index("sign-in", &normalise_username(username));
    let throttles = &house.throttles;
    if let Err(seconds) = throttles.accounts.may_try(&account).and(throttles.addresses.may_try(&address)) {
        return Ok(Outcome::Refused(SignInProblem::TooMany { seconds }));
    }
    let person = house.live.person_named(username).await.map_err(|cause| unavailable(&cause))?;
    let hash = person.as_ref().and_then(|person| person.person.password.clone());
    let verdict = house.verify_password(hash, password.to_owned()).await?;
    let (person, upgrade) = match (person, verdict) {
        (Some(person), Verdict::Right { needs_upgrade }) => (person, needs_upgrade),
        _ => {
            throttles.accounts.failed(&account);
            throttles.addresses.failed(&address);
            return Ok(Outcome::Refused(SignInProblem::Mismatch));
        }
    };
    if !person.person.is_live() {
        return Ok(Outcome::Refused(SignInProblem::Suspended));
    }
    if upgrade {
        let hash = house.hash_password(password.to_owned()).await?;
        house
            .commit(vec![Change::PasswordSet { user: person.person.id, hash }])
            .await
            .map_err(|e| crate::house::refused(&e))?;
    }
    Ok(Outcome::SignedIn(enter(house, headers, &person, &to.client, "pwd").await?))
}
