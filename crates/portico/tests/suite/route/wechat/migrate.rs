//! OpenIDs of another app, under an agreement.

use axum::http::Method;
use portico_core::Change;
use portico_core::noun::agreement::Agreement;
use serde_json::{Value, json};

use super::{OTHER, STORE, Town, errcode};

async fn agree(town: &Town, from: &str, to: &str) {
    let agreement =
        Agreement { from: from.parse().unwrap(), to: to.parse().unwrap(), registered_at: town.world.now() };
    town.world.house.live.commit(vec![Change::AgreementRegistered(agreement)]).await.unwrap();
}

async fn change(town: &Town, body: &Value) -> crate::fixture::Reply {
    let token = town.token(STORE).await;
    town.post("cgi-bin/changeopenid", &[("access_token", &token)], body).await
}

#[tokio::test]
async fn under_an_agreement_each_openid_is_answered_in_order() {
    let town = Town::new().await;
    agree(&town, OTHER, STORE).await;
    let ((old, _), (new, _)) = (town.log_in(OTHER).await, town.log_in(STORE).await);
    // Boris has never opened the store.
    let boris = town.world.sign_in("boris").await;
    town.world.launch_granting(&boris, OTHER, None).await;
    let code = town.code_of(&boris, OTHER, super::LOGIN_CODE).await;
    let his = town.exchange(OTHER, &code).await.json()["openid"].as_str().unwrap().to_owned();
    let from = town.appid(OTHER).await;
    let list = json!({ "from_appid": from, "openid_list": ["nobody", old, his, new] });
    let answer = change(&town, &list).await.json();
    assert_eq!((&answer["errcode"], &answer["errmsg"]), (&0.into(), &"ok".into()));
    let row =
        |old: &str, new: &str, said: &str| json!({ "ori_openid": old, "new_openid": new, "err_msg": said });
    let wrong = "ori_openid error";
    let rows = [row("nobody", "", wrong), row(&old, &new, "ok"), row(&his, "", wrong), row(&new, "", wrong)];
    assert_eq!(answer["result_list"], json!(rows));
}

#[tokio::test]
async fn a_hundred_of_the_longest_openids_are_answered_however_they_are_escaped() {
    let town = Town::new().await;
    agree(&town, OTHER, STORE).await;
    let (from, token) = (town.appid(OTHER).await, town.token(STORE).await);
    let post = async |escaped: &str, times: usize| {
        let list = vec![format!("\"{}\"", escaped.repeat(times)); 100].join(", ");
        let body = format!(r#"{{"from_appid": "{from}", "openid_list": [{list}]}}"#);
        let path = format!("/wechat/cgi-bin/changeopenid?access_token={token}");
        town.world.call(Method::POST, &path, &[], &body).await
    };
    // 512 bytes of UTF-8 each, as client libraries write them and as they could be written.
    for (escaped, times) in [("\\ud83d\\ude00", 128), ("\\u00e9", 256), ("\\u006f", 512)] {
        let answer = post(escaped, times).await.json();
        assert_eq!(answer["result_list"].as_array().map(Vec::len), Some(100), "{escaped}");
    }
    assert_eq!(errcode(&post("\\u006f", 1024).await), 47001);
}

#[tokio::test]
async fn without_an_agreement_that_way_round_nothing_is_answered() {
    let town = Town::new().await;
    let (old, _) = town.log_in(OTHER).await;
    let list = json!({ "from_appid": town.appid(OTHER).await, "openid_list": [old] });
    assert_eq!(errcode(&change(&town, &list).await), 48001);
    agree(&town, STORE, OTHER).await;
    assert_eq!(errcode(&change(&town, &list).await), 48001);
}

#[tokio::test]
async fn a_hundred_openids_are_answered_and_one_more_is_refused() {
    let town = Town::new().await;
    agree(&town, OTHER, STORE).await;
    let from = town.appid(OTHER).await;
    let list = |count: usize| json!({ "from_appid": from, "openid_list": vec!["nobody"; count] });
    let answer = change(&town, &list(100)).await.json();
    assert_eq!(answer["result_list"].as_array().map(Vec::len), Some(100));
    assert_eq!(errcode(&change(&town, &list(101)).await), 47001);
    assert_eq!(errcode(&change(&town, &list(0)).await), 47001);
    for (bad, number) in [
        (json!({ "from_appid": from, "openid_list": [1] }), 47001),
        (json!({ "from_appid": from, "openid_list": "nobody" }), 41009),
        (json!({ "from_appid": from }), 41009),
        (json!({ "openid_list": ["nobody"] }), 41002),
        (json!({ "from_appid": "wx0000000000000000", "openid_list": ["nobody"] }), 40013),
    ] {
        assert_eq!(errcode(&change(&town, &bad).await), number, "{bad}");
    }
    let token = town.token(STORE).await;
    assert_eq!(errcode(&town.get("cgi-bin/changeopenid", &[("access_token", &token)]).await), 43002);
}
