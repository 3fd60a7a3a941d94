//! The web authorization: `connect/oauth2/authorize`, `sns/oauth2/*`, `sns/userinfo`, `sns/auth`.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::denied::{Code as Reason, Denied};
use portico_core::id::TokenId;
use portico_core::noun::code::{CodeKind, CodeUse};
use portico_core::rule::authorize::redirect;
use portico_core::rule::reveal;
use portico_core::rule::wechat::code::ACCESS_LIFE;
use portico_core::rule::wechat::errcode::Errcode;
use portico_core::rule::wechat::scope::{PROFILE, Snsapi};
use portico_live::LiveClient;
use portico_seal::digest;
use serde_json::{Value, json};

use super::code::{Decided, presented, taken};
use super::grant::{Grant, known_as};
use super::params::Asked;
use super::reply::{self as answering, Answer, fine};
use super::{caller, identity};
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::route::authorize::WECHAT;
use crate::{House, claim, page_reply};

/// `GET connect/oauth2/authorize`: the same request in the words of the house's own authorization endpoint,
/// which signs in, asks, and answers in WeChat's way.
pub async fn authorize(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let frame = page_reply::frame(&Fields::default(), &parts.headers);
    match led_on(&house, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => reply::see_other(&to),
        Err(Refused::Page(problem)) => page_reply::problem_page(&house, frame, problem, None),
        Err(Refused::Denied(denied)) => page_reply::refusal(&house, frame, &denied),
    }
}

/// What is wrong with a request that leads to no app's address.
enum Refused {
    Page(Problem),
    Denied(Denied),
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

async fn led_on(house: &House, query: &str) -> Result<String, Refused> {
    let fields = Fields::parse(query.as_bytes())?;
    let found = house.live.app_by_wx_id(fields.get("appid").unwrap_or_default()).await;
    let found = found.map_err(|cause| unavailable(&cause))?.filter(|live| live.client.is_live());
    let live = found.ok_or(Refused::Page(Problem::UnknownApp))?;
    let app = live.client.app().ok_or(Refused::Page(Problem::UnknownApp))?;
    let to = redirect(&live.client, fields.get("redirect_uri"));
    let to = to.map_err(|_| Refused::Page(Problem::UnregisteredReturn))?;
    if fields.get("response_type") != Some("code") {
        return Err(Denied::request("response_type must be 'code'").into());
    }
    let unknown = || Denied::new(Reason::InvalidScope, "scope must be 'snsapi_base' or 'snsapi_userinfo'");
    let scope = fields.get("scope").and_then(Snsapi::read).ok_or_else(unknown)?;
    let own = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", live.client.id.as_str())
        .append_pair("redirect_uri", &to)
        .append_pair("response_type", "code")
        .append_pair("response_mode", WECHAT)
        .append_pair("scope", &scope.asks(app).to_string())
        .append_pair("state", fields.get("state").unwrap_or_default())
        .finish();
    Ok(format!("/oauth/authorize?{own}"))
}

/// `GET|POST sns/oauth2/access_token`: a code for the tokens.
pub async fn redeem(State(house): State<Arc<House>>, request: Request) -> Reply {
    answering::sns(&house, redeemed(&house, request).await)
}

async fn redeemed(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["appid", "secret", "code", "grant_type"]).await?;
    let app = caller::by_secret(house, &asked).await?;
    asked.grant("authorization_code")?;
    let digest = digest(asked.need("code", Errcode::CodeMissing)?);
    let grant = house.decide(|| decided(house, &app, &digest)).await??;
    house.live.app_used(grant.user, &app.client.id);
    tokens(house, &app, &grant, &grant.refresh_token(house)).await
}

async fn decided(house: &House, app: &LiveClient, digest: &[u8; 32]) -> Decided<Grant> {
    let code = match presented(house, app, digest, CodeKind::Wechat).await? {
        Ok(code) => code,
        Err((ends, refusal)) => return Ok((ends, Err(refusal))),
    };
    let now = house.now();
    let grant = Grant {
        id: TokenId::from_bytes(house.live.vault().fresh()),
        wx_app_id: identity::wx_app_id(app).to_owned(),
        user: code.user,
        session: code.session,
        known_as: known_as(&identity::open_id(house, app, code.user).await?),
        scope: code.scope.clone(),
        since: now,
    };
    let gave = CodeUse { token: Some(grant.id), token_expires_at: now + ACCESS_LIFE, family: None };
    Ok((taken(house, app, &code, gave).await?, Ok(grant)))
}

