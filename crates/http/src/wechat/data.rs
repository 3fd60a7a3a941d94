//! `POST /v1/wechat/user-data`: what a mini-program's own side hands to its back end, encrypted for it.
//!
//! The `wx` shim calls this with the launch token for `wx.getUserProfile` and for the older form of
//! `wx.getPhoneNumber`. The key itself never leaves towards a client.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::denied::{Code, Denied};
use portico_core::noun::token::Purpose;
use portico_core::rule::reveal;
use portico_core::rule::wechat::phone as rule;
use portico_core::rule::wechat::scope::{PHONE, PROFILE};
use portico_live::{LivePerson, Signed};
use portico_seal::SessionSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{identity, phone};
use crate::caller::holder;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, claim};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    kind: Kind,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Profile,
    Phone,
}

/// The route.
pub async fn user_data(State(house): State<Arc<House>>, request: Request) -> Reply {
    match answer(&house, request).await {
        Ok(answer) => reply::ok(&answer),
        Err(denied) => reply::problem(&denied),
    }
}

async fn answer(house: &House, request: Request) -> Result<Value, Denied> {
    let (parts, body) = request.into_parts();
    let signed = holder(house, &parts.headers).await?;
    if signed.token.purpose != Purpose::App {
        return Err(Denied::new(Code::InsufficientScope, "this needs an app's launch token"));
    }
    let sent: Sent = body::object(&parts.headers, body).await?;
    let person = house.live.person(signed.token.user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or_else(crate::caller::bad_token)?;
    match sent.kind {
        Kind::Profile => profile(house, &signed, &person).await,
        Kind::Phone => number(house, &signed, &person).await,
    }
}

/// `rawData` with its signature, and the same with the ids in it, encrypted.
async fn profile(house: &House, signed: &Signed, person: &LivePerson) -> Result<Value, Denied> {
    allowed(signed, PROFILE)?;
    let key = key(house, signed).await?;
    let (app, user) = (&signed.client, signed.token.user);
    let mut info = person_info(house, signed, person);
    let raw = info.to_string();
    info["openId"] = identity::open_id(house, app, user).await?.into();
    if let Some(union_id) = identity::union_id(house, app, user, &signed.scope) {
        info["unionId"] = union_id.into();
    }
    info["watermark"] = phone::watermark(house, app);
    let (data, iv) = key.encrypt(&info.to_string(), house.live.vault().chance());
    let signature = key.raw_signature(&raw);
    Ok(json!({ "rawData": raw, "signature": signature, "encryptedData": data, "iv": iv }))
}

fn person_info(house: &House, signed: &Signed, person: &LivePerson) -> Value {
    let claims = reveal::reveal(&person.profile, &signed.scope);
    let (client, user) = (&signed.client.client.id, signed.token.user);
    let picture = claims.picture.map(|picture| claim::picture(house, picture, client, user));
    json!({
        "nickName": claims.name.unwrap_or_default(), "avatarUrl": picture.unwrap_or_default(),
        "gender": 0, "language": "", "city": "", "province": "", "country": "",
    })
}

/// A phone number is given encrypted alone, as WeChat does.
async fn number(house: &House, signed: &Signed, person: &LivePerson) -> Result<Value, Denied> {
    allowed(signed, PHONE)?;
    let none = || Denied::not_found("the person has no verified phone number");
    let parts = person.profile.verified_phone().and_then(rule::parts).ok_or_else(none)?;
    let key = key(house, signed).await?;
    let info = phone::info(house, &signed.client, &parts).to_string();
    let (data, iv) = key.encrypt(&info, house.live.vault().chance());
    Ok(json!({ "encryptedData": data, "iv": iv }))
}

fn allowed(signed: &Signed, scope: &str) -> Result<(), Denied> {
    let text = "the person does not let this app see it";
    if signed.scope.has(scope) { Ok(()) } else { Err(Denied::new(Code::InsufficientScope, text)) }
}

/// The key that the app's back end has of this person.
async fn key(house: &House, signed: &Signed) -> Result<SessionSecret, Denied> {
    let none = || Denied::new(Code::Conflict, "there is no session_key: log in first");
    let (app, user) = (&signed.client, signed.token.user);
    let found =
        house.live.store().session_key(&app.client.id, user).await.map_err(|cause| unavailable(&cause))?;
    let key = found.ok_or_else(none)?;
    match house.live.carrier(&key).await.map_err(|cause| unavailable(&cause))? {
        Some(_) => identity::session_secret(house, app, user, key.generation).await,
        None => Err(none()),
    }
}
