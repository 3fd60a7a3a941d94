//! `/v1/me/sessions`: where the person is signed in.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::denied::Denied;
use portico_core::id::{SessionId, UserId};
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::acr;
use portico_core::rule::guard::forgotten;
use portico_seal::ClientKeys;
use serde_json::{Value, json};

use super::{Who, account, answer, caller};
use crate::House;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::rewrite::rewrite_ahead;
use crate::route::sign_out;

/// The name that the session in use goes by beside its id.
const CURRENT: &str = "current";

/// A session, as the device it lives on.
pub struct Device {
    /// The session, with its last use as it is now.
    pub session: Session,
    /// What the device called itself.
    pub label: Option<String>,
    /// The name of the client through which it began; none for Portico's own pages.
    pub client: Option<String>,
}

/// A person's live sessions, latest used first.
pub async fn devices(house: &House, user: UserId) -> Result<Vec<Device>, Denied> {
    let (person, limits) = (account(house, user).await?, house.live.settings().sessions);
    let stored = house.live.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
    let mut devices = Vec::with_capacity(stored.len());
    for session in stored {
        let live = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))?;
        let session = live.map_or(session, |live| live.now(&limits));
        if !session.is_live(house.now()) {
            continue;
        }
        let client = house.live.client(&session.client).await.map_err(|cause| unavailable(&cause))?;
        devices.push(Device {
            label: person.open_label(&session.sealed_label),
            client: client.map(|client| client.client.name.clone()),
            session,
        });
    }
    devices.sort_by_key(|device| std::cmp::Reverse(device.session.used_at));
    Ok(devices)
}

/// `GET /v1/me/sessions`.
pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(listed(&house, &headers).await)
}

async fn listed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    Ok(reply::ok(&json!({ "sessions": view(house, who, &signed.client.keys).await? })))
}

/// A person's live sessions as JSON, with the ids by which this client knows them.
pub async fn view(house: &House, who: Who, keys: &ClientKeys) -> Result<Vec<Value>, Denied> {
    let devices = devices(house, who.user).await?;
    let one = |device: &Device| {
        json!({
            "id": keys.session_sid(device.session.id),
            "current": device.session.id == who.session,
            "label": device.label,
            "client_name": device.client,
            "methods": acr::named(&device.session.method),
            "started_at": device.session.started_at.seconds(),
            "used_at": device.session.used_at.seconds(),
            "expires_at": device.session.expires_at.seconds(),
        })
    };
    Ok(devices.iter().map(one).collect())
}

/// `DELETE /v1/me/sessions/{sid}`, and `/current`.
pub async fn end(
    State(house): State<Arc<House>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Reply {
    answer(ended(&house, path, &headers).await)
}

async fn ended(
    house: &House,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let sid = path.map(|Path(sid)| sid).unwrap_or_default();
    let session = match sid.as_str() {
        CURRENT => Some(who.session),
        sid => signed.client.keys.session(sid),
    };
    end_one(house, who, session).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Ends one of the person's sessions: signed out of if it is the one in which they speak, else revoked.
///
/// One that is over already is answered alike; one that is not the person's is `not_found`.
pub async fn end_one(house: &House, who: Who, session: Option<SessionId>) -> Result<(), Denied> {
    let not_there = || Denied::not_found("you have no session of this id");
    let session = session.ok_or_else(not_there)?;
    let stored = house.live.store().session(session).await.map_err(|cause| unavailable(&cause))?;
    if stored.is_none_or(|stored| stored.user != who.user) {
        return Err(not_there());
    }
    let reason = if session == who.session { EndReason::SignedOut } else { EndReason::Revoked };
    sign_out::end(house, session, reason).await
}

/// `DELETE /v1/me/sessions`: all but this one.
pub async fn end_others(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(others_ended(&house, &headers).await)
}

async fn others_ended(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    end_all_others(house, who).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Ends all sessions of the person but the one in which they speak, and forgets the browsers that know them.
pub async fn end_all_others(house: &House, who: Who) -> Result<(), Denied> {
    rewrite_ahead(house, who, |profile| Ok(forgotten(profile.clone()))).await?;
    sign_out::end_others(house, who.user, Some(who.session), EndReason::Revoked).await
}
