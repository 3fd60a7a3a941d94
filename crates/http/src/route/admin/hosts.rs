//! Hosts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::client::Client;
use portico_core::rule::register::HostSheet;
use portico_seal::Secret;
use portico_store::Page;
use serde_json::json;

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::standing::{self, HOST, find, fresh};
use super::{Answer, Id, document, view};
use crate::house::unavailable;
use crate::{House, reply};

/// `POST /hosts`: registers one, or replaces its registration.
pub(super) async fn register(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = HostSheet::read(&document, desk.live().issuer())?;
    let (fresh, secret) = fresh(&desk);
    let (desk, sheet, fresh) = (&desk, &sheet, &fresh);
    let (id, new_secret) = desk
        .act(|| async move {
            let before = desk.store().client(sheet.id()).await.map_err(|cause| unavailable(&cause))?;
            let done = sheet.clone().register(before.as_ref(), fresh, desk.now())?;
            let deed = Deed::one(Act::HostRegistered, Target::new(TargetKind::Host, sheet.id()));
            Ok((deed, done.changes, (done.client.id, done.new_secret)))
        })
        .await?;
    let mut answer = json!({ "host_id": id });
    if new_secret {
        answer["client_secret"] = secret.expose().into();
    }
    Ok(reply::json(StatusCode::CREATED, &answer))
}

/// Hosts by id.
pub(crate) async fn listed(house: &House, page: Page<ClientId>) -> Result<Vec<Client>, Denied> {
    house.live.store().hosts(page).await.map_err(|cause| unavailable(&cause))
}

/// `GET /hosts`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ClientId>::read(&uri)?;
    let found = listed(&house, paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |client| client.id.to_string(), view::client)))
}

/// `GET /hosts/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&find(&**house.live.store(), &id.of()?, HOST).await?)))
}

/// Suspends a host; when this answers, nothing of it is good any more.
pub(crate) async fn suspended(desk: &Desk, id: &Id) -> Result<Client, Denied> {
    standing::suspended(desk, id, HOST, Act::HostSuspended).await
}

/// `POST /hosts/{id}/suspend`.
pub(super) async fn suspend(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&suspended(&desk, &id).await?)))
}

/// Lets a suspended host work again.
pub(crate) async fn resumed(desk: &Desk, id: &Id) -> Result<Client, Denied> {
    standing::resumed(desk, id, HOST, Act::HostResumed).await
}

/// `POST /hosts/{id}/resume`.
pub(super) async fn resume(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&resumed(&desk, &id).await?)))
}

/// Gives a host a new secret; the old one is good no longer.
pub(crate) async fn secret_rotated(desk: &Desk, id: &Id) -> Result<(Client, Secret), Denied> {
    standing::rotate_secret(desk, id, HOST, Act::HostSecretRotated).await
}

/// `POST /hosts/{id}/rotate-secret`.
pub(super) async fn rotate_secret(desk: Desk, id: Id) -> Answer {
    let (host, secret) = secret_rotated(&desk, &id).await?;
    Ok(reply::ok(&json!({ "host_id": host.id, "client_secret": secret.expose() })))
}
