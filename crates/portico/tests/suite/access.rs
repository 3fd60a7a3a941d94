//! Who may call what: every endpoint, with nobody, a person, the right app, a wrong app and the
//! operator. A route that is not in the table fails the last test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, Response};

use crate::fixture::{Browser, Tokens, World};

/// What each caller is answered: nobody, a person (their host's token), an app's launch token,
/// an app's credentials, the operator's token.
pub type Row = (&'static str, &'static str, [u16; 5]);

/// Answers of the public face. 4xx other than 401 and 403 mean that the caller got past the door
/// and the empty request was refused for what it said.
pub const PUBLIC: &[Row] = &[
    ("POST", "/oauth/introspect", [401, 401, 401, 400, 401]),
    ("POST", "/oauth/token", [401, 401, 401, 400, 401]),
    ("POST", "/oauth/revoke", [401, 401, 401, 400, 401]),
    ("GET", "/oauth/userinfo", [401, 200, 200, 401, 401]),
    ("POST", "/oauth/userinfo", [401, 200, 200, 401, 401]),
    ("GET", "/oauth/authorize", [400, 400, 400, 400, 400]),
    ("POST", "/oauth/authorize", [400, 400, 400, 400, 400]),
    ("GET", "/oauth/jwks", [200, 200, 200, 200, 200]),
    ("GET", "/oauth/end-session", [200, 200, 200, 200, 200]),
    ("POST", "/oauth/end-session", [200, 200, 200, 200, 200]),
    ("GET", "/.well-known/openid-configuration", [200, 200, 200, 200, 200]),
    ("GET", "/.well-known/oauth-authorization-server", [200, 200, 200, 200, 200]),
    ("GET", "/sign-in", [200, 200, 200, 200, 200]),
    ("POST", "/sign-in", [400, 400, 400, 400, 400]),
    ("POST", "/sign-in/passkey", [403, 403, 403, 403, 403]),
    ("POST", "/sign-in/passkey/options", [403, 403, 403, 403, 403]),
    ("GET", "/sign-in/step-up", [303, 303, 303, 303, 303]),
    ("POST", "/sign-in/step-up", [303, 303, 303, 303, 303]),
    ("GET", "/sign-in/code", [303, 303, 303, 303, 303]),
    ("POST", "/sign-in/code", [400, 400, 400, 400, 400]),
    ("GET", "/register", [200, 200, 200, 200, 200]),
    ("POST", "/register", [400, 400, 400, 400, 400]),
    ("GET", "/register/code", [303, 303, 303, 303, 303]),
    ("POST", "/register/code", [303, 303, 303, 303, 303]),
    ("GET", "/recover", [200, 200, 200, 200, 200]),
    ("POST", "/recover", [400, 400, 400, 400, 400]),
    ("GET", "/recover/code", [303, 303, 303, 303, 303]),
    ("POST", "/recover/code", [303, 303, 303, 303, 303]),
    ("POST", "/sign-in/via/{connection}", [400, 400, 400, 400, 400]),
    ("GET", "/sign-in/return/{connection}", [410, 410, 410, 410, 410]),
    ("GET", "/consent/{request}", [410, 410, 410, 410, 410]),
    ("POST", "/consent/{request}", [410, 410, 410, 410, 410]),
    ("GET", "/v1/consents/{request}", [401, 404, 403, 401, 401]),
    ("POST", "/v1/consents/{request}", [401, 404, 403, 401, 401]),
    ("GET", "/health/live", [200, 200, 200, 200, 200]),
    ("GET", "/health/ready", [200, 200, 200, 200, 200]),
    ("GET", "/assets/{file}", [404, 404, 404, 404, 404]),
    ("GET", "/theme/{file}", [404, 404, 404, 404, 404]),
    ("GET", "/settings", [303, 303, 303, 303, 303]),
    ("POST", "/settings", [303, 303, 303, 303, 303]),
    ("GET", "/settings/profile", [303, 303, 303, 303, 303]),
    ("POST", "/settings/profile", [303, 303, 303, 303, 303]),
    ("GET", "/settings/profile/picture", [303, 303, 303, 303, 303]),
    ("POST", "/settings/profile/picture", [303, 303, 303, 303, 303]),
    ("GET", "/settings/data", [303, 303, 303, 303, 303]),
    ("POST", "/settings/data", [303, 303, 303, 303, 303]),
    ("GET", "/settings/devices", [303, 303, 303, 303, 303]),
    ("POST", "/settings/devices", [303, 303, 303, 303, 303]),
    ("GET", "/settings/security", [303, 303, 303, 303, 303]),
    ("POST", "/settings/security", [303, 303, 303, 303, 303]),
    ("POST", "/settings/security/passkeys", [401, 401, 401, 401, 401]),
    ("POST", "/settings/security/passkeys/options", [401, 401, 401, 401, 401]),
    ("GET", "/settings/history", [303, 303, 303, 303, 303]),
    ("GET", "/settings/password", [303, 303, 303, 303, 303]),
    ("POST", "/settings/password", [303, 303, 303, 303, 303]),
    ("POST", "/v1/me/password", [401, 415, 403, 401, 401]),
    ("GET", "/v1/me/profile", [401, 200, 403, 401, 401]),
    ("PATCH", "/v1/me/profile", [401, 415, 403, 401, 401]),
    ("GET", "/avatars/{link}", [404, 404, 404, 404, 404]),
    ("POST", "/v1/webhooks/kyc", [400, 400, 400, 400, 400]),
    ("GET", "/v1/me/addresses", [401, 200, 403, 401, 401]),
    ("POST", "/v1/me/addresses", [401, 415, 403, 401, 401]),
    ("GET", "/v1/me/addresses/{id}", [401, 404, 403, 401, 401]),
    ("PUT", "/v1/me/addresses/{id}", [401, 404, 403, 401, 401]),
    ("PATCH", "/v1/me/addresses/{id}", [401, 404, 403, 401, 401]),
    ("DELETE", "/v1/me/addresses/{id}", [401, 404, 403, 401, 401]),
    ("GET", "/v1/me/payment-methods", [401, 200, 403, 401, 401]),
    ("POST", "/v1/me/payment-methods", [401, 415, 403, 401, 401]),
    ("GET", "/v1/me/payment-methods/{id}", [401, 404, 403, 401, 401]),
    ("PUT", "/v1/me/payment-methods/{id}", [401, 404, 403, 401, 401]),
    ("PATCH", "/v1/me/payment-methods/{id}", [401, 404, 403, 401, 401]),
    ("DELETE", "/v1/me/payment-methods/{id}", [401, 404, 403, 401, 401]),
    ("GET", "/v1/me/kyc", [401, 200, 403, 401, 401]),
    ("GET", "/v1/me/avatar", [401, 404, 403, 401, 401]),
    ("PUT", "/v1/me/avatar", [401, 415, 403, 401, 401]),
    ("DELETE", "/v1/me/avatar", [401, 204, 403, 401, 401]),
    ("GET", "/v1/me/emails", [401, 200, 403, 401, 401]),
    ("POST", "/v1/me/emails", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/emails/resend", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/emails/verify", [401, 415, 403, 401, 401]),
    ("DELETE", "/v1/me/emails/{id}", [401, 404, 403, 401, 401]),
    ("POST", "/v1/me/emails/{id}/verify", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/emails/{id}/main", [401, 404, 403, 401, 401]),
    ("GET", "/v1/me/phones", [401, 200, 403, 401, 401]),
    ("POST", "/v1/me/phones", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/phones/resend", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/phones/verify", [401, 415, 403, 401, 401]),
    ("DELETE", "/v1/me/phones/{id}", [401, 404, 403, 401, 401]),
    ("POST", "/v1/me/phones/{id}/verify", [401, 415, 403, 401, 401]),
    ("POST", "/v1/me/phones/{id}/main", [401, 404, 403, 401, 401]),
    ("GET", "/v1/me/apps", [401, 200, 403, 401, 401]),
    ("DELETE", "/v1/me/apps/{app_id}", [401, 404, 403, 401, 401]),
    ("PATCH", "/v1/me/apps/{app_id}", [401, 415, 403, 401, 401]),
    ("GET", "/v1/me/sessions", [401, 200, 403, 401, 401]),
    ("DELETE", "/v1/me/sessions", [401, 204, 403, 401, 401]),
    ("DELETE", "/v1/me/sessions/{sid}", [401, 404, 403, 401, 401]),
    ("GET", "/settings/contacts", [303, 303, 303, 303, 303]),
    ("POST", "/settings/contacts", [303, 303, 303, 303, 303]),
    ("GET", "/settings/links", [303, 303, 303, 303, 303]),
    ("POST", "/settings/links", [303, 303, 303, 303, 303]),
    ("GET", "/v1/me/links", [401, 200, 403, 401, 401]),
    ("DELETE", "/v1/me/links/{id}", [401, 404, 403, 401, 401]),
    ("POST", "/v1/link-tickets", [401, 415, 403, 401, 401]),
    ("POST", "/v1/links", [401, 415, 403, 401, 401]),
    ("GET", "/link/{ticket}", [410, 410, 410, 410, 410]),
    ("GET", "/link/return/{connection}", [410, 410, 410, 410, 410]),
    ("GET", "/v1/me/history", [401, 200, 403, 401, 401]),
    ("GET", "/v1/me/export", [401, 200, 403, 401, 401]),
    ("GET", "/v1/events", [401, 200, 200, 401, 401]),
    ("POST", "/v1/identities/resolve", [401, 401, 401, 415, 401]),
    ("GET", "/v1/feed", [401, 401, 401, 200, 401]),
    ("DELETE", "/v1/me", [401, 204, 403, 401, 401]),
    // Refusals of the WeChat-compatible face are 200 with an `errcode`; the next test reads those.
    ("GET", "/wechat/sns/jscode2session", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/sns/jscode2session", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/wxa/checksession", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/wxa/checksession", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/wxa/resetusersessionkey", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/wxa/resetusersessionkey", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/cgi-bin/token", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/cgi-bin/token", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/cgi-bin/stable_token", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/cgi-bin/stable_token", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/wxa/business/getuserphonenumber", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/wxa/business/getuserphonenumber", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/sns/oauth2/access_token", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/sns/oauth2/access_token", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/sns/oauth2/refresh_token", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/sns/oauth2/refresh_token", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/sns/userinfo", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/sns/userinfo", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/sns/auth", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/sns/auth", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/cgi-bin/changeopenid", [200, 200, 200, 200, 200]),
    ("POST", "/wechat/cgi-bin/changeopenid", [200, 200, 200, 200, 200]),
    ("GET", "/wechat/connect/oauth2/authorize", [400, 400, 400, 400, 400]),
    ("POST", "/v1/wechat/user-data", [401, 403, 415, 401, 401]),
];

/// Answers of the operator's console to each caller of the others, and to an operator who has signed in
/// there. Whoever has not is sent to sign in; `{id}` is nobody's, so that an operator is told so.
const CONSOLE: &[(&str, &str, u16, u16)] = &[
    ("GET", "/", 303, 303),
    ("GET", "/console", 303, 200),
    ("GET", "/console/assets/{file}", 404, 404),
    ("GET", "/console/sign-in", 200, 200),
    ("POST", "/console/sign-in", 400, 400),
    ("POST", "/console/sign-out", 303, 400),
    ("GET", "/console/provider", 404, 404),
    ("GET", "/console/provider/leave", 404, 404),
    ("GET", "/console/people", 303, 200),
    ("GET", "/console/people/{id}", 303, 404),
    ("POST", "/console/people/{id}", 303, 400),
    ("GET", "/console/apps", 303, 200),
    ("GET", "/console/apps/{id}", 303, 404),
    ("POST", "/console/apps/{id}", 303, 400),
    ("GET", "/console/hosts", 303, 200),
    ("GET", "/console/hosts/{id}", 303, 404),
    ("POST", "/console/hosts/{id}", 303, 400),
    ("GET", "/console/scopes", 303, 200),
    ("GET", "/console/deliveries", 303, 200),
    ("POST", "/console/deliveries", 303, 400),
    ("GET", "/console/audit", 303, 200),
];

fn is_of_the_console(path: &str) -> bool {
    path == "/" || path.starts_with("/console")
}

pub struct Callers {
    pub headers: [Option<String>; 5],
}

pub async fn callers(world: &World, tokens: &Tokens) -> Callers {
    let launch = world.launch_granting(tokens, "org.example.taxi", None).await;
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    Callers {
        headers: [
            None,
            bearer(&tokens.access),
            bearer(&launch),
            Some(world.credentials("org.example.taxi")),
            bearer("the-operators-token-of-the-tests-0123456789"),
        ],
    }
}

async fn status(world: &World, method: &str, path: &str, authorization: Option<&str>) -> u16 {
    answer(world, method, path, authorization).await.status().as_u16()
}

/// The head of what is answered to an empty request.
pub async fn answer(world: &World, method: &str, path: &str, authorization: Option<&str>) -> Response<Body> {
    let path = path.replace("{request}", &"x".repeat(43)).replace("{app_id}", "org.example.none");
    let path = path
        .replace("{connection}", "acme")
        .replace("{ticket}", &"x".repeat(43))
        .replace("{id}", "none")
        .replace("{sid}", &"x".repeat(28))
        .replace("{file}", "none.css");
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    if method == "POST" {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    // Streams do not end: only the head of the answer is read.
    use tower::ServiceExt;
    world.public.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn every_public_endpoint_answers_each_caller_as_the_table_says() {
    let mut wrong = vec![];
    for (method, path, expected) in PUBLIC {
        // A fresh person for each row: some rows end what they stand on.
        let world = World::new().await;
        let tokens = world.sign_in("ana").await;
        let callers = callers(&world, &tokens).await;
        for (caller, expected) in [0, 2, 3, 4, 1].map(|caller| (caller, expected[caller])) {
            let got = status(&world, method, path, callers.headers[caller].as_deref()).await;
            if got != expected {
                wrong.push(format!("{method} {path} caller {caller}: {got}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn no_endpoint_of_the_wechat_compatible_face_answers_whoever_has_not_what_it_asks_for() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let callers = callers(&world, &tokens).await;
    let face =
        PUBLIC.iter().filter(|(_, path, _)| path.starts_with("/wechat/") && !path.contains("/connect/"));
    for (method, path, _) in face {
        for header in &callers.headers {
            let reply = answer(&world, method, path, header.as_deref()).await;
            let body = axum::body::to_bytes(reply.into_body(), 10_000).await.unwrap();
            let said: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert!(said["errcode"].as_i64().is_some_and(|code| code > 40_000), "{method} {path}: {said}");
        }
    }
}

#[tokio::test]
async fn no_endpoint_of_the_operator_opens_to_anybody_else() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let callers = callers(&world, &tokens).await;
    for path in source_routes().into_iter().filter(|path| path.starts_with("/admin/")) {
        for caller in 0..4 {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let mut request = Request::builder().method(method).uri(path.replace(['{', '}'], ""));
                if let Some(value) = &callers.headers[caller] {
                    request = request.header("authorization", value);
                }
                let reply = world.send(&world.admin, request.body(Body::empty()).unwrap()).await;
                assert_eq!(reply.status, 401, "{path} caller {caller}");
            }
        }
    }
}

#[tokio::test]
async fn the_console_opens_to_an_operator_who_has_signed_in_there_and_to_nobody_else() {
    let world = World::new().await;
    let tokens = world.sign_in("ana").await;
    let callers = callers(&world, &tokens).await;
    let mut operator = Browser::default();
    operator.sign_in_to_console(&world).await;
    let mut wrong = vec![];
    for (method, path, others, expected) in CONSOLE {
        let path = path.replace("{id}", "nobody.here").replace("{file}", "none.css");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        // The operator's token itself opens the API only: a page wants the visit.
        for header in &callers.headers {
            let mut request = Request::builder().method(method.clone()).uri(&path);
            request = request.header("content-type", "application/x-www-form-urlencoded");
            if let Some(value) = header {
                request = request.header("authorization", value);
            }
            let got = world.send(&world.admin, request.body(Body::empty()).unwrap()).await;
            if got.status.as_u16() != *others {
                wrong.push(format!("{method} {path} for others: {}, not {others}", got.status));
            }
        }
        let got = operator.at_console(&world, method.clone(), &path, &[]).await;
        if got.status.as_u16() != *expected {
            wrong.push(format!("{method} {path} for an operator: {}, not {expected}", got.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_route_of_the_console_is_in_its_table() {
    let tabled: BTreeSet<_> =
        CONSOLE.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    let routes: BTreeSet<_> =
        source_methods().into_iter().filter(|(_, path)| is_of_the_console(path)).collect();
    assert_eq!(routes, tabled);
}

#[tokio::test]
async fn an_app_learns_nothing_of_another_apps_token() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    let taxi = world.launch_granting(&ana, "org.example.taxi", None).await;
    assert_eq!(world.introspect("org.example.taxi", &taxi).await["active"], true);
    assert_eq!(world.introspect("org.example.shop", &taxi).await, serde_json::json!({ "active": false }));
    let revoke = world.credentials("org.example.shop");
    world.form("/oauth/revoke", Some(&revoke), &[("token", &taxi)]).await.ok();
    assert_eq!(world.introspect("org.example.taxi", &taxi).await["active"], true);
}

#[test]
fn every_route_in_the_source_is_in_the_table() {
    let tabled: BTreeSet<_> = PUBLIC.iter().map(|(_, path, _)| (*path).to_owned()).collect();
    let routes: BTreeSet<_> = source_routes()
        .into_iter()
        .filter(|path| !path.starts_with("/admin/") && !is_of_the_console(path))
        .collect();
    assert!(routes.len() > 20, "the source was not read: {routes:?}");
    let missing: Vec<_> = routes.difference(&tabled).collect();
    assert!(missing.is_empty(), "no access test for {missing:?}");
    let gone: Vec<_> = tabled.difference(&routes).collect();
    assert!(gone.is_empty(), "no such route: {gone:?}");
}

/// Every path that the source of the face registers.
fn source_routes() -> Vec<String> {
    source_methods().into_iter().map(|(_, path)| path).collect()
}

/// Every path that the source of the face registers, once for each method.
pub fn source_methods() -> Vec<(String, String)> {
    let mut routes = vec![];
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../http/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                for rest in source.split(".route(").skip(1) {
                    let Some(path) = rest.split('"').nth(1).filter(|path| path.starts_with('/')) else {
                        continue;
                    };
                    let handlers = arguments(rest);
                    let called = |method: &&str| {
                        let call = format!("{method}(");
                        let mut calls = handlers.match_indices(call.as_str());
                        calls.any(|(at, _)| {
                            !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                        })
                    };
                    let methods = ["get", "post", "put", "patch", "delete"].into_iter().filter(called);
                    let before = routes.len();
                    routes.extend(methods.map(|method| (method.to_uppercase(), path.to_owned())));
                    assert!(routes.len() > before, "no method of {path} was read: {handlers}");
                }
            }
        }
    }
    routes
}

/// What stands before the parenthesis that closes a call.
fn arguments(rest: &str) -> &str {
    let mut depth = 0;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    });
    &rest[..end.unwrap()]
}
