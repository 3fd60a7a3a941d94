use serde_json::{Value, json};

use super::{TAXI, act, detail, get, post};
use crate::fixture::{Reply, World};

const SHOP: &str = "org.example.shop";

async fn one(world: &World, open_id: &str, who: &str, value: &str) -> Reply {
    post(world, "links", json!({ "app": SHOP, "openid": open_id, who: value })).await
}

async fn many(world: &World, links: Value) -> Value {
    post(world, "links", json!({ "app": SHOP, "links": links })).await.ok().json()
}

/// The OpenID that the shop is told of this person.
async fn told(world: &World, subject: &str) -> String {
    let tokens = world.sign_in(subject).await;
    let token = world.launch_granting(&tokens, SHOP, None).await;
    world.introspect(SHOP, &token).await["sub"].as_str().unwrap().to_owned()
}

/// The id of whoever signed in as this.
async fn user(world: &World, subject: &str) -> String {
    let found = get(world, &format!("users?query={subject}@people.example")).await.ok().json();
    found["items"][0]["user_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_imported_is_what_the_app_is_told_and_again_it_is_unchanged() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let made = one(&world, "oWX-1", "email", "Ana@people.example").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["outcome"], "imported");
    assert_eq!(told(&world, "ana").await, "oWX-1");
    let again = one(&world, "oWX-1", "phone", "+7999 0000304").await;
    assert_eq!(
        (again.status.as_u16(), &again.json()["outcome"]),
        (200, &json!("unchanged")),
        "{}",
        again.body
    );
}

#[tokio::test]
async fn each_rule_of_an_import_is_a_conflict_or_a_refused_line() {
    let world = World::new().await;
    for name in ["ana", "bob", "eve"] {
        world.sign_in(name).await;
    }
    let derived = told(&world, "eve").await;
    one(&world, "oWX-1", "email", "ana@people.example").await.ok();
    let cases = [
        (derived.as_str(), "bob", 409, "derives"),
        (derived.as_str(), "eve", 409, "derives"),
        ("oWX-9", "eve", 409, "has been told"),
        ("oWX-1", "bob", 409, "another person"),
        ("oWX-2", "ana", 409, "another OpenID"),
        ("oWX-3", "nobody", 400, "nobody has proved"),
        (" ", "bob", 400, "empty"),
        ("o\u{0}", "bob", 400, "control"),
    ];
    let email = |name: &str| format!("{name}@people.example");
    for (open_id, name, status, reason) in cases {
        let refused = one(&world, open_id, "email", &email(name)).await;
        assert_eq!(refused.status, status, "{open_id} {name}: {}", refused.body);
        assert!(detail(&refused).contains(reason), "{}", refused.body);
    }
    let lines = cases.map(|(open_id, name, ..)| json!({ "openid": open_id, "email": email(name) }));
    let good = json!({ "openid": "oWX-5", "email": email("bob") });
    let report = many(&world, json!([&lines[..], &[good]].concat())).await;
    assert_eq!((&report["imported"], &report["unchanged"]), (&json!(1), &json!(0)));
    for (index, (_, _, _, reason)) in cases.iter().enumerate() {
        let line = &report["refused"][index];
        assert_eq!(line["index"], index);
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
    }
    assert_eq!(told(&world, "bob").await, "oWX-5");
    assert_eq!(told(&world, "eve").await, derived);
}

#[tokio::test]
async fn only_what_a_person_has_proved_finds_them_and_nobody_who_is_suspended() {
    let world = World::new().await;
    let unproved = json!({ "name": "B", "username": "bob", "email": "bob@people.example" });
    let bob = post(&world, "users", unproved).await.ok().json()["user_id"].as_str().unwrap().to_owned();
    assert_eq!(one(&world, "o-1", "email", "bob@people.example").await.status, 400);
    act(&world, &format!("users/{bob}/suspend")).await.ok();
    assert!(detail(&one(&world, "o-1", "username", "bob").await).contains("suspended"));
    act(&world, &format!("users/{bob}/resume")).await.ok();
    one(&world, "o-1", "username", "bob").await.ok();
    for (app, id) in
        [("org.example.none", &*bob), ("super.app", &bob), (SHOP, "usr_00000000000000000000000000000000")]
    {
        let refused = post(&world, "links", json!({ "app": app, "openid": "o-2", "user_id": id })).await;
        assert_eq!(refused.status, 400, "{app}");
    }
    act(&world, &format!("users/{bob}/erase")).await.ok();
    assert_eq!(one(&world, "o-1", "user_id", &bob).await.status, 400);
}

#[tokio::test]
async fn a_thousand_lines_are_taken_and_one_more_is_refused() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let line = json!({ "openid": "o-1", "email": "ana@people.example" });
    let report = many(&world, json!(vec![line.clone(); 1000])).await;
    assert_eq!((&report["imported"], &report["unchanged"]), (&json!(1), &json!(999)));
    let more = post(&world, "links", json!({ "app": SHOP, "links": vec![line; 1001] })).await;
    assert_eq!(more.status, 400);
}

