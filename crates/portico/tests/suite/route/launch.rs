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
