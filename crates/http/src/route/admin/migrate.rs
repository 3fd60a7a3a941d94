//! What changes by what an app knows people: moving it to another developer, and turning OpenIDs of another app
//! into its own.

use axum::body::Body;
use axum::http::HeaderMap;
use portico_core::id::{ClientId, DeveloperId};
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::rule::register::{self, Object};
use portico_core::rule::resolve::{MOST, measure};
use serde_json::json;

use super::desk::{Deed, Desk};
use super::import::find_app;
use super::standing::{APP, find};
use super::{Answer, Id, document, view};
use crate::house::unavailable;
use crate::reply;
use crate::wechat::migrate::rows;

/// `POST /apps/{id}/move`: the app is another developer's. When this answers, no UnionID is told without having
/// been asked for anew.
pub(super) async fn to_developer(desk: Desk, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let top = Object::whole(&document)?;
    top.only(&["developer"])?;
    let developer: DeveloperId = top
        .need_text("developer", 100)?
        .parse()
        .map_err(|_| top.wrong("developer", "is not the id of a developer"))?;
    let (id, desk, developer) = (&id.of::<ClientId>()?, &desk, &developer);
    desk.close(|| async move {
        let client = find(desk.store(), id, APP).await?;
        let there = desk.store().developer(developer).await.map_err(|cause| unavailable(&cause))?;
        let changes = register::move_to(&client, developer, there.as_ref(), desk.now())?;
        let from = client.app().map(|app| app.developer.to_string()).unwrap_or_default();
        let target = Target::new(TargetKind::App, id).part(format!("from {from} to {developer}"));
        Ok((Deed::one(Act::AppMoved, target), changes, ()))
    })
    .await?;
    Ok(reply::ok(&view::client(&find(desk.store(), id, APP).await?)))
}

/// `POST /apps/{id}/migrate-openids`: OpenIDs of another app as this one knows the same people, 1,000 at most, in
/// the shape of WeChat's `changeopenid`. No agreement is needed: the operator asks.
pub(super) async fn open_ids(desk: Desk, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let top = Object::whole(&document)?;
    top.only(&["from", "openids"])?;
    let from = top.need_text("from", 255)?.parse().map_err(|_| top.wrong("from", "names no app"))?;
    let asked = top.list("openids", MOST)?.iter().map(|one| one.as_str().map(str::to_owned));
    let asked: Option<Vec<String>> = asked.collect();
    let asked = asked.ok_or_else(|| top.wrong("openids", "must be a list of texts"))?;
    measure(&asked)?;
    let to = find(desk.store(), &id.of()?, APP).await?.id;
    let (from, to) = (find_app(&desk, &from).await?, find_app(&desk, &to).await?);
    let found = desk.live().resolve_open_ids(&from, &to, &asked).await?;
    let count = found.open_ids.iter().flatten().count();
    let part = format!("{count} of {} from {}", asked.len(), from.client.id);
    desk.note(Act::OpenIdsMigrated, Target::new(TargetKind::App, &to.client.id).part(part)).await?;
    Ok(reply::ok(&json!({ "result_list": rows(&asked, &found.open_ids) })))
}
