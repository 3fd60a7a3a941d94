//! `sns/jscode2session`, `wxa/checksession` and `wxa/resetusersessionkey`.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::Change;
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_core::noun::wechat::SessionKey;
use portico_core::rule::cover;
use portico_core::rule::wechat::errcode::Errcode;
use portico_core::rule::wechat::session_key::{self as rule, LogIn};
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

/// What shows that a back end has a key.
const SIGNED: [&str; 4] = ["access_token", "openid", "signature", "sig_method"];

/// `GET|POST sns/jscode2session`: a log-in code for the OpenID and the key of the session.
pub async fn log_in(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::sns(&house, logged_in(&house, request).await)
}

async fn logged_in(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["appid", "secret", "js_code", "grant_type"]).await?;
    let app = caller::by_secret(house, &asked).await?;
    asked.grant("authorization_code")?;
    let digest = digest(asked.need("js_code", Errcode::CodeMissing)?);
    let (code, generation) = house.decide(|| decided(house, &app, &digest)).await??;
    house.live.app_used(code.user, &code.client);
    let consents = house.live.consents(code.user, &code.client).await.map_err(|cause| unavailable(&cause))?;
    let holds = cover::covered(&app.client, &consents, &code.scope);
    let key = identity::session_secret(house, &app, code.user, generation).await?.text();
    let mut answer = json!({
        "openid": identity::open_id(house, &app, code.user).await?,
        "session_key": key.expose(),
    });
    if let Some(union_id) = identity::union_id(house, &app, code.user, &holds) {
        answer["unionid"] = union_id.into();
    }
    Ok(answer)
}

async fn decided(house: &House, app: &LiveClient, digest: &[u8; 32]) -> Decided<(Code, u32)> {
    let code = match presented(house, app, digest, CodeKind::Login).await? {
        Ok(code) => code,
        Err((ends, refusal)) => return Ok((ends, Err(refusal))),
    };
    let (now, id) = (house.now(), &app.client.id);
    let before = house.live.store().session_key(id, code.user).await.map_err(|cause| unavailable(&cause))?;
    let is_carried = match &before {
        Some(before) => {
            before.session == code.session
                || house.live.carrier(before).await.map_err(|cause| unavailable(&cause))?.is_some()
        }
        None => false,
    };
    let who = LogIn { app: id, user: code.user, session: code.session, is_carried };
    let (generation, turned) = rule::log_in(before.as_ref(), who, now);
    let gave = CodeUse { token: None, token_expires_at: code.expires_at, family: None };
    let mut changes = taken(house, app, &code, gave).await?;
    changes.extend(turned);
    Ok((changes, Ok((code, generation))))
}

/// `GET|POST wxa/checksession`: whether the session behind a key is good.
pub async fn check(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, checked(&house, request).await)
}

async fn checked(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &SIGNED).await?;
    let app = caller::by_token(house, &asked).await?;
    signed(house, &app, &asked).await?;
    Ok(fine(json!({})))
}

/// `GET|POST wxa/resetusersessionkey`: another key in the place of one that is known.
pub async fn reset(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, replaced(&house, request).await)
}

async fn replaced(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &SIGNED).await?;
    let app = caller::by_token(house, &asked).await?;
    let answer: Result<Value, Errcode> = house.decide(|| turned(house, &app, &asked)).await?;
    answer.map(fine)
}

async fn turned(house: &House, app: &LiveClient, asked: &Asked) -> Decided<Value> {
    let key = match signed(house, app, asked).await {
        Ok(key) => key,
        Err(refusal) => return Ok((vec![], Err(refusal))),
    };
    let now = house.now();
    let (generation, turned) = rule::reset(&key, now);
    let text = identity::session_secret(house, app, key.user, generation).await?.text();
    let answer = json!({
        "openid": identity::open_id(house, app, key.user).await?,
        "session_key": text.expose(),
    });
    let held = Change::SessionHeld { session: key.session, now };
    Ok(([held].into_iter().chain(turned).collect(), Ok(answer)))
}

/// The key by which `signature` was made over nothing, if it is good now, with the session that carries it.
async fn signed(house: &House, app: &LiveClient, asked: &Asked) -> Result<SessionKey, Errcode> {
    let open_id = asked.need("openid", Errcode::OpenIdMissing)?;
    let user = identity::person_of_open_id(house, app, open_id).await?.ok_or(Errcode::OpenId)?;
    let signature = asked.need("signature", Errcode::Signature)?;
    if asked.get("sig_method") != Some("hmac_sha256") {
        return Err(Errcode::Signature);
    }
    let id = &app.client.id;
    let found = house.live.store().session_key(id, user).await;
    let key = found.map_err(|cause| unavailable(&cause))?.ok_or(Errcode::Signature)?;
    let session = house.live.carrier(&key).await.map_err(|cause| unavailable(&cause))?;
    for generation in rule::good(&key, session.is_some(), house.now()) {
        if identity::session_secret(house, app, user, generation).await?.signed("", signature) {
            return Ok(SessionKey { session: session.unwrap_or(key.session), ..key });
        }
    }
    Err(Errcode::Signature)
}
