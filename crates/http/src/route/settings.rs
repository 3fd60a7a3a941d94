//! `/settings`: the page where a person sees and takes back what they allowed.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use portico_core::denied::{Code, Denied};
use portico_core::id::ClientId;
use portico_core::noun::session::{EndReason, Session};
use portico_core::scope::ScopeSet;
use portico_seal::{ClientKeys, digest};

use self::view::Shown;
use super::me::apps::{Keep, withdraw};
use super::me::sessions::end_one;
use super::me::{Who, languages};
use super::sign_in::OWN_CLIENT;
use super::sign_out;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::error::Problem;
use crate::page::settings::{Done, settings as settings_page};
use crate::page::signed_out::{SignedOut, signed_out};
use crate::page::{Frame, Theme};
use crate::reply::{self, Reply};
use crate::{House, body, cookie, page_reply};

mod view;

/// Where a browser without a session goes.
const SIGN_IN: &str = "/sign-in?continue=%2Fsettings";

/// The routes.
pub fn routes() -> Router<Arc<House>> {
    Router::new().route("/settings", get(show).post(act))
}

/// The session of a browser, and the value of its cookie.
struct Browser {
    session: Session,
    cookie: String,
}

impl Browser {
    /// The browser of a request; the session counts as used.
    async fn of(house: &House, headers: &HeaderMap) -> Result<Option<Self>, Denied> {
        let Some(cookie) = cookie::get(house, headers, cookie::SESSION) else { return Ok(None) };
        let session =
            house.live.session_by_cookie(&digest(&cookie)).await.map_err(|cause| unavailable(&cause))?;
        let Some(session) = session else { return Ok(None) };
        let live = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))?;
        live.iter().for_each(|live| house.live.touch(live));
        Ok(Some(Self { session, cookie }))
    }

    fn who(&self) -> Who {
        Who { user: self.session.user, session: self.session.id }
    }

    /// What forms of this page are bound to in this browser.
    fn binding(&self) -> String {
        format!("settings {}", self.cookie)
    }
}

/// The keys under which this page names sessions.
fn keys(house: &House) -> Result<ClientKeys, Denied> {
    let own = OWN_CLIENT.parse().map_err(|_| Denied::unavailable("no own client id"))?;
    Ok(house.live.vault().client_keys(&own))
}

async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let fields = match Fields::parse(query.as_bytes()) {
        Ok(fields) => fields,
        Err(denied) => return page_reply::refusal(&house, Frame::default(), &denied),
    };
    let frame = Frame {
        theme: fields.get("theme").and_then(Theme::named),
        ui_locales: page_reply::locales(fields.get("ui_locales"), &parts.headers),
    };
    match shown(&house, &parts.headers, &fields, &frame).await {
        Ok(reply) => reply,
        Err(denied) if denied.code == Code::InvalidToken => reply::see_other(SIGN_IN),
        Err(denied) => page_reply::refusal(&house, frame, &denied),
    }
}

async fn shown(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    frame: &Frame,
) -> Result<Reply, Denied> {
    let Some(browser) = Browser::of(house, headers).await? else { return Ok(reply::see_other(SIGN_IN)) };
    let shown = Shown {
        who: browser.who(),
        frame: frame.clone(),
        csrf: house.live.vault().csrf().token(&browser.binding()),
        done: fields.get("done").and_then(Done::from_code),
        open_app: fields.get("app").map(str::to_owned),
        whole_history: fields.get("history") == Some("all"),
        languages: languages(headers),
    };
    let view = view::view(house, shown, &keys(house)?).await?;
    Ok(page_reply::page(house, StatusCode::OK, settings_page(&view)))
}

async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let frame = Frame { ui_locales: page_reply::locales(None, &parts.headers), ..Frame::default() };
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return page_reply::refusal(&house, frame, &denied),
    };
    match acted(&house, &parts.headers, &bytes, &frame).await {
        Ok(reply) => reply,
        Err(denied) if denied.code == Code::InvalidToken => reply::see_other(SIGN_IN),
        Err(denied) => page_reply::refusal(&house, frame, &denied),
    }
}

async fn acted(house: &House, headers: &HeaderMap, bytes: &[u8], frame: &Frame) -> Result<Reply, Denied> {
    let Some(browser) = Browser::of(house, headers).await? else { return Ok(reply::see_other(SIGN_IN)) };
    let fields = Fields::parse(bytes)?;
    if !house.live.vault().csrf().check(&browser.binding(), fields.get("csrf").unwrap_or_default()) {
        return Ok(page_reply::problem_page(house, frame.clone(), Problem::FormExpired, None));
    }
    let who = browser.who();
    let (done, app) = match fields.need("action")? {
        "withdraw" => {
            let app = app(&fields)?;
            let scope = fields.need("scope")?.parse().map_err(|_| Denied::request("scope is malformed"))?;
            withdraw(house, who, &app, Keep::AllBut(scope)).await?;
            (Done::Withdrawn, Some(app))
        }
        "withdraw_all" => {
            let app = app(&fields)?;
            withdraw(house, who, &app, Keep::Only(ScopeSet::empty())).await?;
            (Done::WithdrawnAll, Some(app))
        }
        "end_session" => {
            let session = keys(house)?.session(fields.need("session")?);
            end_one(house, who, session).await?;
            if session == Some(who.session) {
                return Ok(left(house, frame));
            }
            (Done::SessionEnded, None)
        }
        "end_others" => {
            sign_out::end_others(house, who.user, Some(who.session), EndReason::Revoked).await?;
            (Done::OthersEnded, None)
        }
        _ => return Err(Denied::request("this action is not known")),
    };
    let app = app.map(|app| format!("&app={app}")).unwrap_or_default();
    Ok(reply::see_other(&format!("/settings?done={}{app}", done.code())))
}

fn app(fields: &Fields<'_>) -> Result<ClientId, Denied> {
    fields.need("app_id")?.parse().map_err(|_| Denied::not_found("you have not used an app of this id"))
}

/// The page after the person has signed out here.
fn left(house: &House, frame: &Frame) -> Reply {
    let view = SignedOut { frame: frame.clone(), back: None };
    let mut reply = page_reply::page(house, StatusCode::OK, signed_out(&view));
    reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, cookie::SESSION));
    reply
}
