//! Signing in by assertion, and refreshing.

use super::HOST;
use super::assertion::Signer;
use crate::failure::{Failure, Outcome};
use crate::wire::{Connection, Request};
use bytes::Bytes;
use serde_json::Value;
use std::net::SocketAddr;

/// What the host holds for one signed-in person.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Signs the person with this number in, on a session of their own.
pub(crate) async fn sign_in(connection: &mut Connection, signer: &Signer, person: usize) -> Outcome<Tokens> {
    let assertion = signer.assertion(person)?;
    let request = Request::new("POST", "/oauth/token", connection.address()).form(&[
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", &assertion),
        ("client_id", HOST),
        ("scope", "openid host"),
    ]);
    tokens(&connection.ask(&request.bytes()).await?.json(200..=200, "signing in")?)
}

/// Signs the person out and waits for the answer.
pub(crate) async fn sign_out(connection: &mut Connection, tokens: &Tokens) -> Outcome<()> {
    let request = Request::new("DELETE", "/v1/me/sessions/current", connection.address());
    let request = request.header("authorization", &format!("Bearer {}", tokens.access)).bytes();
    let answer = connection.ask(&request).await?;
    if answer.status == 204 { Ok(()) } else { Err(answer.refused("signing out")) }
}

/// The request that trades this refresh token for the next.
pub(crate) fn refresh_request(address: SocketAddr, refresh: &str) -> Bytes {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", HOST)];
    Request::new("POST", "/oauth/token", address).form(&fields).bytes()
}

/// The tokens of a token answer.
pub(crate) fn tokens(answer: &Value) -> Outcome<Tokens> {
    let text = |key: &str| answer[key].as_str().map(str::to_owned);
    let missing = |key: &str| Failure(format!("signing in: no {key}"));
    let access = text("access_token").ok_or_else(|| missing("access_token"))?;
    let refresh = text("refresh_token").ok_or_else(|| missing("refresh_token"))?;
    Ok(Tokens { access, refresh })
}
