use serde_json::{Value, json};

use super::{get, post};
use crate::fixture::{Launched, World};

const RIDES: &str = "org.example.rides";
const SHOP: &str = "org.example.shop";

async fn union_id(world: &World, token: &str) -> Value {
    world.userinfo(token).await.ok().json()["unionid"].clone()
}

#[tokio::test]
async fn a_moved_app_tells_no_union_id_before_its_people_are_asked_anew() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, RIDES, None).await;
    let before = union_id(&world, &token).await;
    assert!(before.is_string());
    let path = format!("apps/{RIDES}/move");
    assert_eq!(post(&world, &path, json!({ "developer": "nobody" })).await.status, 400);
    post(&world, &path, json!({ "developer": "acme" })).await.ok();
    assert_eq!(union_id(&world, &token).await, before, "it was theirs already");
    let moved = post(&world, &path, json!({ "developer": "bazaar" })).await.ok().json();
    assert_eq!(moved["portico"]["developer"], "bazaar");
    assert_eq!(union_id(&world, &token).await, Value::Null);
    let Launched::Ask { scope, .. } = world.launch(&ana, RIDES, None).await else {
        panic!("nobody was asked")
    };
    assert_eq!(scope, "union_id");
    let token = world.launch_granting(&ana, RIDES, None).await;
    let after = union_id(&world, &token).await;
    assert!(after.is_string() && after != before);
    let history = world.get("/v1/me/history", Some(&ana.access)).await.ok().body;
    assert!(history.contains("withdrawn"), "{history}");
    let trail = get(&world, &format!("audit?target={RIDES}")).await.ok().body;
    assert!(trail.contains("from acme to bazaar"), "{trail}");
}

#[tokio::test]
async fn openids_of_one_app_become_those_of_another_in_wechats_shape() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let mut known = vec![];
    for app in [SHOP, RIDES] {
        let token = world.launch_granting(&ana, app, None).await;
        known.push(world.introspect(app, &token).await["sub"].as_str().unwrap().to_owned());
    }
    let path = format!("apps/{RIDES}/migrate-openids");
    let asked = json!({ "from": SHOP, "openids": [known[0], "nobody"] });
    let answer = post(&world, &path, asked).await.ok().json();
    let row =
        |old: &str, new: &str, said: &str| json!({ "ori_openid": old, "new_openid": new, "err_msg": said });
    let rows = [row(&known[0], &known[1], "ok"), row("nobody", "", "ori_openid error")];
    assert_eq!(answer, json!({ "result_list": rows }));
    let trail = get(&world, &format!("audit?target={RIDES}")).await.ok().body;
    assert!(trail.contains("1 of 2 from org.example.shop"), "{trail}");
    for bad in [
        json!({ "from": SHOP, "openids": vec!["o"; 1001] }),
        json!({ "from": SHOP, "openids": [1] }),
        json!({ "from": "org.example.none", "openids": ["o"] }),
        json!({ "openids": ["o"] }),
    ] {
        assert_eq!(post(&world, &path, bad.clone()).await.status, 400, "{bad}");
    }
}
