//! What others send.

use axum::http::Method;
use serde_json::json;

use super::{OTHER, STORE, Town, errcode, sign};

#[tokio::test]
async fn codes_of_another_app_are_unknown_and_stay_good_for_their_own() {
    let town = Town::new().await;
    let code = town.code(STORE).await;
    assert_eq!(errcode(&town.exchange(OTHER, &code).await), 40029);
    assert_eq!(errcode(&town.exchange(STORE, &code).await), -999);
    assert_eq!(errcode(&town.exchange(OTHER, &code).await), 40029);
}

#[tokio::test]
async fn another_apps_session_key_token_or_openid_opens_nothing() {
    let town = Town::new().await;
    let ((open_id, key), (other_id, other_key)) = (town.log_in(STORE).await, town.log_in(OTHER).await);
    let (token, other_token) = (town.token(STORE).await, town.token(OTHER).await);
    assert_eq!(town.check(&token, &open_id, &other_key).await, 87009);
    assert_eq!(town.check(&token, &other_id, &other_key).await, 40003);
    assert_eq!(town.check(&other_token, &open_id, &key).await, 40003);
    for path in ["wxa/checksession", "wxa/resetusersessionkey"] {
        assert_eq!(errcode(&town.signed(path, &token, &open_id, &other_key).await), 87009, "{path}");
        assert_eq!(errcode(&town.signed(path, &token, &other_id, &key).await), 40003, "{path}");
    }
    assert_eq!(town.check(&token, &open_id, &key).await, 0);
}

#[tokio::test]
async fn a_check_needs_every_parameter_and_the_method_that_there_is() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let (token, signature) = (town.token(STORE).await, sign(&key));
    let whole = [
        ("access_token", token.as_str()),
        ("openid", &open_id),
        ("signature", &signature),
        ("sig_method", "hmac_sha256"),
    ];
    for (left_out, number) in [(0, 41001), (1, 41009), (2, 87009), (3, 87009)] {
        let mut query = whole.to_vec();
        query.remove(left_out);
        assert_eq!(errcode(&town.get("wxa/checksession", &query).await), number, "{left_out}");
    }
    let mut other = whole;
    other[3].1 = "md5";
    assert_eq!(errcode(&town.get("wxa/checksession", &other).await), 87009);
    other = whole;
    other[2].1 = "é";
    assert_eq!(errcode(&town.get("wxa/checksession", &other).await), 87009);
}

#[tokio::test]
async fn a_log_in_needs_every_parameter() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    let code = town.code(STORE).await;
    let whole = [
        ("appid", appid.as_str()),
        ("secret", &secret),
        ("js_code", &code),
        ("grant_type", "authorization_code"),
    ];
    for (left_out, number) in [(0, 41002), (1, 41004), (2, 41008), (3, 40002)] {
        let mut query = whole.to_vec();
        query.remove(left_out);
        assert_eq!(errcode(&town.get("sns/jscode2session", &query).await), number, "{left_out}");
    }
    assert_eq!(errcode(&town.get("sns/jscode2session", &whole).await), -999);
}

#[tokio::test]
async fn malformed_repeated_and_oversized_parameters_are_refused_everywhere() {
    let town = Town::new().await;
    let long = "x".repeat(20 * 1024);
    let huge = "x".repeat(80 * 1024);
    for (path, name) in [
        ("sns/jscode2session", "appid"),
        ("cgi-bin/token", "appid"),
        ("cgi-bin/stable_token", "appid"),
        ("wxa/checksession", "openid"),
        ("wxa/resetusersessionkey", "openid"),
        ("wxa/business/getuserphonenumber", "code"),
        ("cgi-bin/changeopenid", "from_appid"),
        ("sns/oauth2/access_token", "appid"),
        ("sns/oauth2/refresh_token", "appid"),
        ("sns/userinfo", "openid"),
        ("sns/auth", "openid"),
    ] {
        for (query, body) in [
            (format!("{name}=a&{name}=b"), String::new()),
            (format!("{name}=%ff%fe"), String::new()),
            (format!("{name}={long}"), String::new()),
            (format!("{name}=a%00"), String::new()),
            (String::new(), format!("{{\"{name}\": ")),
            (String::new(), format!("{{\"{name}\":1,\"{name}\":2}}")),
            (String::new(), "{\"a\":[".repeat(500)),
            (String::new(), format!("{name}={huge}")),
            (format!("{name}=a"), format!("{name}=b")),
        ] {
            let reply = town.world.call(Method::POST, &format!("/wechat/{path}?{query}"), &[], &body).await;
            let start: String = query.chars().chain(body.chars()).take(30).collect();
            assert_eq!(errcode(&reply), 47001, "{path} {start}");
        }
    }
}

#[tokio::test]
async fn numbers_lists_and_objects_are_no_texts() {
    let town = Town::new().await;
    let (appid, secret) = (town.appid(STORE).await, town.world.secrets[STORE].clone());
    for js_code in [json!(1), json!(["x"]), json!({ "x": 1 }), json!(null), json!(true)] {
        let body = json!({
            "appid": appid, "secret": secret, "js_code": js_code, "grant_type": "authorization_code",
        });
        assert_eq!(errcode(&town.post("sns/jscode2session", &[], &body).await), 41008, "{js_code}");
    }
}
