//! What a mini-program's own side hands to its back end.

use serde_json::json;

use super::{OTHER, STORE, Town, decrypt};

fn sha1(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_profile_is_signed_and_encrypted_for_the_back_end_that_has_the_key() {
    let town = Town::new().await;
    let (open_id, key) = town.log_in(STORE).await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    let answer = town.user_data(&launch, "profile").await.ok().json();
    let raw = answer["rawData"].as_str().unwrap();
    assert_eq!(answer["signature"], sha1(&format!("{raw}{key}")));
    assert!(raw.contains("Name of ana") && !raw.contains(&open_id), "{raw}");
    let open = decrypt(&key, &answer).unwrap();
    assert_eq!((&open["openId"], &open["nickName"]), (&open_id.as_str().into(), &"Name of ana".into()));
    assert_eq!(open["unionId"].as_str().map(str::len), Some(28));
    assert_eq!(open["watermark"]["appid"], town.appid(STORE).await.as_str());
    assert!(!answer.to_string().contains(&key), "the key stays with the back end");
}

#[tokio::test]
async fn a_phone_number_is_given_encrypted_alone() {
    let town = Town::new().await;
    let (_, key) = town.log_in(STORE).await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    let answer = town.user_data(&launch, "phone").await.ok().json();
    assert_eq!(answer.as_object().unwrap().len(), 2);
    let open = decrypt(&key, &answer).unwrap();
    assert_eq!(
        (&open["countryCode"], &open["watermark"]["appid"]),
        (&"7".into(), &town.appid(STORE).await.into())
    );
}

#[tokio::test]
async fn another_apps_key_opens_nothing() {
    let town = Town::new().await;
    let (_, key) = town.log_in(OTHER).await;
    town.log_in(STORE).await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    assert_eq!(decrypt(&key, &town.user_data(&launch, "profile").await.ok().json()), None);
}

#[tokio::test]
async fn only_what_holds_now_is_given_and_only_with_an_apps_token() {
    let town = Town::new().await;
    town.log_in(OTHER).await;
    let launch = town.world.launch_granting(&town.ana, OTHER, None).await;
    let refused = town.user_data(&launch, "phone").await.refusal();
    assert_eq!(refused, (403, "insufficient_scope".into()));
    town.user_data(&launch, "profile").await.ok();
    town.world
        .json(axum::http::Method::DELETE, &format!("/v1/me/apps/{OTHER}"), Some(&town.ana.access), &json!({}))
        .await
        .ok();
    assert_eq!(town.user_data(&launch, "profile").await.refusal(), (403, "insufficient_scope".into()));
    assert_eq!(
        town.user_data(&town.ana.access, "profile").await.refusal(),
        (403, "insufficient_scope".into())
    );
    assert_eq!(town.user_data("nothing", "profile").await.refusal(), (401, "invalid_token".into()));
}

#[tokio::test]
async fn without_a_log_in_there_is_no_key_to_encrypt_with() {
    let town = Town::new().await;
    let launch = town.world.launch_granting(&town.ana, STORE, None).await;
    assert_eq!(town.user_data(&launch, "profile").await.refusal(), (409, "conflict".into()));
    assert_eq!(town.user_data(&launch, "everything").await.refusal().0, 400);
}

#[tokio::test]
async fn scripts_of_registered_origins_may_ask() {
    let town = Town::new().await;
    let from = |origin| vec![("origin", origin), ("access-control-request-method", "POST")];
    for (origin, allowed) in [("https://org.example.store.example", true), ("https://evil.example", false)] {
        let path = "/v1/wechat/user-data";
        let reply = town.world.call(axum::http::Method::OPTIONS, path, &from(origin), "").await;
        let said = reply.header("access-control-allow-origin") == origin;
        assert_eq!(said, allowed, "{origin}");
    }
}
