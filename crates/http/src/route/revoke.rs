//! `POST /oauth/revoke` (RFC 7009).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use portico_core::denied::Denied;
use portico_core::noun::session::EndReason;
use portico_core::rule::revoke as rule;
use portico_live::LiveClient;

use super::sign_out;
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::reply::{self, Reply};
use crate::{House, body, caller};

/// The route. A token that is unknown, or not the caller's, is answered like one that was revoked.
pub async fn revoke(State(house): State<Arc<House>>, request: Request) -> Reply {
    match answer(&house, request).await {
        Ok(()) => reply::empty(StatusCode::OK),
        Err(denied) => reply::oauth(&denied),
    }
}

async fn answer(house: &House, request: Request) -> Result<(), Denied> {
    let (parts, body) = request.into_parts();
    let bytes = body::form(&parts.headers, body).await?;
    let fields = Fields::parse(&bytes)?;
    let client = caller::client(house, &parts.headers, &fields, caller::address(&parts.extensions)).await?;
    let text = fields.need("token")?;
    match house.live.vault().refresh().read(text) {
        Some((family, _)) => refresh_token(house, &client, family).await,
        None => access_token(house, &client, text).await,
    }
}

/// Revoking a host's refresh token, of whatever generation, signs the person out.
async fn refresh_token(
    house: &House,
    client: &LiveClient,
    id: portico_core::id::FamilyId,
) -> Result<(), Denied> {
    let family = house.live.store().family(id).await.map_err(|cause| unavailable(&cause))?;
    match family.filter(|family| family.client == client.client.id) {
        Some(family) => sign_out::end(house, family.session, EndReason::SignedOut).await,
        None => Ok(()),
    }
}

async fn access_token(house: &House, client: &LiveClient, text: &str) -> Result<(), Denied> {
    let token = house.live.token(text).await.map_err(|cause| unavailable(&cause))?;
    let Some(token) = token else { return Ok(()) };
    let changes = rule::revoke(&token, &client.client.id, house.now());
    if changes.is_empty() {
        return Ok(());
    }
    house.commit(changes).await.map_err(|error| refused(&error))
}
