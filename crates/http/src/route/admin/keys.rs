//! Signing keys. What is shown is public.

use std::sync::Arc;

use axum::extract::State;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::key::SigningKeyRecord;
use portico_core::rule::rotate;
use serde_json::{Value, json};

use super::Answer;
use super::desk::{Deed, Desk};
use super::view::when;
use crate::when::rfc3339;
use crate::{House, reply};

fn view(house: &House) -> Value {
    let (ring, now) = (house.live.ring(), house.now());
    let state = |key: &SigningKeyRecord| match rotate::signing(ring.records(), key.alg, now) {
        _ if key.signs_from > now => "next",
        Some(signing) if signing.kid == key.kid => "signing",
        _ => "retiring",
    };
    let shown = |key: &SigningKeyRecord| {
        json!({
            "kid": key.kid,
            "alg": key.alg,
            "state": state(key),
            "created_at": rfc3339(key.created_at),
            "signs_from": rfc3339(key.signs_from),
            "retires_at": when(key.retires_at),
        })
    };
    json!({ "items": rotate::published(ring.records(), now).map(shown).collect::<Vec<_>>() })
}

/// `GET /keys`: every key that is published, oldest first.
pub(super) async fn list(State(house): State<Arc<House>>) -> Answer {
    Ok(reply::ok(&view(&house)))
}

/// `POST /keys/rotate`: makes the next key of every algorithm; it is published at once and signs
/// once every relying party has had time to see it.
pub(super) async fn rotate(State(house): State<Arc<House>>, desk: Desk) -> Answer {
    let making = Arc::clone(&house);
    let changes = tokio::task::spawn_blocking(move || making.live.rotation(true)).await;
    let changes = changes.map_err(|_| Denied::unavailable("a key was not made"))?;
    let made = changes.iter().filter_map(|change| match change {
        Change::KeyMade(key) => Some(Target::new(TargetKind::Key, &key.kid)),
        _ => None,
    });
    desk.commit(Deed::each(Act::KeyMade, made.collect::<Vec<_>>()), changes).await?;
    Ok(reply::ok(&view(&house)))
}
