//! Phone codes.

use portico_core::moment::Span;
use serde_json::json;

use super::{OTHER, PHONE_CODE, STORE, Town, errcode};
use crate::fixture::Tokens;

async fn redeem(town: &Town, app: &str, code: &str) -> crate::fixture::Reply {
    let token = town.token(app).await;
    let query = [("access_token", token.as_str())];
    town.post("wxa/business/getuserphonenumber", &query, &json!({ "code": code })).await
}

fn refused(reply: &crate::fixture::Reply) -> (u16, String) {
    reply.refusal()
}

async fn asked(town: &Town, ana: &Tokens, more: &[(&str, &str)], app: &str) -> crate::fixture::Reply {
    let mut fields = vec![("requested_token_type", PHONE_CODE)];
    fields.extend_from_slice(more);
    town.world.exchange(&ana.access, app, &fields).await
}

#[tokio::test]
async fn a_phone_code_gives_the_number_in_its_parts_once() {
    let town = Town::new().await;
    let code = town.code_of(&town.ana, STORE, PHONE_CODE).await;
    let answer = redeem(&town, STORE, &code).await.json();
    let info = &answer["phone_info"];
    let number = format!("+7999{:07}", "ana".bytes().map(u32::from).sum::<u32>());
    assert_eq!((&answer["errcode"], &info["countryCode"]), (&0.into(), &"7".into()));
    assert_eq!((&info["phoneNumber"], &info["purePhoneNumber"]), (&number[..].into(), &number[2..].into()));
    assert_eq!(info["watermark"]["appid"], town.appid(STORE).await.as_str());
    assert_eq!(info["watermark"]["timestamp"], town.world.now().seconds());
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), 40163);
}

#[tokio::test]
async fn a_phone_code_is_no_log_in_code_and_a_log_in_code_no_phone_code() {
    let town = Town::new().await;
    let code = town.code_of(&town.ana, STORE, PHONE_CODE).await;
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40029);
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let at_token = town.world.form("/oauth/token", Some(&town.world.credentials(STORE)), &fields).await;
    assert_eq!(refused(&at_token), (400, "invalid_grant".into()));
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), 0);
    assert_eq!(errcode(&redeem(&town, STORE, &town.code(STORE).await).await), 40029);
}

#[tokio::test]
async fn a_phone_code_needs_the_permission_when_it_is_made_and_when_it_is_redeemed() {
    let town = Town::new().await;
    let other = asked(&town, &town.ana, &[], OTHER).await;
    assert_eq!(refused(&other), (400, "access_denied".into()));
    let narrow = asked(&town, &town.ana, &[("scope", "openid")], STORE).await;
    assert_eq!(refused(&narrow), (400, "access_denied".into()));
    let code = town.code_of(&town.ana, STORE, PHONE_CODE).await;
    let keep = json!({ "scope": "profile.basic" });
    let path = format!("/v1/me/apps/{STORE}");
    town.world.json(axum::http::Method::PATCH, &path, Some(&town.ana.access), &keep).await.ok();
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), 48001);
}

#[tokio::test]
async fn an_openid_beside_the_code_must_be_the_persons_at_this_app() {
    let town = Town::new().await;
    let (open_id, _) = town.log_in(STORE).await;
    let (elsewhere, _) = town.log_in(OTHER).await;
    let code = town.code_of(&town.ana, STORE, PHONE_CODE).await;
    let token = town.token(STORE).await;
    let query = [("access_token", token.as_str())];
    let path = "wxa/business/getuserphonenumber";
    let with = |open_id: &str| json!({ "code": code, "openid": open_id });
    assert_eq!(errcode(&town.post(path, &query, &with(&elsewhere)).await), 40003);
    assert_eq!(errcode(&town.post(path, &query, &with("nobody")).await), 40003);
    let boris = town.world.sign_in("boris").await;
    town.world.launch_granting(&boris, STORE, None).await;
    let his = town.exchange(STORE, &town.code_of(&boris, STORE, super::LOGIN_CODE).await).await.json();
    assert_eq!(errcode(&town.post(path, &query, &with(his["openid"].as_str().unwrap())).await), 40003);
    assert_eq!(errcode(&town.post(path, &query, &with(&open_id)).await), 0);
}

#[tokio::test]
async fn a_phone_code_expires_belongs_to_one_app_and_is_posted() {
    let town = Town::new().await;
    let code = town.code_of(&town.ana, STORE, PHONE_CODE).await;
    assert_eq!(errcode(&redeem(&town, OTHER, &code).await), 40029);
    let token = town.token(STORE).await;
    let path = "wxa/business/getuserphonenumber";
    let query = [("access_token", token.as_str()), ("code", &code)];
    assert_eq!(errcode(&town.get(path, &query).await), 43002);
    assert_eq!(errcode(&town.post(path, &query[..1], &json!({})).await), 41008);
    town.world.pass(Span::minutes(5));
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), 40029);
}
