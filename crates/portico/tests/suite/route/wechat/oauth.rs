//! The web authorization.

use axum::http::Method;
use portico_core::moment::Span;
use serde_json::Value;

use super::{OTHER, STORE, Town, errcode};
use crate::fixture::{ADMIN, Browser, Reply, World, manifest};
use crate::route::redeem::parameter;

const BACK: &str = "https://org.example.store.example/callback";

async fn request(town: &Town, scope: &str) -> String {
    let appid = town.appid(STORE).await;
    let fields = [
        ("appid", appid.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "st ate"),
    ];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("/wechat/connect/oauth2/authorize?{query}")
}

/// A person at a browser, signed in by the silent scope.
async fn visitor(town: &Town) -> (Browser, Reply) {
    town.world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    let back =
        browser.sign_in(&town.world, &request(town, "snsapi_base").await, "boris", "a long password").await;
    (browser, back)
}

/// Goes through the request, answering the question if one is put.
async fn through(browser: &mut Browser, world: &World, request: &str, decision: &str) -> Reply {
    let reply = browser.follow(world, request).await;
    if !reply.header("location").is_empty() {
        return reply;
    }
    let led = browser.get(world, request).await.header("location").to_owned();
    let at = browser.get(world, &led).await.header("location").to_owned();
    let page = browser.get(world, &at).await.ok();
    let csrf = Browser::field(&page, "csrf");
    // The switch of what is optional stands on.
    let mut fields = vec![("csrf", csrf.as_str()), ("decision", decision)];
    fields.extend((decision == "allow").then_some(("grant", "union_id")));
    let answered = browser.post(world, &at, &fields).await;
    browser.follow(world, answered.header("location")).await
}

async fn redeem(town: &Town, app: &str, code: &str) -> Reply {
    let appid = town.appid(app).await;
    let query = [
        ("appid", appid.as_str()),
        ("secret", &town.world.secrets[app]),
        ("code", code),
        ("grant_type", "authorization_code"),
    ];
    town.get("sns/oauth2/access_token", &query).await
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}"))
}

async fn asked(town: &Town, path: &str, token: &str, open_id: &str) -> Reply {
    town.get(path, &[("access_token", token), ("openid", open_id), ("lang", "zh_CN")]).await
}

/// Tokens of a person who allowed name and picture.
async fn tokens(town: &Town) -> (Browser, Value) {
    let (mut browser, _) = visitor(town).await;
    let asks = request(town, "snsapi_userinfo").await;
    let back = through(&mut browser, &town.world, &asks, "allow").await;
    let answer = redeem(town, STORE, &parameter(back.header("location"), "code")).await.json();
    (browser, answer)
}

#[tokio::test]
async fn the_silent_scope_asks_nothing_and_gives_the_openid_alone() {
    let town = Town::new().await;
    let (mut browser, back) = visitor(&town).await;
    let location = back.header("location");
    assert!(location.starts_with(BACK), "{location}");
    assert_eq!(parameter(location, "state"), "st ate");
    assert!(!location.contains("iss="), "{location}");
    let answer = redeem(&town, STORE, &parameter(location, "code")).await.json();
    assert_eq!((text(&answer, "scope"), &answer["expires_in"]), ("snsapi_base", &7200.into()));
    assert!(answer.get("errcode").is_none() && answer.get("unionid").is_none(), "{answer}");
    let (token, open_id) = (text(&answer, "access_token"), text(&answer, "openid"));
    assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), 0);
    assert_eq!(errcode(&asked(&town, "sns/userinfo", token, open_id).await), 48001);
    // Signed in already, the browser comes straight back.
    let again = browser.follow(&town.world, &request(&town, "snsapi_base").await).await;
    assert!(!parameter(again.header("location"), "code").is_empty());
}

#[tokio::test]
async fn the_wider_scope_asks_and_then_gives_name_picture_and_unionid() {
    let town = Town::new().await;
    let (_, answer) = tokens(&town).await;
    assert_eq!(text(&answer, "scope"), "snsapi_userinfo");
    assert_eq!(text(&answer, "unionid").len(), 28);
    let (token, open_id) = (text(&answer, "access_token"), text(&answer, "openid"));
    let shown = asked(&town, "sns/userinfo", token, open_id).await.json();
    assert_eq!(shown["unionid"], answer["unionid"]);
    let mut expected = serde_json::json!({
        "openid": open_id, "nickname": "boris", "sex": 0, "province": "", "city": "", "country": "",
        "headimgurl": "", "privilege": [],
    });
    expected["unionid"] = answer["unionid"].clone();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_person_who_refuses_comes_back_without_a_code() {
    let town = Town::new().await;
    let (mut browser, _) = visitor(&town).await;
    let asks = request(&town, "snsapi_userinfo").await;
    let back = through(&mut browser, &town.world, &asks, "deny").await;
    assert_eq!(back.header("location"), format!("{BACK}?state=st+ate"));
}

#[tokio::test]
async fn what_was_withdrawn_since_is_given_no_more() {
    let town = Town::new().await;
    let (mut browser, answer) = tokens(&town).await;
    let (token, open_id) = (text(&answer, "access_token"), text(&answer, "openid"));
    assert_eq!(errcode(&asked(&town, "sns/userinfo", token, open_id).await), -999);
    let fields = [("app_id", STORE), ("action", "withdraw"), ("scope", "profile.basic")];
    let done = browser.fill(&town.world, "/settings/devices", "/settings", &fields).await;
    assert!(done.header("location").starts_with("/settings?done=withdrawn"), "{}", done.body);
    assert_eq!(errcode(&asked(&town, "sns/userinfo", token, open_id).await), 48001);
    assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), 0);
}

