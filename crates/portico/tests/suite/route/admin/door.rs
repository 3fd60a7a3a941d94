use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use super::{ADMIN, act, detail, get, post};
use crate::fixture::{Reply, World};

async fn sent(world: &World, content_type: Option<&str>, body: impl Into<Body>) -> Reply {
    let mut request = Request::builder().method(Method::POST).uri("/admin/v1/developers");
    request = request.header("authorization", format!("Bearer {ADMIN}"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    world.send(&world.admin, request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn without_the_admin_token_there_is_a_challenge_and_a_problem() {
    let world = World::new().await;
    for (token, challenge) in [(None, "Bearer"), (Some("wrong"), "Bearer error=\"invalid_token\"")] {
        let reply = world.admin_call(Method::GET, "/admin/v1/apps", token, "").await;
        assert_eq!(reply.refusal(), (401, "invalid_token".into()));
        assert_eq!(reply.header("www-authenticate"), challenge);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn a_problem_has_the_members_of_rfc_9457_and_a_code() {
    let world = World::new().await;
    let problem = get(&world, "apps/org.example.none").await.json();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!((&problem["title"], &problem["status"]), (&json!("Not Found"), &json!(404)));
    assert_eq!(problem["code"], "not_found");
    assert!(!problem["detail"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_404_whatever_its_id_looks_like() {
    let world = World::new().await;
    let ids = [
        "none.such",
        "usr_00000000000000000000000000000000",
        "dlv_00000000000000000000000000000000",
        "%ff",
        "A%20B",
    ];
    for id in ids {
        for path in ["apps", "hosts", "developers", "scopes", "users"] {
            assert_eq!(get(&world, &format!("{path}/{id}")).await.status, 404, "{path}/{id}");
        }
        for path in ["apps/ID/suspend", "apps/ID/resume", "apps/ID/rotate-secret", "hosts/ID/suspend"] {
            assert_eq!(act(&world, &path.replace("ID", id)).await.status, 404, "{path} {id}");
        }
        for path in ["users/ID/end-sessions", "users/ID/suspend", "users/ID/erase", "deliveries/ID/retry"] {
            assert_eq!(act(&world, &path.replace("ID", id)).await.status, 404, "{path} {id}");
        }
    }
    assert_eq!(get(&world, "hosts/org.example.taxi").await.status, 404);
    assert_eq!(get(&world, "apps/super.app").await.status, 404);
    assert_eq!(get(&world, "nowhere").await.status, 404);
}

#[tokio::test]
async fn a_method_that_an_address_has_not_is_405() {
    let world = World::new().await;
    let reply = world.admin_call(Method::PUT, "/admin/v1/apps", Some(ADMIN), "{}").await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (405, "application/problem+json"));
}

#[tokio::test]
async fn a_body_is_json_of_a_mebibyte_at_most() {
    let world = World::new().await;
    let good = r#"{"developer_id":"cargo","name":"Cargo"}"#;
    let json = Some("application/json");
    for (content_type, body, status) in [
        (None, good.as_bytes().to_vec(), 415),
        (Some("text/plain"), good.as_bytes().to_vec(), 415),
        (json, b"{\"developer_id\":\"cargo\",".to_vec(), 400),
        (json, b"{\"developer_id\":\"cargo\",\"name\":\"\xff\"}".to_vec(), 400),
        (json, b"".to_vec(), 400),
        (json, b"[]".to_vec(), 400),
        (json, b"null".to_vec(), 400),
        (json, "[".repeat(100_000).into_bytes(), 400),
        (json, format!("{good}{}", " ".repeat(1024 * 1024)).into_bytes(), 413),
        (json, vec![b'x'; 10 * 1024 * 1024], 413),
    ] {
        let reply = sent(&world, content_type, body).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    assert_eq!(get(&world, "developers/cargo").await.status, 404);
    sent(&world, Some("application/json; charset=utf-8"), good).await.ok();
}

#[tokio::test]
async fn unknown_members_and_parameters_are_refused_by_name() {
    let world = World::new().await;
    let reply = post(&world, "developers", json!({"developer_id": "cargo", "nmae": "Cargo"})).await;
    assert_eq!((reply.status.as_u16(), detail(&reply).contains("'nmae'; did you mean 'name'?")), (400, true));
    let reply = get(&world, "apps?limt=5").await;
    assert_eq!((reply.status.as_u16(), detail(&reply).contains("'limit'")), (400, true));
    for bad in ["limit=0", "limit=1001", "limit=x", "after=UPPER", "limit=1&limit=2", "after=%ff"] {
        assert_eq!(get(&world, &format!("apps?{bad}")).await.status, 400, "{bad}");
    }
}
