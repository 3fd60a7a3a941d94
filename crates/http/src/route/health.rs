//! `GET /health/live` and `GET /health/ready`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::House;
use crate::reply::{self, Reply};

/// The process runs.
pub async fn live() -> Reply {
    reply::ok(&json!({ "status": "live" }))
}

/// Requests may be sent here: the store answers, a lease that is needed is not about to end, and the node
/// is not about to stop.
pub async fn ready(State(house): State<Arc<House>>) -> Reply {
    if house.is_draining() {
        return reply::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "draining" }));
    }
    match house.live.is_ready().await {
        Ok(()) => reply::ok(&json!({ "status": "ready" })),
        Err(cause) => {
            tracing::warn!(%cause, "not ready");
            reply::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "unavailable" }))
        }
    }
}
