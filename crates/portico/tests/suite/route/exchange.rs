use serde_json::json;

use crate::fixture::{Browser, Launched, World, manifest};

const APP: &str = "org.example.deliveries";
const ORDERS: &str = "org.example.orders";

async fn world() -> World {
    let mut world = World::new().await;
    let mut orders = manifest(ORDERS, "acme", &[], &[]);
    orders["portico"]["kind"] = json!("service");
    world.register_app(orders).await;
    let scope = json!({
        "name": "orders.history", "title": { "en": "Your orders" },
        "description": { "en": "What you have ordered" }, "served_by": ORDERS,
    });
    world.admin_post("/admin/v1/scopes", scope).await.ok();
    world.register_app(manifest(APP, "bazaar", &["profile.basic", "orders.history"], &[])).await;
    world
}

async fn call(world: &World, app: &str, token: &str, more: &[(&str, &str)]) -> crate::fixture::Reply {
    let mut fields = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", token),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", ORDERS),
    ];
    fields.extend_from_slice(more);
    world.form("/oauth/token", Some(&world.credentials(app)), &fields).await
}

#[tokio::test]
async fn a_service_gets_ids_of_its_own_and_only_what_it_serves() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let launch = world.launch_granting(&ana, APP, None).await;
    let answer = call(&world, APP, &launch, &[]).await.ok().json();
    assert_eq!(answer["scope"], "openid orders.history");
    let token = answer["access_token"].as_str().unwrap();
    let (theirs, own) = (world.introspect(ORDERS, token).await, world.introspect(APP, &launch).await);
    assert_eq!((&theirs["aud"], &theirs["act"]["sub"]), (&json!(ORDERS), &json!(APP)));
    for id in ["sub", "sid", "jti"] {
        assert_ne!(theirs[id], own[id], "{id}");
    }
    assert_eq!(world.introspect(APP, token).await["active"], false);
    assert_eq!(world.userinfo(token).await.status, 401);
    world
        .json(axum::http::Method::DELETE, &format!("/v1/me/apps/{APP}"), Some(&ana.access), &json!({}))
        .await
        .ok();
    assert_eq!(world.introspect(ORDERS, token).await["scope"], "openid");
    world.sign_out(&ana).await.ok();
    assert_eq!(world.introspect(ORDERS, token).await["active"], false);
}

#[tokio::test]
async fn a_token_that_is_not_the_apps_own_launch_token_is_refused() {
    let world = world().await;
    let ana = world.sign_in("ana").await;
    let launch = world.launch_granting(&ana, APP, None).await;
    assert_eq!(call(&world, "org.example.taxi", &launch, &[]).await.refusal().1, "invalid_request");
    assert_eq!(call(&world, APP, &ana.access, &[]).await.refusal().1, "invalid_request");
    assert_eq!(call(&world, APP, &launch, &[("scope", "email.verified")]).await.refusal().1, "invalid_scope");
    let launched = world.exchange(&launch, APP, &[]).await;
    assert_eq!(launched.refusal().1, "invalid_request", "a launch token was launched again");
    let direct = world.launch(&ana, ORDERS, None).await;
    assert!(
        matches!(direct, Launched::Refused(error) if error == "invalid_target"),
        "a host launched a service"
    );
}

#[tokio::test]
async fn a_custom_scope_works_from_its_registration_to_its_withdrawal() {
    let mut world = World::new().await;
    let mut orders = manifest(ORDERS, "acme", &[], &[]);
    orders["portico"]["kind"] = json!("service");
    world.register_app(orders).await;
    let scope = json!({
        "name": "orders.history", "served_by": ORDERS,
        "title": { "en": "Your orders", "zh-CN": "您的订单", "ru": "Ваши заказы" },
        "description": { "en": "What you have ordered", "zh-CN": "您下过的订单", "ru": "Что вы заказывали" },
    });
    world.admin_post("/admin/v1/scopes", scope).await.ok();
    world.register_app(manifest(APP, "bazaar", &["orders.history"], &[])).await;
    let ana = world.sign_in("ana").await;
    for (language, title) in [("zh-CN", "您的订单"), ("ru", "Ваши заказы"), ("en", "Your orders")]
    {
        let Launched::Ask { request, .. } = world.launch(&ana, APP, None).await else { panic!() };
        let page = Browser::default().get(&world, &format!("/consent/{request}?ui_locales={language}")).await;
        let page = match page.header("location") {
            "" => page,
            _ => panic!("the page sends the browser on"),
        };
        assert!(page.body.contains(title), "{language}: {}", page.body);
        let bearer = format!("Bearer {}", ana.access);
        let headers = [("authorization", bearer.as_str()), ("accept-language", language)];
        let shown =
            world.call(axum::http::Method::GET, &format!("/v1/consents/{request}"), &headers, "").await.ok();
        assert!(shown.body.contains(title), "{language}: {}", shown.body);
    }
    let launch = world.launch_granting(&ana, APP, None).await;
    let answer = call(&world, APP, &launch, &[("scope", "orders.history")]).await.ok().json();
    assert_eq!(answer["scope"], "orders.history");
    let token = answer["access_token"].as_str().unwrap();
    let (theirs, own) = (world.introspect(ORDERS, token).await, world.introspect(APP, &launch).await);
    assert_eq!((&theirs["active"], &theirs["scope"]), (&json!(true), &json!("orders.history")));
    assert_ne!(theirs["sub"], own["sub"]);
    assert_eq!(theirs["sub"].as_str().unwrap().len(), 28);
    let other = world.sign_in("ana").await;
    let again = world.launch_granting(&other, APP, None).await;
    let again = call(&world, APP, &again, &[]).await.ok().json();
    let again = world.introspect(ORDERS, again["access_token"].as_str().unwrap()).await;
    assert_eq!(again["sub"], theirs["sub"], "the service knows the person again");
    let kept = json!({ "scope": "openid" });
    let path = format!("/v1/me/apps/{APP}");
    world.json(axum::http::Method::PATCH, &path, Some(&ana.access), &kept).await.ok();
    assert_eq!(world.introspect(ORDERS, token).await["scope"], "", "closed at once");
    let asked = [("scope", "orders.history")];
    assert_eq!(call(&world, APP, &launch, &asked).await.refusal().1, "invalid_scope");
}
