//! Logout messages that wait, were delivered, or were given up.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use portico_core::denied::Denied;
use portico_core::id::DeliveryId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::delivery::{Delivery, DeliveryState, Told};
use portico_core::rule::deliver::retry_by_hand;
use portico_store::Page;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::{Answer, Id, nobody};
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

const BATCH: usize = 500;

fn view(delivery: &Delivery) -> Value {
    let (session, event) = match &delivery.what {
        Told::Logout(session) => (Some(session), None),
        Told::Data(event) => (None, Some(event.kind.as_str())),
    };
    let pending = delivery.state == DeliveryState::Pending;
    json!({
        "delivery_id": delivery.id,
        "client_id": delivery.client,
        "user_id": delivery.user,
        "session_id": session,
        "event": event,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "queued_at": rfc3339(delivery.queued_at),
        "next_at": pending.then(|| rfc3339(delivery.next_at)),
        "last_error": delivery.last_error,
    })
}

/// Deliveries by id, all or in one state.
pub(crate) async fn listed(
    house: &House,
    state: Option<&str>,
    page: Page<DeliveryId>,
) -> Result<Vec<Delivery>, Denied> {
    let unknown = || Denied::request("'state' must be pending, delivered or failed");
    let state = state.map(|text| DeliveryState::parse(text).ok_or_else(unknown)).transpose()?;
    house.live.store().deliveries(state, page).await.map_err(|cause| unavailable(&cause))
}

/// `GET /deliveries`, all or those in one `state`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<DeliveryId>::read_with(&uri, &["state"])?;
    let found = listed(&house, paged.further("state"), paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |delivery| delivery.id.to_string(), view)))
}

/// Tries a delivery again from the start, now.
pub(crate) async fn retried(desk: &Desk, id: &Id) -> Result<Delivery, Denied> {
    let id = id.of::<DeliveryId>()?;
    let find = async || -> Result<Delivery, Denied> {
        let found = desk.store().delivery(id).await.map_err(|cause| unavailable(&cause))?;
        found.ok_or_else(nobody)
    };
    let changes = retry_by_hand(&find().await?, desk.now())?;
    desk.commit(Deed::one(Act::DeliveryRetried, target(id)), changes).await?;
    desk.wake_outbox();
    find().await
}

fn target(id: DeliveryId) -> Target {
    Target::new(TargetKind::Delivery, id)
}

/// `POST /deliveries/{id}/retry`.
pub(super) async fn retry(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&view(&retried(&desk, &id).await?)))
}

/// Tries again everything that was given up, and says how many that were.
pub(crate) async fn all_retried(desk: &Desk) -> Result<usize, Denied> {
    let (mut after, mut retried) = (None, 0);
    loop {
        let page = Page { after, limit: BATCH };
        let failed = desk.store().deliveries(Some(DeliveryState::Failed), page).await;
        let failed = failed.map_err(|cause| unavailable(&cause))?;
        let Some(last) = failed.last() else { return Ok(retried) };
        after = Some(last.id);
        let mut changes = Vec::with_capacity(failed.len());
        for delivery in &failed {
            changes.extend(retry_by_hand(delivery, desk.now())?);
        }
        let targets = failed.iter().map(|delivery| target(delivery.id));
        desk.commit(Deed::each(Act::DeliveryRetried, targets), changes).await?;
        desk.wake_outbox();
        retried += failed.len();
    }
}

/// `POST /deliveries/retry`.
pub(super) async fn retry_all(desk: Desk) -> Answer {
    Ok(reply::ok(&json!({ "retried": all_retried(&desk).await? })))
}
