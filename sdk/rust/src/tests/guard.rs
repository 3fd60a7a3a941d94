//! The layer, as the vectors have it.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};

use super::fake::{Fake, LIVE};
use super::{Hands, token_with, vectors};
use crate::{Portico, PorticoLayer, Refused, Validated};

fn text(scopes: &Value) -> String {
    let scopes: Vec<_> = scopes.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
    scopes.join(" ")
}

/// A handle for which a token is what the vector says, and that token.
async fn finding(fake: &Fake, clock: &Hands, token: &Value) -> (Portico, String) {
    if token == "unavailable" {
        fake.tell(StatusCode::BAD_GATEWAY, json!({}));
        return (fake.asking(clock), token_with(json!({})));
    }
    let portico = if token["given"] == token["allowed"] {
        fake.portico(clock)
    } else {
        let changed = json!({ "sub": "ana", "scope": text(&token["allowed"]) });
        let changed = format!("event: grant_changed\ndata: {changed}\n\nevent: caught_up");
        *fake.said.greeting.lock() = LIVE.replace("event: caught_up", &changed);
        fake.portico(clock)
    };
    portico.caught_up().await;
    let token = match token["given"].is_array() {
        true => token_with(json!({ "scope": text(&token["given"]) })),
        false => "x".to_owned(),
    };
    (portico, token)
}

/// Says who it believes calls.
async fn inner(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let caller = request.extensions().get::<Validated>().map(|caller| caller.user_id().to_owned());
    Ok(Response::new(caller.unwrap_or("nobody".into()).into()))
}

async fn answer(layer: &PorticoLayer, authorization: Option<&str>) -> Response<Body> {
    let mut request = Request::new(Body::empty());
    if let Some(authorization) = authorization {
        request.headers_mut().insert(header::AUTHORIZATION, authorization.parse().unwrap());
    }
    layer.layer(service_fn(inner)).oneshot(request).await.unwrap()
}

async fn body(response: Response<Body>) -> Vec<u8> {
    to_bytes(response.into_body(), 1000).await.unwrap().into()
}

#[tokio::test]
async fn the_guard_answers_as_the_vectors_say() {
    let vectors = vectors("scopes");
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 10);
    for case in cases {
        println!("{}", case["name"]);
        let (fake, clock) = (Fake::new().await, Hands::default());
        let (portico, token) = finding(&fake, &clock, &case["token"]).await;
        let required = text(&case["require"]);
        let layer = required
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .fold(portico.layer(), PorticoLayer::require);
        let authorization =
            case["authorization"].as_str().map(|text| text.replace(" x", &format!(" {token}")));
        let response = answer(&layer, authorization.as_deref()).await;
        let then = &case["then"];
        if then == "passes" {
            assert_eq!(body(response).await, b"ana");
            continue;
        }
        let headers = response.headers().clone();
        let header = |name| headers.get(name).map_or(Value::Null, |value| value.to_str().unwrap().into());
        assert_eq!(u64::from(response.status().as_u16()), then["status"]);
        assert_eq!(header("www-authenticate"), then["www_authenticate"]);
        assert_eq!(header("retry-after"), then["retry_after"]);
        for (name, value) in vectors["headers"].as_object().unwrap() {
            assert_eq!(header(name), *value);
        }
        assert_eq!(serde_json::from_slice::<Value>(&body(response).await).unwrap(), then["body"]);
    }
}

#[tokio::test]
async fn asking_for_a_scope_refuses_nobody() {
    for case in vectors("scopes")["optional"].as_array().unwrap() {
        println!("{}", case["name"]);
        let (fake, clock) = (Fake::new().await, Hands::default());
        let (portico, token) = finding(&fake, &clock, &case["token"]).await;
        let caller = portico.validate(&token).await.unwrap();
        let scope = case["scope"].as_str().unwrap();
        assert_eq!(
            (caller.has(scope), caller.was_withdrawn(scope)),
            (case["has"] == true, case["withdrawn"] == true)
        );
        let refused = caller.require(scope).err();
        assert_eq!(matches!(refused, Some(Refused::ScopeWithdrawn { .. })), case["withdrawn"] == true);
    }
}

#[tokio::test]
async fn an_optional_guard_lets_in_nobody_as_nobody_and_a_bad_token_not_at_all() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let layer = portico.layer().require("openid").optional();
    assert_eq!(body(answer(&layer, None).await).await, b"nobody");
    assert_eq!(answer(&layer, Some("Bearer x")).await.status(), StatusCode::UNAUTHORIZED);
    let reaching = format!("Bearer {}", token_with(json!({})));
    assert_eq!(body(answer(&layer, Some(&reaching)).await).await, b"ana");
    let short = format!("Bearer {}", token_with(json!({ "scope": "profile.basic" })));
    assert_eq!(answer(&layer, Some(&short)).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nobody_but_the_guard_says_who_calls() {
    let (fake, clock) = (Fake::new().await, Hands::default());
    let portico = fake.portico(&clock);
    portico.caught_up().await;
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(portico.validate(&token_with(json!({}))).await.unwrap());
    let response = portico.layer().optional().layer(service_fn(inner)).oneshot(request).await.unwrap();
    assert_eq!(body(response).await, b"nobody");
}

#[tokio::test]
async fn a_handler_without_a_guard_lets_nobody_in() {
    let routes = axum::Router::new().route("/", axum::routing::get(|_: Validated| async { "in" }));
    let response = routes.oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
