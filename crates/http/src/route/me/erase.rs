//! `DELETE /v1/me`: the person goes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::noun::session::EndReason;

use super::export::recently;
use super::{Who, answer, caller, still_here};
use crate::House;
use crate::caller::bad_token;
use crate::reply::{self, Reply};
use crate::route::sign_out;

/// The route. Refusal beside the usual ones: `reauthentication_required`.
///
/// When it answers, every session is over, every back end is told, and nothing personal is left.
pub async fn erase(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(erased(&house, &headers).await)
}

async fn erased(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    recently(house, who).await?;
    gone(house, who).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Erases the person who speaks. When it answers, every session is over, every back end is told, and nothing
/// personal is left.
pub async fn gone(house: &House, who: Who) -> Result<(), Denied> {
    // This session ends with the erasure itself, so that a call cut short before can be repeated.
    sign_out::end_others_ahead(house, who.user, Some(who.session), EndReason::Erased).await?;
    house.decide_ahead(|| decided(house, who)).await?;
    // None can begin any more; one may have begun between the two.
    sign_out::end_others(house, who.user, None, EndReason::Erased).await
}

async fn decided(house: &House, who: Who) -> Result<(Vec<Change>, ()), Denied> {
    still_here(house, who).await?;
    let mut changes = sign_out::changes(house, who.session, EndReason::Erased).await?;
    if changes.is_empty() {
        return Err(bad_token());
    }
    let now = house.now();
    changes.insert(0, Change::SessionHeld { session: who.session, now });
    changes.push(Change::PersonErased { user: who.user, at: now });
    Ok((changes, ()))
}
