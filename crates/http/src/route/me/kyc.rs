//! `/v1/me/kyc`: how far the person's identity was checked. Only the operator's provider writes it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use portico_core::denied::Denied;

use super::{account, answer, caller};
use crate::reply::{self, Reply};
use crate::{House, claim};

/// `GET /v1/me/kyc`.
pub async fn show(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(shown(&house, &headers).await)
}

async fn shown(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    Ok(reply::ok(&claim::kyc(&account(house, who.user).await?.profile.kyc)))
}
