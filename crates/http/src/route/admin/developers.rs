//! Developers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::id::DeveloperId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::developer::Developer;
use portico_core::rule::register;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::{Answer, Id, document, nobody};
use crate::when::rfc3339;
use crate::{House, reply};

fn view(developer: &Developer) -> Value {
    json!({
        "developer_id": developer.id,
        "name": developer.name,
        "registered_at": rfc3339(developer.registered_at),
    })
}

/// `POST /developers`: registers one, or changes its name.
pub(super) async fn register(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let mut developer = register::developer(&document, desk.now())?;
    if let Some(before) = desk.store().developer(&developer.id).await? {
        developer.registered_at = before.registered_at;
    }
    let deed = Deed::one(Act::DeveloperRegistered, Target::new(TargetKind::Developer, &developer.id));
    desk.commit(deed, vec![Change::DeveloperRegistered(developer.clone())]).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "developer_id": developer.id, "name": developer.name })))
}

/// `GET /developers`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<DeveloperId>::read(&uri)?;
    let found = house.live.store().developers(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |developer| developer.id.to_string(), view)))
}

/// `GET /developers/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let found = house.live.store().developer(&id.of()?).await?;
    Ok(reply::ok(&view(&found.ok_or_else(nobody)?)))
}
