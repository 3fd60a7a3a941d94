//! Connections.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::id::ConnectionId;
use portico_core::noun::connection::{Connection, ConnectionKind};
use portico_core::rule::register::{ConnectionSheet, replaces};
use serde_json::{Value, json};

use super::page::Paged;
use super::{Answer, Id, document, nobody};
use crate::connection::wrap;
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

/// The connection without its secret, which is never shown again.
fn view(connection: &Connection) -> Value {
    let ConnectionKind::Oidc { issuer, client_id, scope } = &connection.kind;
    json!({
        "connection_id": connection.id,
        "kind": "oidc",
        "name": connection.name,
        "icon": connection.icon,
        "sign_in": connection.sign_in,
        "issuer": issuer,
        "client_id": client_id,
        "has_client_secret": connection.wrapped_secret.is_some(),
        "scope": scope,
        "registered_at": rfc3339(connection.registered_at),
    })
}

/// `POST /connections`: registers one, or replaces it. Without `client_secret` the one there is stays.
pub(super) async fn register(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = ConnectionSheet::read(&document, house.now())?;
    let fresh = sheet.secret.as_deref().map(|secret| wrap(&house, &sheet.connection, secret));
    let connection = house
        .decide(|| async {
            let id = &sheet.connection.id;
            let before = house.live.store().connection(id).await.map_err(|cause| unavailable(&cause))?;
            let mut after = replaces(before.as_ref(), sheet.connection.clone());
            let held = before.as_ref().and_then(|before| before.wrapped_secret.clone());
            after.wrapped_secret = fresh.clone().or(held);
            let change = match before {
                Some(before) => {
                    Change::ConnectionRewritten { before: Box::new(before), after: Box::new(after.clone()) }
                }
                None => Change::ConnectionRegistered(Box::new(after.clone())),
            };
            Ok((vec![change], after))
        })
        .await?;
    let mut shown = view(&connection);
    shown["redirect_uri"] = format!("{}/sign-in/return/{}", house.live.issuer(), connection.id).into();
    Ok(reply::json(StatusCode::CREATED, &shown))
}

/// `GET /connections`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ConnectionId>::read(&uri)?;
    let found = house.live.store().connections(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |connection| connection.id.to_string(), view)))
}

/// `GET /connections/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let found = house.live.store().connection(&id.of()?).await?;
    Ok(reply::ok(&view(&found.ok_or_else(nobody)?)))
}

/// `DELETE /connections/{id}`: nobody signs in with it any more; links made by it stay.
pub(super) async fn remove(State(house): State<Arc<House>>, id: Id) -> Answer {
    let id: ConnectionId = id.of()?;
    house.live.store().connection(&id).await?.ok_or_else(nobody)?;
    house.commit(vec![Change::ConnectionRemoved { connection: id.clone() }]).await?;
    Ok(reply::ok(&json!({ "connection_id": id, "removed": true })))
}
