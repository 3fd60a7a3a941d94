//! Hosts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::id::ClientId;
use portico_core::noun::client::Client;
use portico_core::rule::register::{self, HostSheet};
use serde_json::json;

use super::page::Paged;
use super::standing::{self, change, find, fresh};
use super::{Answer, Id, document, view};
use crate::house::unavailable;
use crate::{House, reply};

fn is_host(client: &Client) -> bool {
    client.host().is_some()
}

/// `POST /hosts`: registers one, or replaces its registration.
pub(super) async fn register(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = HostSheet::read(&document, house.live.issuer())?;
    let (fresh, secret) = fresh(&house);
    let (house, sheet, fresh) = (&*house, &sheet, &fresh);
    let (id, new_secret) = house
        .decide(|| async move {
            let before = house.live.store().client(sheet.id()).await.map_err(|cause| unavailable(&cause))?;
            let done = sheet.clone().register(before.as_ref(), fresh, house.now())?;
            Ok((done.changes, (done.client.id, done.new_secret)))
        })
        .await?;
    let mut answer = json!({ "host_id": id });
    if new_secret {
        answer["client_secret"] = secret.expose().into();
    }
    Ok(reply::json(StatusCode::CREATED, &answer))
}

/// `GET /hosts`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ClientId>::read(&uri)?;
    let found = house.live.store().hosts(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |client| client.id.to_string(), view::client)))
}

/// `GET /hosts/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&find(&house, &id.of()?, is_host).await?)))
}

/// `POST /hosts/{id}/suspend`.
pub(super) async fn suspend(State(house): State<Arc<House>>, id: Id) -> Answer {
    let now = house.now();
    let after = change(&house, &id, is_host, |host| Ok(register::suspend(host, now))).await?;
    Ok(reply::ok(&view::client(&after)))
}

/// `POST /hosts/{id}/resume`.
pub(super) async fn resume(State(house): State<Arc<House>>, id: Id) -> Answer {
    let after = change(&house, &id, is_host, |host| Ok(register::resume(host))).await?;
    Ok(reply::ok(&view::client(&after)))
}

/// `POST /hosts/{id}/rotate-secret`.
pub(super) async fn rotate_secret(State(house): State<Arc<House>>, id: Id) -> Answer {
    let (host, secret) = standing::rotate_secret(&house, &id, is_host).await?;
    Ok(reply::ok(&json!({ "host_id": host.id, "client_secret": secret.expose() })))
}
