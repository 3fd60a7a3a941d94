//! The operator's console: pages over what the admin API does, each in the file of its name.
//!
//! A page calls the same functions as the JSON route, so that whatever can be done here can be done from
//! the command line, and is audited alike. It speaks English only, and needs no script.

mod app;
mod apps;
mod asset;
mod audit;
mod chart;
mod client;
mod deliveries;
mod door;
mod frame;
mod hosts;
mod links;
mod overview;
mod people;
mod person;
mod provider;
mod scopes;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use portico_core::denied::Denied;

pub use provider::Provider;
pub(crate) use visit::Ended;

use crate::House;
use crate::reply::{self, Reply};

/// The routes of the console, on the operator's listener.
pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/", get(home))
        .route("/console", get(overview::show))
        .route("/console/assets/{file}", get(asset::asset))
        .route("/console/sign-in", get(door::show).post(door::submit))
        .route("/console/sign-out", post(door::leave))
        .route("/console/provider", get(provider::back))
        .route("/console/provider/leave", get(provider::leave))
        .route("/console/people", get(people::show))
        .route("/console/people/{id}", get(person::show).post(person::act))
        .route("/console/apps", get(apps::show))
        .route("/console/apps/{id}", get(app::show).post(app::act))
        .route("/console/hosts", get(hosts::show))
        .route("/console/hosts/{id}", get(hosts::show_one).post(hosts::act))
        .route("/console/scopes", get(scopes::show))
        .route("/console/deliveries", get(deliveries::show).post(deliveries::act))
        .route("/console/audit", get(audit::show))
}

async fn home() -> Reply {
    reply::see_other("/console")
}

/// The page for an address under `/console` where nothing is.
pub(crate) fn nothing_here() -> Reply {
    frame::refusal(&Denied::not_found("there is nothing here"))
}
