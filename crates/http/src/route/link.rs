//! Tying identities elsewhere to a person who is signed in at a host: a ticket is asked for by the host, walked
//! through in one browser, and completed by the host in the same session.

mod back;
mod complete;
mod open;
mod proof;
mod ticket;
mod walk;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::House;

/// The routes.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/v1/link-tickets", post(ticket::issue))
        .route("/v1/links", post(complete::complete))
        .route("/link/{ticket}", get(open::open).head(looked_at))
        .route("/link/return/{connection}", get(back::back).head(looked_at))
}

/// Whoever only looks, as what shows previews of links does, opens and takes nothing.
async fn looked_at() -> StatusCode {
    StatusCode::OK
}
