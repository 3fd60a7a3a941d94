//! What the operator does with an account: sessions, suspension, export, erasure.

use std::sync::Arc;

use axum::extract::State;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, UserId};
use portico_core::noun::address::Address;
use portico_core::noun::consent::ConsentEntry;
use portico_core::noun::payment::PaymentMethod;
use portico_core::noun::session::{EndReason, Session};
use portico_live::LivePerson;
use portico_store::Unavailable;
use serde_json::{Value, json};

use super::users::{account, find, profile};
use super::view::when;
use super::{Answer, Id, kyc};
use crate::house::unavailable;
use crate::route::me::export::{links, picture};
use crate::route::sign_out;
use crate::when::rfc3339;
use crate::{House, claim, reply};

/// The most lines of history in an export.
const HISTORY: usize = 100_000;

/// `GET /users/{id}/sessions`: those that are live.
pub(super) async fn sessions(State(house): State<Arc<House>>, id: Id) -> Answer {
    let person = find(&house, &id).await?;
    Ok(reply::ok(&json!({ "items": live_sessions(&house, &person).await? })))
}

/// `POST /users/{id}/end-sessions`: when it answers, none of them is good any more.
pub(super) async fn end_sessions(State(house): State<Arc<House>>, id: Id) -> Answer {
    let user = find(&house, &id).await?.person.id;
    let ended = close(&house, user, EndReason::Revoked, |_| None).await?;
    Ok(reply::ok(&json!({ "user_id": user, "ended": ended })))
}

/// `POST /users/{id}/suspend`: the person is signed out everywhere and may not sign in.
pub(super) async fn suspend(State(house): State<Arc<House>>, id: Id) -> Answer {
    let (user, now) = (find(&house, &id).await?.person.id, house.now());
    let block = |person: &LivePerson| {
        person.person.is_live().then_some(Change::PersonBlocked { user, at: Some(now) })
    };
    close(&house, user, EndReason::Suspended, block).await?;
    Ok(reply::ok(&account(&find(&house, &id).await?.person)))
}

/// `POST /users/{id}/resume`.
pub(super) async fn resume(State(house): State<Arc<House>>, id: Id) -> Answer {
    let person = find(&house, &id).await?;
    if person.person.blocked_at.is_some() && person.person.erased_at.is_none() {
        house.commit(vec![Change::PersonBlocked { user: person.person.id, at: None }]).await?;
    }
    Ok(reply::ok(&account(&find(&house, &id).await?.person)))
}

/// `POST /users/{id}/erase`: the person's key is destroyed, and with it everything personal.
pub(super) async fn erase(State(house): State<Arc<House>>, id: Id) -> Answer {
    let (user, now) = (find(&house, &id).await?.person.id, house.now());
    let erase = |person: &LivePerson| {
        person.person.erased_at.is_none().then_some(Change::PersonErased { user, at: now })
    };
    close(&house, user, EndReason::Erased, erase).await?;
    Ok(reply::ok(&account(&find(&house, &id).await?.person)))
}

/// Ends every session of a person and does what else is to be done, in one commit. Answers how
/// many ended. Done again, it finishes what an earlier call may have left.
async fn close(
    house: &House,
    user: UserId,
    reason: EndReason,
    also: impl Fn(&LivePerson) -> Option<Change>,
) -> Result<usize, Denied> {
    let also = &also;
    let ended = house
        .decide(|| async move {
            let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
            let sessions = house.live.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
            let mut changes: Vec<_> = person.as_deref().and_then(also).into_iter().collect();
            for session in &sessions {
                changes.extend(sign_out::changes(house, session.id, reason).await?);
            }
            Ok((changes, sessions.len()))
        })
        .await?;
    // The list above is bounded; nobody has this many, but none may be left over.
    sign_out::end_others(house, user, None, reason).await?;
    house.live.settled().await;
    Ok(ended)
}

/// `GET /users/{id}/export`: everything that is kept about a person, in one document.
pub(super) async fn export(State(house): State<Arc<House>>, id: Id) -> Answer {
    let person = find(&house, &id).await?;
    let (user, store) = (person.person.id, house.live.store());
    let mut apps = Vec::new();
    for (app, used_at) in store.apps_of(user).await? {
        apps.push(self::app(&house, user, &app, when(used_at)).await?);
    }
    let history = store.consent_history(user, HISTORY).await?;
    Ok(reply::ok(&json!({
        "account": account(&person.person),
        "profile": profile(&person.profile),
        "addresses": person.profile.addresses.iter().map(address).collect::<Vec<_>>(),
        "payment_methods": person.profile.payment_methods.iter().map(payment_method).collect::<Vec<_>>(),
        "kyc": kyc::view(&person.profile.kyc),
        "avatar": picture(&house, &person).await?,
        "links": links(&house, user).await?,
        "sessions": live_sessions(&house, &person).await?,
        "apps": apps,
        "history": history.iter().map(line).collect::<Vec<_>>(),
    })))
}

fn address(address: &Address) -> Value {
    let mut view = claim::postal(address);
    view.insert("label".into(), address.label.clone().into());
    view.insert("default".into(), address.is_default.into());
    view.into()
}

fn payment_method(method: &PaymentMethod) -> Value {
    json!({
        "kind": method.kind,
        "brand": method.brand,
        "last4": method.last4,
        "expires": method.expires,
        "reference": method.masked_reference(),
        "default": method.is_default,
    })
}

async fn app(house: &House, user: UserId, app: &ClientId, used_at: Value) -> Result<Value, Unavailable> {
    let consents = house.live.store().consents(user, app).await?;
    let decisions: Vec<_> = consents
        .0
        .iter()
        .map(|standing| {
            json!({
                "scope": standing.scope,
                "decision": standing.decision,
                "decided_at": rfc3339(standing.decided_at),
            })
        })
        .collect();
    let open_id = house.live.client(app).await?.map(|client| client.keys.open_id(user));
    Ok(json!({ "app_id": app, "openid": open_id, "used_at": used_at, "decisions": decisions }))
}

fn line(entry: &ConsentEntry) -> Value {
    json!({
        "app_id": entry.app,
        "scope": entry.scope,
        "decision": entry.decision,
        "at": rfc3339(entry.at),
        "words": entry.words,
    })
}

async fn live_sessions(house: &House, person: &LivePerson) -> Result<Vec<Value>, Unavailable> {
    let (limits, now) = (&house.live.settings().sessions, house.now());
    let mut shown = Vec::new();
    for stored in house.live.store().sessions_of(person.person.id).await? {
        let Some(live) = house.live.session(stored.id).await? else { continue };
        if live.is_live(limits, now) {
            shown.push(session(&live.now(limits), person));
        }
    }
    Ok(shown)
}

fn session(session: &Session, person: &LivePerson) -> Value {
    json!({
        "session_id": session.id,
        "client_id": session.client,
        "label": person.open_label(&session.sealed_label),
        "method": session.method,
        "started_at": rfc3339(session.started_at),
        "used_at": rfc3339(session.used_at),
        "authenticated_at": rfc3339(session.authenticated_at),
        "expires_at": rfc3339(session.expires_at),
    })
}
