//! The WeChat-compatible face, as a back end written for WeChat sees it.

mod bad;
mod data;
mod event;
mod log_in;
mod migrate;
mod oauth;
mod phone;
mod token;
mod wire;

use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::fixture::{Reply, Tokens, World, manifest};

const STORE: &str = "org.example.store";
const OTHER: &str = "org.example.shop";
const LOGIN_CODE: &str = "urn:portico:token-type:login-code";
const PHONE_CODE: &str = "urn:portico:token-type:phone-code";

/// A world with a shop whose back end was written for WeChat, and another developer's app beside it.
struct Town {
    world: World,
    ana: Tokens,
}

impl Town {
    async fn new() -> Self {
        Self::within(World::new().await).await
    }

    async fn within(mut world: World) -> Self {
        let wants = ["profile.basic", "phone.verified"];
        world.register_app(manifest(STORE, "acme", &wants, &["union_id"])).await;
        let ana = world.sign_in("ana").await;
        world.launch_granting(&ana, STORE, None).await;
        world.launch_granting(&ana, OTHER, None).await;
        Self { world, ana }
    }

    /// The `appid` that back ends know an app by.
    async fn appid(&self, app: &str) -> String {
        let shown = self.world.admin_get(&format!("/admin/v1/apps/{app}")).await.ok().json();
        shown["wx_app_id"].as_str().unwrap().to_owned()
    }

    /// What `wx.login` gives the mini-program.
    async fn code(&self, app: &str) -> String {
        self.code_of(&self.ana, app, LOGIN_CODE).await
    }

    async fn code_of(&self, tokens: &Tokens, app: &str, kind: &str) -> String {
        let wanted = [("requested_token_type", kind)];
        let answer = self.world.exchange(&tokens.access, app, &wanted).await.ok().json();
        assert_eq!((&answer["issued_token_type"], &answer["token_type"]), (&kind.into(), &"N_A".into()));
        assert_eq!(answer["expires_in"], 300);
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.world.call(Method::GET, &format!("/wechat/{path}?{query}"), &[], "").await
    }

    /// Posts JSON without saying that it is JSON, as some client libraries do.
    async fn post(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.world.call(Method::POST, &format!("/wechat/{path}?{query}"), &[], &body.to_string()).await
    }

    async fn exchange(&self, app: &str, code: &str) -> Reply {
        let appid = self.appid(app).await;
        let query = [
            ("appid", appid.as_str()),
            ("secret", &self.world.secrets[app]),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        self.get("sns/jscode2session", &query).await
    }

    /// A whole log-in: the OpenID and the key of the session.
    async fn log_in(&self, app: &str) -> (String, String) {
        let answer = self.exchange(app, &self.code(app).await).await.json();
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        (text("openid"), text("session_key"))
    }

    /// An access token of the app's own.
    async fn token(&self, app: &str) -> String {
        let appid = self.appid(app).await;
        let secret = &self.world.secrets[app];
        let query = [("grant_type", "client_credential"), ("appid", appid.as_str()), ("secret", secret)];
        let answer = self.get("cgi-bin/token", &query).await.json();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn signed(&self, path: &str, token: &str, open_id: &str, key: &str) -> Reply {
        let signature = sign(key);
        let query = [
            ("access_token", token),
            ("openid", open_id),
            ("signature", &signature),
            ("sig_method", "hmac_sha256"),
        ];
        self.get(path, &query).await
    }

    async fn check(&self, token: &str, open_id: &str, key: &str) -> i64 {
        errcode(&self.signed("wxa/checksession", token, open_id, key).await)
    }

    /// What the mini-program's own side gets for its back end.
    async fn user_data(&self, launch: &str, kind: &str) -> Reply {
        self.world.json(Method::POST, "/v1/wechat/user-data", Some(launch), &json!({ "kind": kind })).await
    }
}

/// The `errcode` of an answer; -999 where it has none.
fn errcode(reply: &Reply) -> i64 {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["errcode"].as_i64().unwrap_or(-999)
}

/// The signature with which a back end shows that it has a key.
fn sign(key: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), b"");
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a back end reads with its key; none where the key is another.
fn decrypt(key: &str, answer: &Value) -> Option<Value> {
    let bytes = |text: &Value| STANDARD.decode(text.as_str().unwrap()).unwrap();
    let iv: [u8; 16] = bytes(&answer["iv"]).try_into().unwrap();
    let mut data = bytes(&answer["encryptedData"]);
    let key = UnboundCipherKey::new(&AES_128, &STANDARD.decode(key).unwrap()).unwrap();
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).unwrap();
    let plain = key.decrypt(&mut data, DecryptionContext::Iv128(iv.into())).ok()?;
    serde_json::from_slice(plain).ok()
}
