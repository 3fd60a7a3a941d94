//! The requests that clients send.

use crate::history::Scopes;
use crate::world::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use portico_bench::Signer;
use portico_bench::failure::Outcome;
use portico_bench::wire::Request;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The host's id, which is its `client_id` too.
pub(crate) const HOST: &str = "org.example.super";

fn bearer(method: &str, path: &str, to: SocketAddr, token: &str) -> Request {
    Request::new(method, path, to).header("authorization", &format!("Bearer {token}"))
}

/// Signs a person in, on a session of their own.
pub(crate) fn sign_in(signer: &Signer, to: SocketAddr, person: u32) -> Outcome<Bytes> {
    let assertion = signer.assertion(person as usize)?;
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", &assertion),
        ("client_id", HOST),
        ("scope", "openid host"),
    ];
    Ok(Request::new("POST", "/oauth/token", to).form(&fields).bytes())
}

/// Launches an app with all that it may ask for; `again` asks about what was withdrawn, too.
pub(crate) fn launch(to: SocketAddr, app: &App, access: &str, again: bool) -> Bytes {
    let scope = format!("openid {}", Scopes(u8::MAX).names());
    let mut fields = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", access),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", &app.id),
        ("scope", &scope),
        ("client_id", HOST),
    ];
    if again {
        fields.push(("prompt", "consent"));
    }
    Request::new("POST", "/oauth/token", to).form(&fields).bytes()
}

/// Grants what was asked.
pub(crate) fn agree(to: SocketAddr, access: &str, question: &str, scope: &str) -> Bytes {
    let granted: Vec<&str> = scope.split(' ').collect();
    let decision = json!({ "granted": granted, "refused": [] });
    bearer("POST", &format!("/v1/consents/{question}"), to, access).json(&decision).bytes()
}

/// Asks whether a token is good, as its app's back end.
pub(crate) fn introspect(to: SocketAddr, app: &App, token: &str) -> Bytes {
    let request = Request::new("POST", "/oauth/introspect", to).header("authorization", &app.basic);
    request.form(&[("token", token)]).bytes()
}

/// Asks for the claims that a token opens.
pub(crate) fn reveal(to: SocketAddr, token: &str) -> Bytes {
    bearer("GET", "/oauth/userinfo", to, token).bytes()
}

/// Signs out.
pub(crate) fn sign_out(to: SocketAddr, access: &str) -> Bytes {
    bearer("DELETE", "/v1/me/sessions/current", to, access).bytes()
}

/// Revokes the host's refresh token, which signs the person out.
pub(crate) fn revoke_refresh(to: SocketAddr, refresh: &str) -> Bytes {
    Request::new("POST", "/oauth/revoke", to).form(&[("token", refresh), ("client_id", HOST)]).bytes()
}

/// Revokes one launch token, as its app's back end.
pub(crate) fn revoke_token(to: SocketAddr, app: &App, token: &str) -> Bytes {
    let request = Request::new("POST", "/oauth/revoke", to).header("authorization", &app.basic);
    request.form(&[("token", token)]).bytes()
}

/// Withdraws all that an app may see, but what is kept.
pub(crate) fn withdraw(to: SocketAddr, access: &str, app: &App, keep: Scopes) -> Bytes {
    let path = format!("/v1/me/apps/{}", app.id);
    if keep == Scopes(0) {
        return bearer("DELETE", &path, to, access).bytes();
    }
    bearer("PATCH", &path, to, access).json(&json!({ "scope": keep.names() })).bytes()
}

/// Looks for the account of a person.
pub(crate) fn find(to: SocketAddr, token: &str, person: u32) -> Bytes {
    let path = format!("/admin/v1/users?query=person-{person:08}%40people.example");
    bearer("GET", &path, to, token).bytes()
}

/// Does something by the admin API that takes no further word.
pub(crate) fn operate(to: SocketAddr, token: &str, path: &str) -> Bytes {
    bearer("POST", &format!("/admin/v1/{path}"), to, token).bytes()
}

/// Registers something by the admin API.
pub(crate) fn register(to: SocketAddr, token: &str, kind: &str, value: &Value) -> Bytes {
    bearer("POST", &format!("/admin/v1/{kind}"), to, token).json(value).bytes()
}

/// The claims of a JWT, unverified; `null` for what is none.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT, unverified; `null` for what is none.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
