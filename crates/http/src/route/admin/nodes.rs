//! The nodes that share the store, as this one sees them.

use std::sync::Arc;

use axum::extract::State;
use portico_core::noun::node::Node;
use portico_live::Membership;
use portico_reach::BusState;
use serde_json::{Value, json};

use super::Answer;
use crate::when::rfc3339;
use crate::{House, reply};

/// `GET /nodes`: the nodes that are written down, the eldest first, and how this one stands among them.
pub(super) async fn list(State(house): State<Arc<House>>) -> Answer {
    let bus = match house.settings.bus.as_ref().map(|bus| bus.state()) {
        None => json!({ "state": "none" }),
        Some(BusState::Connected) => json!({ "state": "connected" }),
        Some(BusState::Away(why)) => json!({ "state": "away", "trouble": why }),
    };
    let membership = house.live.membership();
    let clock = house.live.store_clock().await?;
    Ok(reply::ok(&json!({
        "now_ms": house.now().millis(),
        "store_now_ms": clock.map(|now| now.millis()),
        "issuer": house.live.issuer(),
        "bus": bus,
        "lease": membership.as_ref().map(lease),
        "items": membership.iter().flat_map(nodes).collect::<Vec<_>>(),
    })))
}

fn lease(membership: &Membership) -> Value {
    json!({ "left_ms": membership.lease_left / 1000, "lost": membership.lost })
}

fn nodes(membership: &Membership) -> impl Iterator<Item = Value> {
    membership.nodes.iter().map(|node| view(node, membership))
}

fn view(node: &Node, membership: &Membership) -> Value {
    let me = node.id == membership.me;
    json!({
        "node_id": node.id,
        "name": node.name,
        "version": node.version,
        "entered_at": rfc3339(node.entered_at),
        "renewals": node.renewals,
        "this": me,
        // A node does not hear itself.
        "heard": me || membership.heard.contains(&node.id),
    })
}
