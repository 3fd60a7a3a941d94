//! Merchants and their back ends: OpenIDs from elsewhere, agreements between apps, codes.

use super::HOST;
use super::crowd;
use super::register::{App, post};
use crate::failure::{Failure, Outcome};
use crate::server::Serving;
use crate::wire::{Connection, Request};
use bytes::Bytes;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The most lines of one call, which is what `portico links import` sends.
const BATCH: usize = 1000;

/// People created by one call.
const PEOPLE: usize = 500;

/// What a code is asked for: nothing that an ID token would be signed for.
const CODE_SCOPE: &str = "profile.basic email.verified";

/// Creates people whose e-mail addresses count as proved.
pub(crate) async fn customers(serving: &Serving, count: usize) -> Outcome<()> {
    crowd::each(serving.admin, 4, count.div_ceil(PEOPLE), async |connection, batch| {
        let numbers = batch * PEOPLE..count.min((batch + 1) * PEOPLE);
        let people: Value =
            numbers.map(|number| json!({ "email": email(number), "email_verified": true })).collect();
        post(connection, &serving.admin_token, "/admin/v1/users", &people).await.map(drop)
    })
    .await
    .map(drop)
}

fn email(customer: usize) -> String {
    format!("customer-{customer:08}@people.example")
}

/// The customer's OpenID from elsewhere, as long as those of WeChat.
pub(crate) fn open_id(customer: usize) -> String {
    format!("oBench{customer:022}")
}

/// Imports the OpenIDs of the first customers, the calls one after the other.
pub(crate) async fn import(serving: &Serving, app: &App, count: usize) -> Outcome<()> {
    let mut connection = Connection::open(serving.admin).await?;
    for first in (0..count).step_by(BATCH) {
        let numbers = first..count.min(first + BATCH);
        let lines: Value = numbers
            .clone()
            .map(|number| json!({ "openid": open_id(number), "email": email(number) }))
            .collect();
        let call = json!({ "app": app.id, "links": lines });
        let answer = post(&mut connection, &serving.admin_token, "/admin/v1/links", &call).await?;
        if answer["imported"] != numbers.len() {
            return Err(Failure(format!("importing links: not all were taken: {}", answer["refused"][0])));
        }
    }
    Ok(())
}

/// Lets both apps resolve the OpenIDs of one into those of the other.
pub(crate) async fn agree(serving: &Serving, from: &App, to: &App) -> Outcome<()> {
    let mut connection = Connection::open(serving.admin).await?;
    let agreement = json!({ "from": from.id, "to": to.id });
    post(&mut connection, &serving.admin_token, "/admin/v1/agreements", &agreement).await.map(drop)
}

/// The request by which the back end of `from` asks by what `to` knows these people.
pub(crate) fn resolve(address: SocketAddr, from: &App, to: &App, open_ids: &[String]) -> Bytes {
    let asked = json!({ "from": from.id, "to": to.id, "openids": open_ids });
    let request = Request::new("POST", "/v1/identities/resolve", address);
    request.header("authorization", &from.basic).json(&asked).bytes()
}

/// A login code for the app's back end, who redeems it at either place.
pub(crate) async fn login_code(connection: &mut Connection, app: &App, access: &str) -> Outcome<String> {
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", access),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("requested_token_type", "urn:portico:token-type:login-code"),
        ("audience", &app.id),
        ("scope", CODE_SCOPE),
        ("client_id", HOST),
    ];
    let request = Request::new("POST", "/oauth/token", connection.address()).form(&fields).bytes();
    let answer = connection.ask(&request).await?.json(200..=200, "asking for a login code")?;
    let code = answer["access_token"].as_str().map(str::to_owned);
    code.ok_or_else(|| Failure("asking for a login code: none came".into()))
}

/// The request that redeems a login code as back ends written for WeChat do.
pub(crate) fn log_in(address: SocketAddr, app: &App, code: &str) -> Bytes {
    let (appid, secret) = &app.wx;
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("appid", appid.as_str()),
            ("secret", secret),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ])
        .finish();
    Request::new("GET", &format!("/wechat/sns/jscode2session?{query}"), address).bytes()
}

/// The request that redeems the same code as OAuth 2.0 has it.
pub(crate) fn redeem(address: SocketAddr, app: &App, code: &str) -> Bytes {
    let request = Request::new("POST", "/oauth/token", address).header("authorization", &app.basic);
    request.form(&[("grant_type", "authorization_code"), ("code", code)]).bytes()
}
