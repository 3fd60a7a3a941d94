//! The marketplace. Receipts go by e-mail where the address is shared, and stay in the app where it is not.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::Caller;
use super::{MiniProgram, Refusal};

#[derive(Serialize)]
struct Good {
    id: &'static str,
    name: &'static str,
    maker: &'static str,
    cents: u32,
}

static GOODS: [Good; 6] = [
    Good { id: "lamp", name: "Reading lamp", maker: "Atelier Nord", cents: 6900 },
    Good { id: "cup", name: "Stoneware cup", maker: "Clay & Fire", cents: 1800 },
    Good { id: "bag", name: "Canvas bag", maker: "Old Harbour", cents: 5400 },
    Good { id: "chair", name: "Kitchen chair", maker: "Joiner’s Yard", cents: 12900 },
    Good { id: "honey", name: "Thyme honey", maker: "Hill Apiary", cents: 950 },
    Good { id: "plant", name: "Potted fig", maker: "Green Court", cents: 2400 },
];

static ORDERS: AtomicU32 = AtomicU32::new(1001);

pub(in super::super) fn api() -> Router<MiniProgram> {
    Router::new()
        .route("/api/goods", get(|| async { Json(json!({ "goods": &GOODS })) }))
        .route("/api/orders", post(order))
}

#[derive(Deserialize)]
struct Order {
    goods: Vec<String>,
}

async fn order(caller: Caller, Json(order): Json<Order>) -> Result<Json<Value>, Refusal> {
    let chosen: Vec<_> = GOODS.iter().filter(|good| order.goods.iter().any(|id| id == good.id)).collect();
    if chosen.is_empty() || chosen.len() != order.goods.len() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "unknown_goods",
            "Something in the bag is not for sale.",
        ));
    }
    let name = caller.text("name").and_then(|name| name.split(' ').next()).unwrap_or("neighbour");
    let cents: u32 = chosen.iter().map(|good| good.cents).sum();
    let number = ORDERS.fetch_add(1, Ordering::Relaxed);
    Ok(Json(json!({ "number": number, "cents": cents, "name": name, "receipt_to": caller.text("email") })))
}
