//! Live figures: what happened in the last hour.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::Answer;
use crate::figures::{EVERY, Sample};
use crate::when::rfc3339;
use crate::{House, reply};

fn view(sample: &Sample) -> Value {
    json!({
        "at": rfc3339(sample.at),
        "sessions": sample.sessions,
        "launches": sample.launches,
        "refusals": sample.refusals,
        "deliveries_waiting": sample.waiting,
    })
}

/// `GET /figures`: one sample for each few seconds, oldest first.
pub(super) async fn list(State(house): State<Arc<House>>) -> Answer {
    let samples = house.figures.samples();
    let items: Vec<_> = samples.iter().map(view).collect();
    Ok(reply::ok(&json!({ "seconds": EVERY.as_seconds(), "items": items })))
}
