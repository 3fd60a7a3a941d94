//! `/settings/password`: a new password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use maud::Markup;

use super::{Browser, Halt, Visit};
use crate::form::Fields;
use crate::page::settings::password::{Password, password as page};
use crate::page::settings::{Done, Section};
use crate::reply::Reply;
use crate::route::me::account;
use crate::route::password::{PasswordTrouble, change, needs_old};
use crate::{House, known, page_reply};

/// `GET /settings/password`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Password, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    view(house, visit, &browser, &fields, None).await
}

async fn view(
    house: &House,
    visit: &Visit,
    browser: &Browser,
    fields: &Fields<'_>,
    problem: Option<PasswordTrouble>,
) -> Result<Markup, Halt> {
    let person = account(house, browser.session.user).await?;
    let profile = &person.profile;
    let named = profile.username.as_deref().or(profile.verified_email()).or(profile.verified_phone());
    Ok(page(&Password {
        sheet: visit.sheet(house, browser, fields),
        username: named.unwrap_or_default().to_owned(),
        has_one: person.person.password.is_some(),
        needs_old: needs_old(house, &browser.session),
        problem,
    }))
}

/// `POST /settings/password`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Password, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &Arc<House>, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let new = fields.get("password").unwrap_or_default();
    let words = visit.frame.words();
    let problem = match change(house, &browser.session, fields.get("old_password"), new, words).await? {
        Ok(()) => {
            let mut reply = visit.done(Done::PasswordChanged);
            let person = account(house, browser.session.user).await?;
            let known = known::remember(house, &visit.headers, &person);
            reply.headers_mut().append(header::SET_COOKIE, known);
            return Ok(reply);
        }
        Err(problem) => problem,
    };
    let markup = view(house, visit, &browser, &Fields::default(), Some(problem)).await?;
    let (status, wait) = match problem {
        PasswordTrouble::TooMany { seconds } => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
        PasswordTrouble::Stale => (StatusCode::FORBIDDEN, None),
        PasswordTrouble::Mismatch | PasswordTrouble::Weak(_) => (StatusCode::BAD_REQUEST, None),
    };
    let mut reply = page_reply::page(house, status, markup);
    if let Some(seconds) = wait {
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(reply)
}
