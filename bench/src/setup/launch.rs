//! Launching, consenting, and the requests that a launch token is good for.

use super::register::App;
use super::sign_in::Tokens;
use super::{HOST, SCOPE};
use crate::failure::{Failure, Outcome};
use crate::wire::{Connection, Request};
use bytes::Bytes;
use serde_json::json;
use std::net::SocketAddr;

/// A signed-in person and the app they launch.
pub(crate) struct Pair {
    pub(crate) tokens: Tokens,
    /// Index of the app.
    pub(crate) app: usize,
}

/// The request that launches an app.
pub(crate) fn request(address: SocketAddr, app: &App, access: &str, scope: &str) -> Bytes {
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", access),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", &app.id),
        ("scope", scope),
        ("client_id", HOST),
    ];
    Request::new("POST", "/oauth/token", address).form(&fields).bytes()
}

/// The request by which the app's back end validates a launch token.
pub(crate) fn introspection(address: SocketAddr, app: &App, token: &str) -> Bytes {
    let request = Request::new("POST", "/oauth/introspect", address);
    request.header("authorization", &app.basic).form(&[("token", token)]).bytes()
}

/// The request for the claims that a launch token opens.
pub(crate) fn userinfo(address: SocketAddr, token: &str) -> Bytes {
    let request = Request::new("GET", "/oauth/userinfo", address);
    request.header("authorization", &format!("Bearer {token}")).bytes()
}

/// Launches and gives the launch token.
pub(crate) async fn launch(
    connection: &mut Connection,
    app: &App,
    access: &str,
    scope: &str,
) -> Outcome<String> {
    let request = request(connection.address(), app, access, scope);
    let answer = connection.ask(&request).await?.json(200..=200, "launching")?;
    if answer["scope"].as_str().is_none_or(|given| given.split(' ').count() != scope.split(' ').count()) {
        return Err(Failure("launching: not all of the scope was given".into()));
    }
    let token = answer["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| Failure("launching: no access_token".into()))
}

/// Launches for the first time, answers the question that comes back with yes to everything, and launches
/// again, which must succeed.
pub(crate) async fn allow(connection: &mut Connection, app: &App, pair: &Pair) -> Outcome<()> {
    let address = connection.address();
    let asked = connection.ask(&request(address, app, &pair.tokens.access, SCOPE)).await?;
    if asked.status != 200 {
        let answer = asked.json(400..=400, "the first launch")?;
        let (Some(question), Some(scope)) = (answer["consent_request"].as_str(), answer["scope"].as_str())
        else {
            return Err(Failure(format!("the first launch: {}, not consent_required", answer["error"])));
        };
        let granted: Vec<&str> = scope.split(' ').collect();
        let decision = Request::new("POST", &format!("/v1/consents/{question}"), address)
            .header("authorization", &format!("Bearer {}", pair.tokens.access))
            .json(&json!({ "granted": granted, "refused": [] }));
        let decided = connection.ask(&decision.bytes()).await?;
        if !(200..300).contains(&decided.status) {
            return Err(decided.refused("consenting"));
        }
    }
    launch(connection, app, &pair.tokens.access, SCOPE).await.map(drop)
}
