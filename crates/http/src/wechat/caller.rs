//! Which app is calling: by `appid` and `secret`, or by its own access token.

use std::sync::Arc;

use portico_core::rule::wechat::app_token::Standing;
use portico_core::rule::wechat::errcode::Errcode;
use portico_live::LiveClient;
use portico_seal::matches;

use super::params::Asked;
use super::token;
use crate::House;
use crate::house::unavailable;

/// The app of this `appid`; one that is suspended is as if it were not there.
pub async fn named(house: &House, wx_app_id: &str) -> Result<Arc<LiveClient>, Errcode> {
    let found = house.live.app_by_wx_id(wx_app_id).await.map_err(|cause| unavailable(&cause))?;
    found.filter(|app| app.client.is_live()).ok_or(Errcode::AppId)
}

/// The app that `appid` and `secret` authenticate.
///
/// As at the token endpoint, failures are counted by address, and a good secret always passes.
pub async fn by_secret(house: &House, asked: &Asked) -> Result<Arc<LiveClient>, Errcode> {
    let appid = asked.need("appid", Errcode::AppIdMissing)?;
    let secret = asked.need("secret", Errcode::AppSecretMissing)?;
    let result = authenticated(house, appid, secret).await;
    if matches!(result, Err(Errcode::AppId | Errcode::AppSecret)) {
        failed(house, asked)?;
    }
    result
}

/// Counts a failure; an address that had too many is told no more than that.
fn failed(house: &House, asked: &Asked) -> Result<(), Errcode> {
    let throttle = &house.throttles.clients;
    throttle.may_try(&asked.address).map_err(|_| Errcode::TooOften)?;
    throttle.failed(&asked.address);
    Ok(())
}

async fn authenticated(house: &House, appid: &str, secret: &str) -> Result<Arc<LiveClient>, Errcode> {
    let app = named(house, appid).await?;
    let right = app.client.secret_digest.is_some_and(|stored| matches(&stored, secret));
    if app.client.auth.has_secret() && right { Ok(app) } else { Err(Errcode::AppSecret) }
}

/// The app whose own access token stands in `access_token`.
pub async fn by_token(house: &House, asked: &Asked) -> Result<Arc<LiveClient>, Errcode> {
    let text = asked.need("access_token", Errcode::AccessTokenMissing)?;
    let Some(presented) = token::read(house, text) else {
        failed(house, asked)?;
        return Err(Errcode::AccessToken);
    };
    let app = named(house, &presented.wx_app_id).await?;
    match token::standing(house, &app, &presented).await? {
        Standing::Good => Ok(app),
        Standing::Expired => Err(Errcode::Expired),
        Standing::Replaced => Err(Errcode::Credential),
    }
}
