//! Agreements between apps.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, NotAnId};
use portico_core::noun::agreement::Agreement;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::rule::register::AgreementSheet;
use portico_store::{Page, Read};
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::{Answer, Refusal, document, nobody};
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

/// The most agreements of one app that the console shows.
const SHOWN: usize = 200;

/// The two apps of an agreement, as a page's `next` writes them: `from/to`.
#[derive(Clone)]
struct Pair(ClientId, ClientId);

impl FromStr for Pair {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (from, to) = text.split_once('/').ok_or(NotAnId("pair of apps"))?;
        Ok(Self(from.parse()?, to.parse()?))
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

fn pair(path: Option<Path<(String, String)>>) -> Result<Pair, Refusal> {
    let Path((from, to)) = path.ok_or_else(nobody)?;
    let id = |text: &str| text.parse().map_err(|_| nobody());
    Ok(Pair(id(&from)?, id(&to)?))
}

fn view(agreement: &Agreement) -> Value {
    json!({ "from": agreement.from, "to": agreement.to, "registered_at": rfc3339(agreement.registered_at) })
}

fn target(from: &ClientId, to: &ClientId) -> Target {
    Target::new(TargetKind::App, from).part(to)
}

/// `POST /agreements`: registers one; again changes nothing.
pub(super) async fn register(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let sheet = AgreementSheet::read(&document(&headers, body).await?)?;
    let (desk, sheet) = (&desk, &sheet);
    let registered = desk
        .act(|| async move {
            let there = between(desk.store(), &sheet.from, &sheet.to).await?;
            let client = async |id| desk.store().client(id).await.map_err(|cause| unavailable(&cause));
            let (from, to) = (client(&sheet.from).await?, client(&sheet.to).await?);
            let (made, changes) = sheet.register(from.as_ref(), to.as_ref(), desk.now())?;
            let deed = Deed::one(Act::AgreementRegistered, target(&sheet.from, &sheet.to));
            Ok((deed, changes, there.unwrap_or(made)))
        })
        .await?;
    Ok(reply::json(StatusCode::CREATED, &view(&registered)))
}

async fn between(store: &dyn Read, from: &ClientId, to: &ClientId) -> Result<Option<Agreement>, Denied> {
    store.agreement(from, to).await.map_err(|cause| unavailable(&cause))
}

/// `GET /agreements`: all, or those of `app`, either way round.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<Pair>::read_with(&uri, &["app"])?;
    let of = paged.further("app").map(|app| app.parse().map_err(|_| Denied::request("'app' is no app id")));
    let Page { after, limit } = paged.page();
    let page = Page { after: after.map(|Pair(from, to)| (from, to)), limit };
    let found = house.live.store().agreements(of.transpose()?.as_ref(), page).await?;
    let id = |agreement: &Agreement| Pair(agreement.from.clone(), agreement.to.clone()).to_string();
    Ok(reply::ok(&paged.answer(found, id, view)))
}

/// The agreements of one app, either way round: as many as a page of the console shows.
pub(crate) async fn agreements_of(store: &dyn Read, app: &ClientId) -> Result<Vec<Agreement>, Denied> {
    let page = Page { after: None, limit: SHOWN };
    store.agreements(Some(app), page).await.map_err(|cause| unavailable(&cause))
}

/// `GET /agreements/{from}/{to}`.
pub(super) async fn show(State(house): State<Arc<House>>, path: Option<Path<(String, String)>>) -> Answer {
    let Pair(from, to) = pair(path)?;
    let found = between(&**house.live.store(), &from, &to).await?;
    Ok(reply::ok(&view(&found.ok_or_else(nobody)?)))
}

/// `DELETE /agreements/{from}/{to}`: nothing is resolved any more.
pub(super) async fn remove(desk: Desk, path: Option<Path<(String, String)>>) -> Answer {
    let Pair(from, to) = &pair(path)?;
    let desk = &desk;
    desk.act(|| async move {
        between(desk.store(), from, to).await?.ok_or_else(nobody)?;
        let ended = Change::AgreementEnded { from: from.clone(), to: to.clone() };
        Ok((Deed::one(Act::AgreementEnded, target(from, to)), vec![ended], ()))
    })
    .await?;
    Ok(reply::ok(&json!({ "from": from, "to": to, "removed": true })))
}