async fn tokens(house: &House, app: &LiveClient, grant: &Grant, refresh_token: &str) -> Answer {
    let holds = grant.covered(house, app).await?;
    let mut answer = json!({
        "access_token": grant.access_token(house),
        "expires_in": ACCESS_LIFE.as_seconds(),
        "refresh_token": refresh_token,
        "openid": identity::open_id(house, app, grant.user).await?,
        "scope": Snsapi::holding(&holds).as_str(),
    });
    if let Some(union_id) = identity::union_id(house, app, grant.user, &holds) {
        answer["unionid"] = union_id.into();
    }
    Ok(answer)
}

/// `GET|POST sns/oauth2/refresh_token`: another access token; the refresh token stays what it is.
pub async fn refresh(State(house): State<Arc<House>>, request: Request) -> Reply {
    answering::sns(&house, refreshed(&house, request).await)
}

async fn refreshed(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["appid", "grant_type", "refresh_token"]).await?;
    let app = caller::named(house, asked.need("appid", Errcode::AppIdMissing)?).await?;
    asked.grant("refresh_token")?;
    let text = asked.need("refresh_token", Errcode::RefreshTokenMissing)?;
    let grant = Grant::of_refresh(house, text).filter(|grant| grant.wx_app_id == identity::wx_app_id(&app));
    let grant = grant.ok_or(Errcode::RefreshToken)?;
    if !grant.may_refresh(house, &app).await? {
        return Err(Errcode::RefreshToken);
    }
    tokens(house, &app, &Grant { since: house.now(), ..grant }, text).await
}

/// `GET|POST sns/userinfo`: name and picture.
pub async fn userinfo(State(house): State<Arc<House>>, request: Request) -> Reply {
    answering::sns(&house, shown(&house, request).await)
}

async fn shown(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["access_token", "openid"]).await?;
    let (grant, app) = granted(house, &asked).await?;
    let holds = grant.covered(house, &app).await?;
    if !holds.has(PROFILE) {
        return Err(Errcode::NoRight);
    }
    let person = house.live.person(grant.user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or(Errcode::Credential)?;
    let claims = reveal::reveal(&person.profile, &holds);
    let picture = claims.picture.map(|picture| claim::picture(house, picture, &app.client.id, grant.user));
    let mut answer = json!({
        "openid": identity::open_id(house, &app, grant.user).await?,
        "nickname": claims.name.unwrap_or_default(),
        "sex": 0, "province": "", "city": "", "country": "",
        "headimgurl": picture.unwrap_or_default(),
        "privilege": Value::Array(vec![]),
    });
    if let Some(union_id) = identity::union_id(house, &app, grant.user, &holds) {
        answer["unionid"] = union_id.into();
    }
    Ok(answer)
}

/// `GET|POST sns/auth`: whether an access token is good for this person.
pub async fn check(State(house): State<Arc<House>>, request: Request) -> Reply {
    answering::sns(&house, checked(&house, request).await)
}

async fn checked(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request, &["access_token", "openid"]).await?;
    granted(house, &asked).await?;
    Ok(fine(json!({})))
}

/// What the access token of a call says, if it is good and about the person whom `openid` names.
async fn granted(house: &House, asked: &Asked) -> Result<(Grant, Arc<LiveClient>), Errcode> {
    let text = asked.need("access_token", Errcode::AccessTokenMissing)?;
    let grant = Grant::of_access(house, text).ok_or(Errcode::AccessToken)?;
    let app = house.live.app_by_wx_id(&grant.wx_app_id).await.map_err(|cause| unavailable(&cause))?;
    let app = app.filter(|app| app.client.is_live()).ok_or(Errcode::Credential)?;
    grant.is_good(house, &app).await?;
    let open_id = asked.need("openid", Errcode::OpenIdMissing)?;
    let named = identity::person_of_open_id(house, &app, open_id).await?;
    if named == Some(grant.user) { Ok((grant, app)) } else { Err(Errcode::OpenId) }
}
