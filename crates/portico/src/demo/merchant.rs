//! The marketplace's back end: a shop that was written for WeChat, and runs as it was.
//!
//! It knows nothing of Portico. A request brings `X-WX-OPENID`, `X-WX-APPID` and `X-WX-SOURCE`, as WeChat's own
//! gateway sets them; the OpenID in a body has to be the same; answers have an `errcode`. Its customers are kept by
//! the OpenIDs that it knows. What stands before it is [`GATEWAY`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::tap;
use super::traffic::Traffic;

/// By what the shop is registered: the app whose OpenIDs it knows.
pub(super) const APP_ID: &str = "org.example.made-nearby";

/// The gateway's configuration, with the shop's address in the place of `UPSTREAM`.
pub(super) const GATEWAY: &str = include_str!("gateway.toml");

/// The first order's number.
const FIRST: u32 = 1001;

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

/// Orders by the customer's OpenID.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<BTreeMap<String, Vec<Value>>>>);

/// Serves the shop for as long as the process runs.
pub(super) async fn serve(listener: TcpListener, traffic: Arc<Traffic>) {
    let served = axum::serve(listener, tap::over(routes(), traffic, "shop")).await;
    if let Err(error) = served {
        tracing::error!(%error, "the marketplace's back end stopped serving");
    }
}

fn routes() -> Router {
    Router::new()
        .route("/api/goods", get(|| async { fine(json!({ "goods": &GOODS })) }))
        .route("/api/orders", post(order).get(orders))
        .with_state(Orders::default())
}

#[derive(Deserialize)]
struct Order {
    openid: String,
    goods: Vec<String>,
}

async fn order(State(orders): State<Orders>, headers: HeaderMap, Json(order): Json<Order>) -> Json<Value> {
    if customer(&headers) != Some(&order.openid) {
        return wrong(40003, "invalid openid");
    }
    let chosen: Vec<_> = GOODS.iter().filter(|good| order.goods.iter().any(|id| id == good.id)).collect();
    if chosen.is_empty() || chosen.len() != order.goods.len() {
        return wrong(47001, "unknown goods");
    }
    let cents: u32 = chosen.iter().map(|good| good.cents).sum();
    let mut all = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    let before: usize = all.values().map(Vec::len).sum();
    let number = FIRST + u32::try_from(before).unwrap_or(0);
    let made = json!({ "openid": &order.openid, "number": number, "cents": cents });
    all.entry(order.openid).or_default().push(made.clone());
    fine(made)
}

/// What the customer has ordered.
async fn orders(State(orders): State<Orders>, headers: HeaderMap) -> Json<Value> {
    let Some(openid) = customer(&headers) else { return wrong(40003, "invalid openid") };
    let all = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    fine(json!({ "openid": openid, "orders": all.get(openid) }))
}

/// Who calls, as the gateway in front says.
fn customer(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-wx-openid")?.to_str().ok().filter(|_| headers.contains_key("x-wx-source"))
}

fn fine(mut answer: Value) -> Json<Value> {
    answer["errcode"] = 0.into();
    answer["errmsg"] = "ok".into();
    Json(answer)
}

fn wrong(errcode: u32, errmsg: &str) -> Json<Value> {
    Json(json!({ "errcode": errcode, "errmsg": errmsg }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use portico_gateway::Gateway;
    use portico_gateway::settings::GatewayFile;

    use super::*;

    #[test]
    fn the_gateway_before_the_shop_is_configured_for_what_the_shop_reads() {
        let text = GATEWAY.replace("UPSTREAM", "http://127.0.0.1:1");
        let gateway: Gateway = GatewayFile::read(&text).unwrap().section().try_into().unwrap();
        assert_eq!(gateway.routes[0].known_as.as_str(), APP_ID);
    }

    #[tokio::test]
    async fn a_customer_is_who_the_headers_say_and_nobody_else() {
        let headers = |openid: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-wx-openid", openid.parse().unwrap());
            headers.insert("x-wx-source", "wx_client".parse().unwrap());
            headers
        };
        let state = || State(Orders::default());
        let ask = |openid: &str, goods: &[&str]| {
            let goods = goods.iter().map(ToString::to_string).collect();
            Json(Order { openid: openid.to_owned(), goods })
        };
        let orders = state();
        let made = order(orders.clone(), headers("oAna"), ask("oAna", &["cup", "honey"])).await.0;
        assert_eq!(
            (&made["number"], &made["cents"], &made["errcode"]),
            (&json!(1001), &json!(2750), &json!(0))
        );
        let mine = super::orders(orders.clone(), headers("oAna")).await.0;
        assert_eq!(mine["orders"].as_array().unwrap().len(), 1);
        assert_eq!(super::orders(orders, headers("oBob")).await.0["orders"], Value::Null);
        for (who, named, goods) in [("oAna", "oBob", "cup"), ("oAna", "oAna", "moon")] {
            assert_ne!(order(state(), headers(who), ask(named, &[goods])).await.0["errcode"], 0);
        }
        assert_eq!(order(state(), HeaderMap::new(), ask("oAna", &["cup"])).await.0["errcode"], 40003);
    }
}