#[tokio::test]
async fn a_refresh_token_gives_another_access_token_for_thirty_days() {
    let town = Town::new().await;
    let (_, answer) = tokens(&town).await;
    let refresh = text(&answer, "refresh_token").to_owned();
    let open_id = text(&answer, "openid").to_owned();
    let again = async |app: &str, token: &str| {
        let appid = town.appid(app).await;
        let query = [("appid", appid.as_str()), ("grant_type", "refresh_token"), ("refresh_token", token)];
        town.get("sns/oauth2/refresh_token", &query).await
    };
    town.world.pass(Span::hours(2));
    let old = text(&answer, "access_token");
    assert_eq!(errcode(&asked(&town, "sns/auth", old, &open_id).await), 42001);
    let renewed = again(STORE, &refresh).await.json();
    assert_eq!((text(&renewed, "openid"), text(&renewed, "refresh_token")), (&open_id[..], &refresh[..]));
    assert_eq!((text(&renewed, "scope"), &renewed["expires_in"]), ("snsapi_userinfo", &7200.into()));
    assert_eq!(errcode(&asked(&town, "sns/auth", text(&renewed, "access_token"), &open_id).await), 0);
    assert_eq!(errcode(&again(OTHER, &refresh).await), 40030);
    assert_eq!(errcode(&again(STORE, old).await), 40030);
    assert_eq!(errcode(&again(STORE, "nothing").await), 40030);
    for _ in 0..2 {
        town.world.pass(Span::days(14));
        again(STORE, &refresh).await.ok();
    }
    town.world.pass(Span::days(2));
    assert_eq!(errcode(&again(STORE, &refresh).await), 40030);
}

#[tokio::test]
async fn a_second_use_of_the_code_ends_what_the_first_one_gave() {
    let town = Town::new().await;
    let (_, back) = visitor(&town).await;
    let code = parameter(back.header("location"), "code");
    let answer = redeem(&town, STORE, &code).await.json();
    let (token, open_id) = (text(&answer, "access_token"), text(&answer, "openid"));
    assert_eq!(errcode(&redeem(&town, OTHER, &code).await), 40029);
    assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), 0);
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), 40163);
    assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), 40001);
    let appid = town.appid(STORE).await;
    let refresh = text(&answer, "refresh_token");
    let query = [("appid", appid.as_str()), ("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert_eq!(errcode(&town.get("sns/oauth2/refresh_token", &query).await), 40030);
}

#[tokio::test]
async fn the_end_of_the_session_ends_every_token_of_it() {
    let town = Town::new().await;
    let (mut browser, answer) = tokens(&town).await;
    let (token, open_id) = (text(&answer, "access_token"), text(&answer, "openid"));
    let at = "/oauth/end-session";
    browser.fill(&town.world, at, at, &[("decision", "sign_out")]).await.ok();
    assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), 40001);
    assert_eq!(errcode(&asked(&town, "sns/userinfo", token, open_id).await), 40001);
}

