//! Identity checks, as the operator's provider reports them.

use axum::body::Body;
use axum::http::HeaderMap;
use portico_core::denied::Denied;
use portico_core::noun::audit::Act;
use portico_core::noun::kyc::Kyc;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::users::{find, target};
use super::view::when;
use super::{Answer, Id, document};
use crate::reply;
use crate::route::kyc::{Report, reported};

/// `PUT /users/{id}/kyc`.
pub(super) async fn set(desk: Desk, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let user = find(&desk, &id).await?.person.id;
    let report = &report(document(&headers, body).await?)?;
    let desk = &desk;
    let kyc = desk
        .act(|| async move {
            let (changes, kyc) = reported(desk.live(), user, report, None).await?;
            Ok((Deed::one(Act::IdentityChecked, target(user)), changes, kyc))
        })
        .await?;
    let mut shown = view(&kyc);
    shown["user_id"] = user.to_string().into();
    Ok(reply::ok(&shown))
}

fn report(document: Value) -> Result<Report, Denied> {
    let known = |name: &String| ["level", "status", "verified_at"].contains(&name.as_str());
    if document.as_object().is_some_and(|members| !members.keys().all(known)) {
        return Err(Denied::request("an identity check has 'level', 'status' and 'verified_at' alone"));
    }
    let text = "'level' is none, basic or full; 'status' is none, pending, verified, rejected or expired";
    serde_json::from_value(document).map_err(|_| Denied::request(text))
}

/// An identity check as the operator sees it.
pub(super) fn view(kyc: &Kyc) -> Value {
    json!({
        "level": kyc.level.as_str(),
        "status": kyc.status.as_str(),
        "verified_at": when(kyc.verified_at),
    })
}
