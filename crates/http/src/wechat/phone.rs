//! `wxa/business/getuserphonenumber`: the number behind a phone code.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::id::UserId;
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_core::rule::cover;
use portico_core::rule::wechat::errcode::Errcode;
use portico_core::rule::wechat::phone::{self as rule, PhoneParts};
use portico_core::rule::wechat::scope::PHONE;
use portico_live::LiveClient;
use portico_seal::digest;
use serde_json::{Value, json};

use super::code::{Decided, presented, taken};
use super::params::Asked;
use super::reply::{self, Answer, fine};
use super::{caller, identity};
use crate::House;
use crate::house::unavailable;
use crate::reply::Reply;

/// `POST wxa/business/getuserphonenumber`.
pub async fn number(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, answered(&house, request).await)
}

async fn answered(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["access_token", "code", "openid"]).await?;
    asked.posted()?;
    let app = caller::by_token(house, &asked).await?;
    let digest = digest(asked.need("code", Errcode::CodeMissing)?);
    let named = match asked.get("openid") {
        Some(open_id) => {
            Some(identity::person_of_open_id(house, &app, open_id).await?.ok_or(Errcode::OpenId)?)
        }
        None => None,
    };
    let parts = house.decide(|| decided(house, &app, &digest, named)).await??;
    Ok(fine(json!({ "phone_info": info(house, &app, &parts) })))
}

/// A number in WeChat's form, with the watermark of the app that asks.
pub fn info(house: &House, app: &LiveClient, parts: &PhoneParts) -> Value {
    json!({
        "phoneNumber": parts.full,
        "purePhoneNumber": parts.pure,
        "countryCode": parts.country_code,
        "watermark": watermark(house, app),
    })
}

/// The watermark by which a back end recognises what was made for it, and when.
pub fn watermark(house: &House, app: &LiveClient) -> Value {
    json!({
        "timestamp": house.now().seconds(),
        "appid": identity::wx_app_id(app),
    })
}

async fn decided(
    house: &House,
    app: &LiveClient,
    digest: &[u8; 32],
    named: Option<UserId>,
) -> Decided<PhoneParts> {
    let code = match presented(house, app, digest, CodeKind::Phone).await? {
        Ok(code) => code,
        Err((ends, refusal)) => return Ok((ends, Err(refusal))),
    };
    if named.is_some_and(|named| named != code.user) {
        return Ok((vec![], Err(Errcode::OpenId)));
    }
    let consents = house.live.consents(code.user, &code.client).await.map_err(|cause| unavailable(&cause))?;
    if !cover::covered(&app.client, &consents, &code.scope).has(PHONE) {
        return Ok((vec![], Err(Errcode::NoRight)));
    }
    let Some(parts) = verified(house, &code).await? else { return Ok((vec![], Err(Errcode::OauthCode))) };
    let gave = CodeUse { token: None, token_expires_at: code.expires_at, family: None };
    Ok((taken(house, app, &code, gave).await?, Ok(parts)))
}

async fn verified(house: &House, code: &Code) -> Result<Option<PhoneParts>, portico_core::denied::Denied> {
    let person = house.live.person(code.user).await.map_err(|cause| unavailable(&cause))?;
    Ok(person.and_then(|person| rule::parts(person.profile.verified_phone()?)))
}
