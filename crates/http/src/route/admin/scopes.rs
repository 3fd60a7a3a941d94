//! The catalogue of scopes.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::catalogue::CatalogueEntry;
use portico_core::rule::register::ScopeSheet;
use portico_core::scope::Scope;
use portico_store::Page;
use serde_json::json;

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::{Answer, Id, document, nobody};
use crate::{House, reply};

/// `POST /scopes`: puts an entry into the catalogue, or changes its words.
pub(super) async fn register(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = ScopeSheet::read(&document)?;
    let service = match sheet.served_by() {
        Some(id) => desk.store().client(id).await?,
        None => None,
    };
    let (entry, changes) = sheet.register(service.as_ref())?;
    let deed = Deed::one(Act::ScopeRegistered, Target::new(TargetKind::Scope, &entry.scope));
    desk.commit(deed, changes).await?;
    Ok(reply::json(StatusCode::CREATED, &json!(entry)))
}

/// The catalogue by name, built-in entries among them.
pub(crate) fn listed(house: &House, page: &Page<Scope>) -> Vec<CatalogueEntry> {
    let catalogue = house.live.catalogue();
    let after = |entry: &&CatalogueEntry| page.after.as_ref().is_none_or(|after| entry.scope > *after);
    let mut found: Vec<_> = catalogue.iter().filter(after).cloned().collect();
    found.sort_by(|a, b| a.scope.cmp(&b.scope));
    found.truncate(page.limit);
    found
}

/// `GET /scopes`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<Scope>::read(&uri)?;
    let found = listed(&house, &paged.page());
    Ok(reply::ok(&paged.answer(found, |entry| entry.scope.to_string(), |entry| json!(entry))))
}

/// `GET /scopes/{name}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let name: Scope = id.of()?;
    let catalogue = house.live.catalogue();
    let entry = catalogue.iter().find(|entry| entry.scope == name).ok_or_else(nobody)?;
    Ok(reply::ok(entry))
}
