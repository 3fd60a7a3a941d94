//! `/settings/data`: the person's data, to take along or to have deleted.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use maud::Markup;
use portico_core::denied::{Code, Denied};

use super::devices::left;
use super::{Halt, Visit, keys};
use crate::House;
use crate::page::settings::Section;
use crate::page::settings::data::{Data, data as page};
use crate::reply::{self, Reply};
use crate::route::me::{erase, export};

/// Where a browser goes whose person did not sign in within the last minutes.
const SIGN_IN: &str = "/sign-in?continue=%2Fsettings%2Fdata";

/// `GET /settings/data`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Data, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    Ok(page(&Data { sheet: visit.sheet(house, &browser, &fields) }))
}

/// `POST /settings/data`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Data, request);
    let result = acted(&house, &visit, body).await;
    visit.taken(&house, result)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let who = browser.who();
    match export::recently(house, who).await {
        Err(denied) if denied.code == Code::ReauthenticationRequired => {
            return Ok(reply::see_other(SIGN_IN));
        }
        other => other?,
    };
    match fields.need("action")? {
        "export" => {
            let languages = [visit.frame.words().lang];
            Ok(export::attachment(&export::document(house, who, &keys(house)?, &languages).await?)?)
        }
        "delete" => {
            erase::gone(house, who).await?;
            Ok(left(house, visit))
        }
        _ => Err(Denied::request("this action is not known").into()),
    }
}
