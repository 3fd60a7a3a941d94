use crate::fixture::{Launched, World};

#[tokio::test]
async fn a_first_launch_asks_and_the_next_one_validates() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let Launched::Ask { request, scope } = world.launch(&ana, "org.example.taxi", None).await else {
        panic!()
    };
    assert_eq!(scope, "profile.basic phone.verified email.verified");
    world.answer(&ana, &request, &["profile.basic", "phone.verified"], &["email.verified"]).await.ok();
    let Launched::Token { token, scope } = world.launch(&ana, "org.example.taxi", None).await else {
        panic!()
    };
    assert_eq!(scope, "openid profile.basic phone.verified");
    let active = world.introspect("org.example.taxi", &token).await;
    assert_eq!(active["active"], true);
    assert_eq!(active["scope"], scope);
    let info = world.userinfo(&token).await.ok().json();
    assert_eq!(info["name"], "Name of ana");
    assert_eq!(info["sub"], active["sub"]);
    assert!(info.get("email").is_none());
    world.sign_out(&ana).await.ok();
    let dead = world.introspect("org.example.taxi", &token).await;
    assert_eq!(dead, serde_json::json!({ "active": false }));
}

#[tokio::test]
async fn a_withdrawal_that_names_what_the_app_never_asked_changes_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, "org.example.shop", None).await;
    let path = "/v1/me/apps/org.example.shop";
    for body in
        [r#"{"scope":"frob"}"#, r#"{"scope":"openid","scope":"openid"}"#, "[]", r#"{"scope":1}"#, "{}"]
    {
        let bearer = format!("Bearer {}", ana.access);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let reply = world.call(axum::http::Method::PATCH, path, &headers, body).await;
        assert_eq!(reply.status, 400, "{body} {}", reply.body);
    }
    assert_eq!(world.introspect("org.example.shop", &token).await["scope"], "openid profile.basic");
}

#[tokio::test]
async fn scripts_of_registered_origins_alone_may_read_and_never_where_browsers_navigate() {
    let world = World::new().await;
    let ask = async |path: &str, origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        let reply = world.call(axum::http::Method::OPTIONS, path, &headers, "").await;
        reply.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(ask("/oauth/token", "https://super.app").await, "https://super.app");
    assert_eq!(
        ask("/oauth/userinfo", "https://org.example.taxi.example").await,
        "https://org.example.taxi.example"
    );
    for (path, origin) in [
        ("/oauth/token", "https://evil.example"),
        ("/oauth/token", "null"),
        ("/oauth/authorize", "https://super.app"),
        ("/sign-in", "https://super.app"),
    ] {
        assert_eq!(ask(path, origin).await, "", "{path} {origin}");
    }
}
