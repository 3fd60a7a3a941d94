//! `/settings`: the pages where a person sees what is known of them, and takes it back. Each section is a file
//! of its own here.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use maud::Markup;
use portico_core::denied::{Code, Denied};
use portico_core::noun::session::Session;
use portico_seal::{ClientKeys, digest};

use super::me::Who;
use super::sign_in::OWN_CLIENT;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::Frame;
use crate::page::error::Problem;
use crate::page::settings::{Done, Section, Sheet};
use crate::reply::{self, Reply};
use crate::{House, body, cookie, page_reply};

mod apps;
mod contacts;
mod data;
mod devices;
mod history;
mod links;
mod password;
mod profile;
mod security;

pub use security::name_of;

/// The routes.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/settings", get(apps::show).post(apps::act))
        .route("/settings/profile", get(profile::show).post(profile::act))
        .route("/settings/profile/picture", get(profile::show_picture).post(profile::put_picture))
        .route("/settings/contacts", get(contacts::show).post(contacts::act))
        .route("/settings/data", get(data::show).post(data::act))
        .route("/settings/devices", get(devices::show).post(devices::act))
        .route("/settings/security", get(security::show).post(security::act))
        .route("/settings/security/passkeys", post(security::finish_adding))
        .route("/settings/security/passkeys/options", post(security::begin_adding))
        .route("/settings/links", get(links::show).post(links::act))
        .route("/settings/history", get(history::show))
        .route("/settings/password", get(password::show).post(password::act))
}

/// A request to a section: who asks is looked at when it is read.
struct Visit {
    section: Section,
    frame: Frame,
    headers: HeaderMap,
    query: String,
}

/// Why a section is not shown, or a form of it not taken.
enum Halt {
    /// Nobody is signed in in this browser.
    SignedOut,
    /// The form is too old, or not this browser's.
    FormExpired,
    /// Anything else.
    Refused(Denied),
}

impl From<Denied> for Halt {
    fn from(denied: Denied) -> Self {
        if denied.code == Code::InvalidToken { Self::SignedOut } else { Self::Refused(denied) }
    }
}

impl Visit {
    /// Reads the head of a request; the body comes with it, for [`Visit::form`].
    fn to(section: Section, request: Request) -> (Self, Body) {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let fields = Fields::parse(query.as_bytes()).unwrap_or_default();
        let frame = page_reply::frame(&fields, &parts.headers);
        (Self { section, frame, headers: parts.headers, query }, body)
    }

    /// The signed-in person and the query, for showing the section.
    async fn read(&self, house: &House) -> Result<(Browser, Fields<'_>), Halt> {
        let fields = Fields::parse(self.query.as_bytes())?;
        Ok((Browser::of(house, &self.headers).await?, fields))
    }

    /// The signed-in person and the form that they sent from a section of theirs.
    async fn form(&self, house: &House, body: Body) -> Result<(Browser, Fields<'static>), Halt> {
        let bytes = body::form(&self.headers, body).await?;
        let browser = Browser::of(house, &self.headers).await?;
        let fields = Fields::parse(&bytes)?.into_owned();
        let csrf = fields.get("csrf").unwrap_or_default();
        match house.live.vault().csrf().check(&browser.binding(), csrf) {
            true => Ok((browser, fields)),
            false => Err(Halt::FormExpired),
        }
    }

    /// What every page of the settings is given.
    fn sheet(&self, house: &House, browser: &Browser, fields: &Fields<'_>) -> Sheet {
        Sheet {
            frame: self.frame.clone(),
            csrf: house.live.vault().csrf().token(&browser.binding()),
            done: fields.get("done").and_then(Done::from_code),
        }
    }

    /// The redirect after a form was taken.
    fn done(&self, done: Done) -> Reply {
        reply::see_other(&format!("{}?done={}", self.section.path(), done.code()))
    }

    /// The answer to a `GET`.
    fn shown(&self, house: &House, result: Result<Markup, Halt>) -> Reply {
        self.taken(house, result.map(|markup| page_reply::page(house, StatusCode::OK, markup)))
    }

    /// The answer to a `POST`.
    fn taken(&self, house: &House, result: Result<Reply, Halt>) -> Reply {
        match result {
            Ok(reply) => reply,
            Err(Halt::SignedOut) => {
                let onward: String =
                    form_urlencoded::byte_serialize(self.section.path().as_bytes()).collect();
                reply::see_other(&format!("/sign-in?continue={onward}"))
            }
            Err(Halt::FormExpired) => {
                page_reply::problem_page(house, self.frame.clone(), Problem::FormExpired, None)
            }
            Err(Halt::Refused(denied)) => page_reply::refusal(house, self.frame.clone(), &denied),
        }
    }
}

/// The keys under which the settings name what they show.
fn keys(house: &House) -> Result<ClientKeys, Denied> {
    let own = OWN_CLIENT.parse().map_err(|_| Denied::unavailable("no own client id"))?;
    Ok(house.live.vault().client_keys(&own))
}

/// The session of a browser, and the value of its cookie.
struct Browser {
    session: Session,
    cookie: String,
}

impl Browser {
    /// The browser of a request; the session counts as used.
    async fn of(house: &House, headers: &HeaderMap) -> Result<Self, Halt> {
        let cookie = cookie::get(house, headers, cookie::SESSION).ok_or(Halt::SignedOut)?;
        let session =
            house.live.session_by_cookie(&digest(&cookie)).await.map_err(|cause| unavailable(&cause))?;
        let session = session.ok_or(Halt::SignedOut)?;
        let live = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))?;
        live.iter().for_each(|live| house.live.touch(live));
        Ok(Self { session, cookie })
    }

    fn who(&self) -> Who {
        Who { user: self.session.user, session: self.session.id }
    }

    /// What forms of the settings are bound to in this browser.
    fn binding(&self) -> String {
        format!("settings {}", self.cookie)
    }
}