#[tokio::test]
async fn what_was_given_under_one_open_id_is_good_for_nothing_under_another() {
    const OLD: &str = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M";
    let town = Town::new().await;
    let user = town.world.create_person("boris", "a long password").await;
    let old = serde_json::json!({ "openid": OLD, "email": "boris@people.example" });
    let import = serde_json::json!({ "app": STORE, "links": [old] });
    let imported = town.world.admin_post("/admin/v1/links", import).await.ok().json();
    let mut browser = Browser::default();
    let asks = request(&town, "snsapi_base").await;
    let back = browser.sign_in(&town.world, &asks, "boris", "a long password").await;
    let answer = redeem(&town, STORE, &parameter(back.header("location"), "code")).await.json();
    let (token, refresh) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
    assert_eq!(text(&answer, "openid"), OLD);
    assert_eq!(errcode(&asked(&town, "sns/auth", token, OLD).await), 0);
    let links = format!("/admin/v1/users/{user}/links");
    let listed = town.world.admin_get(&links).await.ok().json();
    let id = listed["links"][0]["id"].as_str().unwrap_or_else(|| panic!("{listed} {imported}")).to_owned();
    town.world.admin_call(Method::DELETE, &format!("{links}/{id}"), Some(ADMIN), "").await.ok();
    let again = browser.follow(&town.world, &asks).await;
    let next = redeem(&town, STORE, &parameter(again.header("location"), "code")).await.json();
    let open_id = text(&next, "openid");
    assert_ne!(open_id, OLD);
    assert_eq!(errcode(&asked(&town, "sns/auth", text(&next, "access_token"), open_id).await), 0);
    for known_as in [OLD, open_id] {
        for path in ["sns/auth", "sns/userinfo"] {
            assert_eq!(errcode(&asked(&town, path, token, known_as).await), 40001, "{path} {known_as}");
        }
    }
    let appid = town.appid(STORE).await;
    let query = [("appid", appid.as_str()), ("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let refused = town.get("sns/oauth2/refresh_token", &query).await;
    assert_eq!(errcode(&refused), 40030);
    assert!(!refused.body.contains(open_id), "{}", refused.body);
}

#[tokio::test]
async fn nothing_that_an_app_had_is_good_when_it_is_registered_again_under_its_name() {
    let mut town = Town::new().await;
    let (_, before) = tokens(&town).await;
    let (appid, (open_id, key)) = (town.appid(STORE).await, town.log_in(STORE).await);
    let (token, access) = (town.token(STORE).await, text(&before, "access_token").to_owned());
    let refresh = text(&before, "refresh_token").to_owned();
    assert_eq!(errcode(&asked(&town, "sns/auth", &access, text(&before, "openid")).await), 0);
    let gone = format!("/admin/v1/apps/{STORE}");
    town.world.admin_call(Method::DELETE, &gone, Some(ADMIN), "").await.ok();
    town.world.register_app(manifest(STORE, "acme", &["profile.basic"], &["union_id"])).await;
    town.world.launch_granting(&town.ana, STORE, None).await;
    assert_ne!(town.appid(STORE).await, appid);
    let (open_id_now, key_now) = town.log_in(STORE).await;
    let token_now = town.token(STORE).await;
    assert_ne!((&key, &token), (&key_now, &token_now));
    assert_eq!(open_id, open_id_now, "people are no strangers");
    assert_eq!(town.check(&token, &open_id, &key_now).await, 40013);
    assert_eq!(town.check(&token_now, &open_id, &key).await, 87009);
    assert_eq!(town.check(&token_now, &open_id, &key_now).await, 0);
    assert_eq!(errcode(&asked(&town, "sns/auth", &access, text(&before, "openid")).await), 40001);
    for appid in [appid.as_str(), &town.appid(STORE).await] {
        let query = [("appid", appid), ("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let refused = errcode(&town.get("sns/oauth2/refresh_token", &query).await);
        assert!(matches!(refused, 40013 | 40030), "{refused}");
    }
}

#[tokio::test]
async fn a_token_answers_about_its_own_person_alone() {
    let town = Town::new().await;
    let (_, answer) = tokens(&town).await;
    let token = text(&answer, "access_token");
    let (hers, _) = town.log_in(STORE).await;
    let (elsewhere, _) = town.log_in(OTHER).await;
    for open_id in [&hers[..], &elsewhere, "nobody", &"A".repeat(28)] {
        for path in ["sns/auth", "sns/userinfo"] {
            assert_eq!(errcode(&asked(&town, path, token, open_id).await), 40003, "{path} {open_id}");
        }
    }
    let open_id = text(&answer, "openid");
    for (token, number) in [("nothing", 40014), ("", 41001), (text(&answer, "refresh_token"), 40014)] {
        assert_eq!(errcode(&asked(&town, "sns/auth", token, open_id).await), number);
    }
    let own = town.token(STORE).await;
    assert_eq!(errcode(&asked(&town, "sns/auth", &own, open_id).await), 40014);
    assert_eq!(errcode(&town.get("wxa/checksession", &[("access_token", token)]).await), 40014);
}

#[tokio::test]
async fn a_code_of_the_web_is_no_log_in_code_and_not_for_the_token_endpoint() {
    let town = Town::new().await;
    let (_, back) = visitor(&town).await;
    let code = parameter(back.header("location"), "code");
    assert_eq!(errcode(&town.exchange(STORE, &code).await), 40029);
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    let at_token = town.world.form("/oauth/token", Some(&town.world.credentials(STORE)), &fields).await;
    assert_eq!(at_token.refusal(), (400, "invalid_grant".into()));
    assert_eq!(errcode(&redeem(&town, STORE, &town.code(STORE).await).await), 40029);
    assert_eq!(errcode(&redeem(&town, STORE, &code).await), -999);
}

#[tokio::test]
async fn a_request_that_is_wrong_is_shown_on_a_page_and_sent_nowhere() {
    let town = Town::new().await;
    let good = request(&town, "snsapi_base").await;
    let appid = town.appid(STORE).await;
    for bad in [
        good.replace(&appid, "wx0000000000000000"),
        good.replace("org.example.store.example", "evil.example"),
        good.replace("snsapi_base", "snsapi_all"),
        good.replace("response_type=code", "response_type=token"),
        format!("{good}&appid={appid}"),
        "/wechat/connect/oauth2/authorize".to_owned(),
    ] {
        let reply = Browser::default().get(&town.world, &bad).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (400, ""), "{bad}");
        assert!(reply.header("content-type").starts_with("text/html"), "{bad}");
    }
}
