//! By what an app knows people at this face: one place, for every endpoint.

use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::rule::wechat::scope::UNION_ID;
use portico_core::scope::ScopeSet;
use portico_live::LiveClient;
use portico_seal::SessionSecret;

use crate::House;
use crate::house::unavailable;

/// By what its back end knows the app. An app that was removed and is registered again has another one, so
/// what was made under the old one is good for nothing.
pub fn wx_app_id(app: &LiveClient) -> &str {
    app.client.app().map(|app| app.wx_app_id.as_str()).unwrap_or_default()
}

/// The `session_key` of this generation of the person at the app.
pub async fn session_secret(
    house: &House,
    app: &LiveClient,
    user: UserId,
    generation: u32,
) -> Result<SessionSecret, Denied> {
    house.live.session_secret(app, user, generation).await.map_err(|cause| unavailable(&cause))
}

/// The person's OpenID at the app.
pub async fn open_id(house: &House, app: &LiveClient, user: UserId) -> Result<String, Denied> {
    house.live.open_id(app, user).await.map_err(|cause| unavailable(&cause))
}

/// Whose OpenID at the app this is; none for one of another app and for any other text.
pub async fn person_of_open_id(
    house: &House,
    app: &LiveClient,
    text: &str,
) -> Result<Option<UserId>, Denied> {
    house.live.person_of_open_id(app, text).await.map_err(|cause| unavailable(&cause))
}

/// The person's UnionID, where what holds now includes it.
pub fn union_id(house: &House, app: &LiveClient, user: UserId, holds: &ScopeSet) -> Option<String> {
    let app = app.client.app().filter(|_| holds.has(UNION_ID))?;
    Some(house.live.vault().union_id(&app.developer, user))
}
