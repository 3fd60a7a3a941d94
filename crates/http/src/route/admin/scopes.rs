//! The catalogue of scopes.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::rule::register::ScopeSheet;
use portico_core::scope::Scope;
use serde_json::json;

use super::page::Paged;
use super::{Answer, Id, document, nobody};
use crate::{House, reply};

/// `POST /scopes`: puts an entry into the catalogue, or changes its words.
pub(super) async fn register(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = ScopeSheet::read(&document)?;
    let service = match sheet.served_by() {
        Some(id) => house.live.store().client(id).await?,
        None => None,
    };
    let (entry, changes) = sheet.register(service.as_ref())?;
    house.commit(changes).await?;
    Ok(reply::json(StatusCode::CREATED, &json!(entry)))
}

/// `GET /scopes`: the whole catalogue by name, built-in entries among them.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<Scope>::read(&uri)?;
    let page = paged.page();
    let catalogue = house.live.catalogue();
    let mut found: Vec<_> = catalogue
        .iter()
        .filter(|entry| page.after.as_ref().is_none_or(|after| entry.scope > *after))
        .collect();
    found.sort_by(|a, b| a.scope.cmp(&b.scope));
    found.truncate(page.limit);
    Ok(reply::ok(&paged.answer(found, |entry| entry.scope.to_string(), |entry| json!(entry))))
}

/// `GET /scopes/{name}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let name: Scope = id.of()?;
    let catalogue = house.live.catalogue();
    let entry = catalogue.iter().find(|entry| entry.scope == name).ok_or_else(nobody)?;
    Ok(reply::ok(entry))
}
