//! Data that was encrypted for the app, as the merchant's back end decrypts it.

use portico_core::moment::Span;
use portico_gateway::reseal::Keys;
use portico_gateway::resolve::Resolved;
use portico_seal::SessionSecret;
use serde_json::{Value, json};

use super::{APP, SHOP, Town, bearer, refusal};
use crate::fixture::Tokens;

const LOGIN_CODE: &str = "urn:portico:token-type:login-code";

impl Town {
    /// `wx.login` and `jscode2session`.
    async fn log_in(&self, tokens: &Tokens, app: &str) {
        self.world.launch_granting(tokens, app, None).await;
        let wanted = [("requested_token_type", LOGIN_CODE)];
        let code = self.world.exchange(&tokens.access, app, &wanted).await.ok().json();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("appid", &self.wx(app).await)
            .append_pair("secret", &self.world.secrets[app])
            .append_pair("js_code", code["access_token"].as_str().unwrap())
            .append_pair("grant_type", "authorization_code")
            .finish();
        let answer = self.world.get(&format!("/wechat/sns/jscode2session?{query}"), None).await.ok().json();
        assert!(answer["session_key"].is_string(), "{answer}");
    }

    async fn wx(&self, app: &str) -> String {
        let shown = self.world.admin_get(&format!("/admin/v1/apps/{app}")).await.ok().json();
        shown["wx_app_id"].as_str().unwrap().to_owned()
    }

    /// The key that the app's back end has of the caller now.
    pub async fn key(&self, app: &str, resolved: &Resolved) -> SessionSecret {
        let (live, id) = (&self.world.house.live, app.parse().unwrap());
        let user = resolved.caller.as_ref().unwrap().token.user;
        let key = live.store().session_key(&id, user).await.unwrap().unwrap();
        let app = live.client(&id).await.unwrap().unwrap();
        live.session_secret(&app, user, key.generation).await.unwrap()
    }

    /// What the app's mini-program was given, as the gateway passes it on.
    async fn reseal(
        &self,
        resolved: &Resolved,
        plain: &Value,
    ) -> Result<(String, String), portico_gateway::Refused> {
        let (live, caller) = (&self.world.house.live, resolved.caller.as_ref().unwrap());
        let (data, iv) = self.key(APP, resolved).await.encrypt(&plain.to_string(), live.vault().chance());
        Keys::of(live, &resolved.parties, caller).await?.reseal(&data, &iv)
    }

    /// Somebody who is logged in at the app's back end, and what that was told about them, encrypted.
    pub async fn logged_in(&self) -> (Tokens, Resolved, Value) {
        let (tokens, token) = self.open("ana").await;
        self.log_in(&tokens, APP).await;
        let resolved = self.resolve(&bearer(&token)).await.unwrap();
        let profile = json!({
            "openId": resolved.caller.as_ref().unwrap().ids.here, "unionId": "u", "nickName": "安娜",
            "watermark": { "timestamp": 1, "appid": self.wx(APP).await },
        });
        (tokens, resolved, profile)
    }
}

#[tokio::test]
async fn the_merchant_decrypts_with_its_own_key_and_finds_its_own_names() {
    let town = Town::new().await;
    let (tokens, resolved, profile) = town.logged_in().await;
    town.log_in(&tokens, SHOP).await;
    let (data, iv) = town.reseal(&resolved, &profile).await.unwrap();
    let open = town.key(SHOP, &resolved).await.decrypt(&data, &iv).unwrap();
    let expected = json!({
        "openId": resolved.caller.as_ref().unwrap().ids.there, "nickName": "安娜",
        "watermark": { "timestamp": 1, "appid": town.wx(SHOP).await },
    });
    assert_eq!(serde_json::from_str::<Value>(&open).unwrap(), expected);
    assert_ne!(town.key(APP, &resolved).await.decrypt(&data, &iv), Some(open));
}

#[tokio::test]
async fn who_has_never_logged_in_at_the_merchant_gets_a_key_and_keeps_it() {
    let town = Town::new().await;
    let (tokens, resolved, profile) = town.logged_in().await;
    let (data, iv) = town.reseal(&resolved, &profile).await.unwrap();
    let key = town.key(SHOP, &resolved).await;
    assert!(key.decrypt(&data, &iv).is_some());
    town.world.pass(Span::minutes(5));
    town.reseal(&resolved, &profile).await.unwrap();
    town.log_in(&tokens, SHOP).await;
    assert_eq!(town.key(SHOP, &resolved).await.text().expose(), key.text().expose());
}

#[tokio::test]
async fn what_is_not_of_this_app_and_person_goes_no_further() {
    let town = Town::new().await;
    let (_, resolved, profile) = town.logged_in().await;
    let refused = |result| refusal::<(String, String)>(result);
    let mut marked = profile.clone();
    marked["watermark"]["appid"] = town.wx(SHOP).await.into();
    assert_eq!(refused(town.reseal(&resolved, &marked).await), (400, "invalid_request"));
    let mut named = profile.clone();
    named["openId"] = resolved.caller.as_ref().unwrap().ids.there.clone().into();
    assert_eq!(refused(town.reseal(&resolved, &named).await), (403, "access_denied"));
    let (live, caller) = (&town.world.house.live, resolved.caller.as_ref().unwrap());
    let keys = Keys::of(live, &resolved.parties, caller).await.unwrap();
    for (data, iv) in
        [("", ""), ("AAAA", "AAAA"), ("=", "="), ("AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAA==")]
    {
        assert_eq!(refused(keys.reseal(data, iv)), (400, "invalid_request"));
    }
}

#[tokio::test]
async fn a_key_whose_session_is_over_opens_nothing() {
    let town = Town::new().await;
    let (tokens, resolved, profile) = town.logged_in().await;
    town.world.sign_out(&tokens).await.ok();
    assert_eq!(refusal(town.reseal(&resolved, &profile).await), (400, "invalid_request"));
}
