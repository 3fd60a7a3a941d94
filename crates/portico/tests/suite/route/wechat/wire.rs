//! The exact form of what goes over the wire.

use std::sync::Arc;

use axum::http::Method;
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use serde_json::json;

use super::{STORE, Town, errcode};
use crate::fixture::World;

#[tokio::test]
async fn a_refusal_is_200_and_ends_in_an_id_of_the_request() {
    let town = Town::new().await;
    for path in ["sns/jscode2session", "cgi-bin/token?grant_type=client_credential", "sns/userinfo"] {
        let reply = town.world.call(Method::GET, &format!("/wechat/{path}"), &[], "").await;
        assert_eq!(reply.status, 200);
        let said = reply.json()["errmsg"].as_str().unwrap().to_owned();
        let (_, rid) = said.split_once(", rid: ").unwrap_or_else(|| panic!("{said}"));
        let words: Vec<_> = rid.split('-').collect();
        assert_eq!(words.len(), 3, "{rid}");
        assert!(words.iter().all(|w| w.len() == 8 && w.bytes().all(|b| b.is_ascii_hexdigit())), "{rid}");
    }
}

#[tokio::test]
async fn sns_answers_plain_text_without_a_charset_and_the_rest_json_as_wechat_spells_it() {
    let town = Town::new().await;
    let good = town.exchange(STORE, &town.code(STORE).await).await;
    let bad = town.exchange(STORE, "nothing").await;
    for reply in [good, bad] {
        assert_eq!(reply.header("content-type"), "text/plain");
    }
    for path in ["sns/oauth2/access_token", "sns/oauth2/refresh_token", "sns/userinfo", "sns/auth"] {
        assert_eq!(town.get(path, &[]).await.header("content-type"), "text/plain", "{path}");
    }
    for path in [
        "cgi-bin/token",
        "cgi-bin/stable_token",
        "cgi-bin/changeopenid",
        "wxa/business/getuserphonenumber",
        "wxa/checksession",
        "wxa/resetusersessionkey",
    ] {
        let reply = town.get(path, &[]).await;
        assert_eq!(reply.header("content-type"), "application/json; encoding=utf-8", "{path}");
    }
}

#[tokio::test]
async fn a_successful_log_in_has_no_errcode_and_a_successful_check_has_one() {
    let town = Town::new().await;
    let answer = town.exchange(STORE, &town.code(STORE).await).await.json();
    assert!(answer.get("errcode").is_none() && answer.get("errmsg").is_none(), "{answer}");
    let (open_id, key) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    let checked = town.signed("wxa/checksession", &token, &open_id, &key).await.json();
    assert_eq!(checked, json!({ "errcode": 0, "errmsg": "ok" }));
}

#[tokio::test]
async fn parameters_come_by_query_form_or_json_and_what_nobody_asks_for_is_ignored() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    for way in ["query", "form", "form without a type", "query by post", "json"] {
        let code = town.code(STORE).await;
        let fields = [
            ("appid", appid.as_str()),
            ("secret", &secret),
            ("js_code", &code),
            ("grant_type", "authorization_code"),
            ("access_token", "whatever"),
            ("client_id", "someone"),
            ("client_secret", "something"),
            ("redirect_uri", "https://nowhere.example"),
        ];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let json = json!({
            "appid": appid, "secret": secret, "js_code": code, "grant_type": "authorization_code",
        });
        let path = "/wechat/sns/jscode2session";
        let typed = ("content-type", "application/x-www-form-urlencoded");
        let basic = ("authorization", "Basic c29tZW9uZTpzb21ldGhpbmc=");
        let with_query = format!("{path}?{form}");
        let world = &town.world;
        let reply = match way {
            "query" => world.call(Method::GET, &with_query, &[basic], "").await,
            "query by post" => world.call(Method::POST, &with_query, &[basic], "").await,
            "form" => world.call(Method::POST, path, &[typed, basic], &form).await,
            "form without a type" => world.call(Method::POST, path, &[], &form).await,
            _ => world.call(Method::POST, path, &[typed], &json.to_string()).await,
        };
        assert_eq!(reply.json()["openid"].as_str().map(str::len), Some(28), "{way}: {}", reply.body);
    }
}

#[tokio::test]
async fn checks_of_a_session_take_json_too() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let token = town.token(STORE).await;
    let body = json!({ "openid": open_id, "signature": super::sign(&key), "sig_method": "hmac_sha256" });
    for path in ["wxa/checksession", "wxa/resetusersessionkey"] {
        let query = [("access_token", token.as_str())];
        assert_eq!(errcode(&town.post(path, &query, &body).await), 0, "{path}");
    }
}

#[tokio::test]
async fn ids_and_keys_have_wechats_lengths() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let appid = town.appid(STORE).await;
    assert_eq!((open_id.len(), key.len(), appid.len()), (28, 24, 18));
    assert!(appid.starts_with("wx") && key.ends_with("=="));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_may_not_answer_is_busy_and_says_nothing_else() {
    let master = MasterKey::generate(&SystemChance).to_text();
    let town = Town::within(World::node(&Arc::new(Memory::new()), &master, None).await).await;
    let (open_id, key) = town.log_in(STORE).await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    let (token, code) = (town.token(STORE).await, town.code(STORE).await);
    let log_in = [
        ("appid", appid.as_str()),
        ("secret", &secret),
        ("js_code", &code),
        ("grant_type", "authorization_code"),
    ];
    let wrong = [("appid", appid.as_str()), ("secret", "x"), ("grant_type", "client_credential")];
    // Longer than a lease.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(errcode(&town.get("sns/jscode2session", &log_in).await), -1);
    assert_eq!(errcode(&town.get("cgi-bin/token", &wrong).await), -1);
    assert_eq!(town.check(&token, &open_id, &key).await, -1);
}

#[tokio::test]
async fn where_nothing_is_an_answer_is_still_in_wechats_form() {
    let town = Town::new().await;
    assert_eq!(errcode(&town.get("cgi-bin/nothing", &[]).await), 48001);
    let reply = town.world.call(Method::DELETE, "/wechat/cgi-bin/token", &[], "").await;
    assert_eq!(errcode(&reply), 48001);
    for (method, path, content_type) in [
        (Method::GET, "cgi-bin/nothing", "application/json; encoding=utf-8"),
        (Method::DELETE, "cgi-bin/token", "application/json; encoding=utf-8"),
        (Method::GET, "sns/nothing", "text/plain"),
        (Method::DELETE, "sns/jscode2session", "text/plain"),
    ] {
        let reply = town.world.call(method, &format!("/wechat/{path}"), &[], "").await;
        assert_eq!((errcode(&reply), reply.header("content-type")), (48001, content_type), "{path}");
    }
}

#[tokio::test]
async fn what_an_address_does_not_ask_for_is_ignored_however_often_it_comes() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    let typed = ("content-type", "application/x-www-form-urlencoded");
    for way in ["form", "json"] {
        let code = town.code(STORE).await;
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("appid", appid.as_str()), ("secret", &secret), ("js_code", &code)])
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("access_token", "b"),
                ("access_token", "c"),
            ])
            .finish();
        let json = format!(
            r#"{{"appid":"{appid}","secret":"{secret}","js_code":"{code}","grant_type":"authorization_code",
                "access_token":"b","access_token":"c"}}"#
        );
        let path = "/wechat/sns/jscode2session?access_token=a&access_token=d";
        let body = if way == "form" { &form } else { &json };
        let reply = town.world.call(Method::POST, path, &[typed], body).await;
        assert_eq!(reply.json()["openid"].as_str().map(str::len), Some(28), "{way}: {}", reply.body);
    }
}
