//! The taxi. Drivers call where the phone number is shared, and write where it is not.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::{MiniProgram, Refusal};

pub(in super::super) fn api() -> Router<MiniProgram> {
    Router::new().route("/api/rides", post(order))
}

#[derive(Deserialize)]
struct Order {
    place: String,
}

async fn order(caller: Caller, Json(order): Json<Order>) -> Result<Json<Value>, Refusal> {
    let (to, price, minutes) = match order.place.as_str() {
        "old-town" => ("Old Town", "€6.80", 3),
        "station" => ("Central Station", "€9.40", 4),
        "airport" => ("the airport", "€24.00", 5),
        _ => return Err(Refusal::new(StatusCode::BAD_REQUEST, "unknown_place", "We do not drive there.")),
    };
    let contact = if caller.text("phone_number").is_some() { "call" } else { "message" };
    Ok(Json(json!({
        "to": to, "price": price, "minutes": minutes, "contact": contact,
        "driver": "Nikos", "car": "Yellow saloon, 4 seats", "plate": "TXK 418",
    })))
}
