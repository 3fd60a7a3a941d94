//! `GET|POST /oauth/userinfo` (OIDC Core §5.3).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use portico_core::denied::Denied;
use portico_core::noun::token::Purpose;
use portico_core::rule::reveal as rule;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::caller::{bad_token, bearer, no_token};
use crate::form::Fields;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, claim};

/// The claims, by their standard names (OIDC Core §5.1).
#[derive(Serialize)]
struct UserInfo<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_methods: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kyc: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
}

/// The route: `sub` and the claims of the scopes that hold now.
pub async fn userinfo(State(house): State<Arc<House>>, request: Request) -> Reply {
    match answer(&house, request).await {
        Ok(reply) => reply,
        Err(denied) => bearer_error(&denied),
    }
}

async fn answer(house: &House, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let in_header = bearer(&parts.headers);
    let has_form = parts.method == Method::POST && parts.headers.contains_key(header::CONTENT_TYPE);
    let bytes = if has_form { body::form(&parts.headers, body).await? } else { Default::default() };
    let fields = Fields::parse(&bytes)?;
    let text = match (in_header, fields.get("access_token")) {
        (Some(_), Some(_)) => return Err(Denied::request("the token was sent in two places")),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return Err(no_token()),
    };
    let signed =
        house.live.validate(text).await.map_err(|cause| unavailable(&cause))?.ok_or_else(bad_token)?;
    if signed.token.purpose == Purpose::Service {
        return Err(bad_token().because("a service token at userinfo"));
    }
    let person = house.live.person(signed.token.user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or_else(bad_token)?;
    let claims = match signed.token.purpose {
        Purpose::App => rule::reveal(&person.profile, &signed.scope),
        Purpose::Host | Purpose::Service => rule::Claims::default(),
    };
    let (keys, client, user) = (&signed.client.keys, &signed.client.client.id, signed.token.user);
    let developer = signed.client.client.app().map(|app| &app.developer).filter(|_| claims.union_id);
    Ok(reply::ok(&UserInfo {
        sub: &signed.token.sub,
        name: claims.name,
        picture: claims.picture.map(|picture| claim::picture(house, picture, client, user)),
        email: claims.email,
        email_verified: claims.email.map(|_| true),
        phone_number: claims.phone_number,
        phone_number_verified: claims.phone_number.map(|_| true),
        addresses: claims.addresses.map(|all| all.iter().map(|one| claim::address(one, keys)).collect()),
        address: claims.address.map(claim::postal),
        payment_methods: claims
            .payment_methods
            .map(|all| all.iter().map(|one| claim::payment_method(one, keys)).collect()),
        kyc: claims.kyc.as_ref().map(claim::kyc),
        unionid: developer.map(|developer| house.live.vault().union_id(developer, signed.token.user)),
    }))
}

/// An error of a protected resource under `/oauth` (RFC 6750 §3.1).
fn bearer_error(denied: &Denied) -> Reply {
    // A call without a token is challenged and told nothing else.
    let mut reply = match denied.description.is_empty() {
        true => reply::empty(StatusCode::UNAUTHORIZED),
        false => reply::oauth(denied),
    };
    if let Some(challenge) = reply::challenge(denied) {
        *reply.status_mut() = StatusCode::UNAUTHORIZED;
        reply.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    reply
}
