//! The nodes that share the store, as this one sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use portico_core::id::NodeId;
use portico_core::moment::Moment;
use portico_core::noun::node::Node;
use portico_live::{Live, Membership};
use portico_reach::BusState;
use portico_store::{Schema, Unavailable};
use serde_json::{Value, json};

use super::Answer;
use crate::when::rfc3339;
use crate::{House, reply};

/// How long the store may take to say how it stands; without it there is still much to tell.
const STORE: Duration = Duration::from_secs(2);

/// `GET /nodes`: the nodes that are written down, the eldest first, and how this one stands among them.
/// Each of the others is asked over the bus whether it acknowledges.
pub(super) async fn list(State(house): State<Arc<House>>) -> Answer {
    let state = house.settings.bus.as_ref().map(|bus| bus.state());
    let acknowledging = match state {
        Some(BusState::Connected) => Some(house.live.acknowledging().await),
        Some(BusState::Away(_)) | None => None,
    };
    let store = tokio::time::timeout(STORE, store(&house.live)).await;
    let (now, store) = (house.now(), store.ok().and_then(Result::ok));
    let (schema, clock) = store.clone().unwrap_or_default();
    let membership = house.live.membership();
    let seen = Seen { membership: membership.as_ref(), acknowledging, schema: schema.as_ref() };
    Ok(reply::ok(&json!({
        "now_ms": now.millis(),
        "store": { "state": if store.is_some() { "there" } else { "away" } },
        "store_now_ms": clock.map(|now| now.millis()),
        "schema": schema.as_ref().map(shown),
        "issuer": house.live.issuer(),
        "bus": bus(state),
        "lease": membership.as_ref().map(lease),
        "closings": membership.as_ref().map(|it| json!({ "waited_out_last_hour": it.waited_out })),
        "items": seen.nodes(),
    })))
}

/// What the store says of itself, its clock last: it is compared with this node's.
async fn store(live: &Live) -> Result<(Option<Schema>, Option<Moment>), Unavailable> {
    Ok((live.store_schema().await?, live.store_clock().await?))
}

fn bus(state: Option<BusState>) -> Value {
    match state {
        None => json!({ "state": "none" }),
        Some(BusState::Connected) => json!({ "state": "connected" }),
        Some(BusState::Away(why)) => json!({ "state": "away", "trouble": why }),
    }
}

fn shown(schema: &Schema) -> Value {
    json!({ "number": schema.number, "known": schema.known, "held": schema.held })
}

fn lease(membership: &Membership) -> Value {
    json!({ "left_ms": membership.lease_left / 1000, "lost_last_hour": membership.lost })
}

/// What is known of the nodes.
struct Seen<'a> {
    membership: Option<&'a Membership>,
    /// Who acknowledged; none where nobody could be asked.
    acknowledging: Option<BTreeSet<NodeId>>,
    schema: Option<&'a Schema>,
}

impl Seen<'_> {
    fn nodes(&self) -> Vec<Value> {
        let schemas: BTreeMap<_, _> =
            self.schema.iter().flat_map(|schema| schema.nodes.iter().copied()).collect();
        let nodes = self.membership.iter().flat_map(|it| it.nodes.iter().map(move |node| (*it, node)));
        nodes.map(|(membership, node)| self.view(node, membership, schemas.get(&node.id).copied())).collect()
    }

    fn view(&self, node: &Node, membership: &Membership, schema: Option<i64>) -> Value {
        let me = node.id == membership.me;
        json!({
            "node_id": node.id,
            "name": node.name,
            "version": node.version,
            "issuer": node.issuer,
            "gateway": node.gateway,
            "schema": schema,
            "entered_at": rfc3339(node.entered_at),
            "renewals": node.renewals,
            "this": me,
            // A node does not hear itself, nor does it ask itself.
            "heard": me || membership.heard.contains(&node.id),
            "acknowledges": self.acknowledging.as_ref().map(|those| me || those.contains(&node.id)),
        })
    }
}
