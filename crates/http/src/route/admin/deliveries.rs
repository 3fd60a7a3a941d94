//! Logout messages that wait, were delivered, or were given up.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use portico_core::denied::Denied;
use portico_core::id::DeliveryId;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_core::rule::deliver::retry_by_hand;
use portico_store::Page;
use serde_json::{Value, json};

use super::page::Paged;
use super::{Answer, Id, nobody};
use crate::when::rfc3339;
use crate::{House, reply};

const BATCH: usize = 500;

fn view(delivery: &Delivery) -> Value {
    let pending = delivery.state == DeliveryState::Pending;
    json!({
        "delivery_id": delivery.id,
        "client_id": delivery.client,
        "user_id": delivery.user,
        "session_id": delivery.session,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "queued_at": rfc3339(delivery.queued_at),
        "next_at": pending.then(|| rfc3339(delivery.next_at)),
        "last_error": delivery.last_error,
    })
}

/// `GET /deliveries`, all or those in one `state`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<DeliveryId>::read_with_state(&uri)?;
    let state = paged.state().map(|text| {
        DeliveryState::parse(text)
            .ok_or_else(|| Denied::request("'state' must be pending, delivered or failed"))
    });
    let found = house.live.store().deliveries(state.transpose()?, paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |delivery| delivery.id.to_string(), view)))
}

/// `POST /deliveries/{id}/retry`: tries one again from the start, now.
pub(super) async fn retry(State(house): State<Arc<House>>, id: Id) -> Answer {
    let id = &id.of::<DeliveryId>()?;
    let delivery = house.live.store().delivery(*id).await?.ok_or_else(nobody)?;
    house.commit(retry_by_hand(&delivery, house.now())?).await?;
    house.outbox.notify_one();
    let after = house.live.store().delivery(*id).await?.ok_or_else(nobody)?;
    Ok(reply::ok(&view(&after)))
}

/// `POST /deliveries/retry`: tries again everything that was given up.
pub(super) async fn retry_all(State(house): State<Arc<House>>) -> Answer {
    let (mut after, mut retried) = (None, 0);
    loop {
        let page = Page { after, limit: BATCH };
        let failed = house.live.store().deliveries(Some(DeliveryState::Failed), page).await?;
        let Some(last) = failed.last() else { break };
        after = Some(last.id);
        let mut changes = Vec::with_capacity(failed.len());
        for delivery in &failed {
            changes.extend(retry_by_hand(delivery, house.now())?);
        }
        house.commit(changes).await?;
        house.outbox.notify_one();
        retried += failed.len();
    }
    Ok(reply::ok(&json!({ "retried": retried })))
}