#[tokio::test]
async fn people_are_created_with_the_openids_that_apps_have_for_them() {
    let world = World::new().await;
    let person = |links: Value| json!({ "name": "A", "username": "ana", "email": "ana@people.example", "email_verified": true, "links": links });
    let derived = told(&world, "eve").await;
    for (bad, status) in [
        (json!([{ "app": SHOP, "openid": derived }]), 409),
        (json!([{ "app": "org.example.none", "openid": "o" }]), 400),
        (json!([{ "app": SHOP, "openid": "o" }, { "app": SHOP, "openid": "p" }]), 400),
        (json!([{ "app": SHOP }]), 400),
        (json!({ "app": SHOP, "openid": "o" }), 400),
    ] {
        assert_eq!(post(&world, "users", person(bad.clone())).await.status, status, "{bad}");
    }
    let links = json!([{ "app": SHOP, "openid": "o-1" }, { "app": TAXI, "openid": "t-1" }]);
    let ana = post(&world, "users", json!([person(links)])).await.ok().json();
    let ana = &ana["users"][0]["user_id"];
    let listed = get(&world, &format!("links?app={SHOP}")).await.ok().json();
    assert_eq!((&listed["items"][0]["user_id"], &listed["items"][0]["openid"]), (ana, &json!("o-1")));
    let taken = json!({ "name": "B", "links": [{ "app": SHOP, "openid": "o-1" }] });
    assert_eq!(post(&world, "users", taken).await.status, 409);
}

#[tokio::test]
async fn the_openids_of_an_app_come_in_pages_with_whose_they_are_and_how_they_came() {
    let world = World::new().await;
    let mut people = vec![];
    for name in ["ana", "bob", "eve"] {
        world.sign_in(name).await;
        people.push(user(&world, name).await);
    }
    one(&world, "o-0", "user_id", &people[0]).await.ok();
    many(
        &world,
        json!([{ "openid": "o-1", "user_id": people[1] }, { "openid": "o-2", "user_id": people[2] }]),
    )
    .await;
    post(&world, "links", json!({ "app": TAXI, "openid": "t-1", "user_id": people[0] })).await.ok();
    let first = get(&world, &format!("links?app={SHOP}&limit=2")).await.ok().json();
    let next = first["next"].as_str().unwrap();
    let last = get(&world, &format!("links?app={SHOP}&limit=2&after={next}")).await.ok().json();
    let items =
        [first["items"].as_array().unwrap().clone(), last["items"].as_array().unwrap().clone()].concat();
    let mut shown: Vec<_> = items
        .iter()
        .map(|item| {
            [&item["openid"], &item["user_id"], &item["proof"]].map(|text| text.as_str().unwrap().to_owned())
        })
        .collect();
    shown.sort();
    let expected = [("o-0", "support"), ("o-1", "import"), ("o-2", "import")];
    let expected: Vec<_> = expected
        .iter()
        .zip(&people)
        .map(|((open_id, proof), user)| [(*open_id).to_owned(), user.clone(), (*proof).to_owned()])
        .collect();
    assert_eq!(shown, expected);
    for bad in ["links", "links?app=org.example.none", "links?app=x&after=y"] {
        assert_eq!(get(&world, bad).await.status, 400, "{bad}");
    }
    let trail = get(&world, &format!("audit?target={SHOP}")).await.ok().body;
    assert!(trail.contains("2 of 2") && !trail.contains("o-1"), "{trail}");
}

#[tokio::test]
async fn an_openid_may_be_any_digits_and_nothing_beside_it_may_be_those_of_a_card() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let card = "4111111111111111";
    let report = many(&world, json!([{ "openid": card, "email": "ana@people.example" }])).await;
    assert_eq!(report["imported"], 1, "{report}");
    assert_eq!(told(&world, "ana").await, card);
    assert_eq!(one(&world, "o-1", "username", card).await.status, 400);
    let migrated = json!({ "from": SHOP, "openids": [card] });
    post(&world, &format!("apps/{TAXI}/migrate-openids"), migrated).await.ok();
    let links = json!([{ "app": SHOP, "openid": "4222222222222" }]);
    post(&world, "users", json!({ "name": "B", "links": links })).await.ok();
}

#[tokio::test]
async fn whose_an_openid_is_can_be_asked_whether_it_was_imported_or_derived() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let ana = user(&world, "ana").await;
    let derived = told(&world, "bob").await;
    let bob = user(&world, "bob").await;
    one(&world, "o-1", "user_id", &ana).await.ok();
    let whose = async |app: &str, open_id: &str| {
        let found = get(&world, &format!("links?app={app}&openid={open_id}")).await.ok().json();
        let items = found["items"].as_array().unwrap();
        assert!(items.len() <= 1 && items.iter().all(|item| item["openid"] == open_id), "{found}");
        items.first().map(|item| (item["user_id"].as_str().unwrap().to_owned(), item["proof"].clone()))
    };
    assert_eq!(whose(SHOP, "o-1").await, Some((ana.clone(), json!("support"))));
    assert_eq!(whose(SHOP, &derived).await, Some((bob.clone(), Value::Null)));
    assert_eq!((whose(SHOP, "o-2").await, whose(TAXI, "o-1").await), (None, None));
    assert_eq!(whose(TAXI, &derived).await, None);
    act(&world, &format!("users/{bob}/erase")).await.ok();
    assert_eq!(whose(SHOP, &derived).await, None);
}

#[tokio::test]
async fn an_imported_openid_shows_no_connection_though_one_leads_to_its_app() {
    let world = World::new().await;
    world.sign_in("ana").await;
    let ana = user(&world, "ana").await;
    let account = json!({
        "connection_id": "shop-account", "kind": "wechat_official_account", "name": "Shop at WeChat",
        "app_id": "wx00000000000000b2", "secret": "s", "scope": "snsapi_base", "app": SHOP, "marker": "merchant",
    });
    post(&world, "connections", account).await.ok();
    one(&world, "o-1", "user_id", &ana).await.ok();
    let shown = get(&world, &format!("users/{ana}/links")).await.ok().json();
    let link = shown["links"].as_array().unwrap().iter().find(|link| link["app_id"] == SHOP).unwrap();
    assert_eq!((&link["connection_id"], &link["name"]), (&Value::Null, &Value::Null), "{link}");
    assert_eq!(link["proof"], "support");
}
