//! `/settings/devices`: where the person is signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use maud::Markup;
use portico_core::denied::Denied;
use portico_seal::ClientKeys;

use super::{Halt, Visit, keys};
use crate::page::settings::devices::{Device, Devices, devices as page};
use crate::page::settings::{Done, Section};
use crate::page::signed_out::{SignedOut, signed_out};
use crate::page::words::Words;
use crate::reply::Reply;
use crate::route::me::sessions::{self, devices, end_all_others, end_one};
use crate::route::me::{Who, account};
use crate::when::stamp;
use crate::{House, cookie, known, page_reply};

/// What a session of Portico's own pages is called where the device said nothing.
const OWN_NAME: &str = "Portico";

/// `GET /settings/devices`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Devices, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    let (who, keys) = (browser.who(), keys(house)?);
    let mut found = devices(house, who.user).await?;
    found.sort_by_key(|device| device.session.id != who.session);
    let view = Devices {
        sheet: visit.sheet(house, &browser, &fields),
        devices: found.into_iter().map(|found| device(found, who, &keys, visit.frame.words())).collect(),
    };
    Ok(page(&view))
}

/// `POST /settings/devices`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Devices, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let who = browser.who();
    match fields.need("action")? {
        "end_session" => {
            let session = keys(house)?.session(fields.need("session")?);
            end_one(house, who, session).await?;
            match session == Some(who.session) {
                true => Ok(left(house, visit)),
                false => Ok(visit.done(Done::SessionEnded)),
            }
        }
        "end_others" => {
            end_all_others(house, who).await?;
            let mut reply = visit.done(Done::OthersEnded);
            let person = account(house, who.user).await?;
            let known = known::remember(house, &visit.headers, &person);
            reply.headers_mut().append(header::SET_COOKIE, known);
            Ok(reply)
        }
        _ => Err(Denied::request("this action is not known").into()),
    }
}

fn device(found: sessions::Device, who: Who, keys: &ClientKeys, words: &Words) -> Device {
    Device {
        session: keys.session_sid(found.session.id),
        label: found.label.or(found.client).unwrap_or_else(|| OWN_NAME.to_owned()),
        signed_in: stamp(found.session.started_at, words),
        last_used: stamp(found.session.used_at, words),
        current: found.session.id == who.session,
    }
}

/// The page after the person has signed out here.
pub(super) fn left(house: &House, visit: &Visit) -> Reply {
    let view = SignedOut { frame: visit.frame.clone(), back: None };
    let mut reply = page_reply::page(house, StatusCode::OK, signed_out(&view));
    reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, cookie::SESSION));
    reply
}
