//! `/v1/me/addresses`: where things are sent.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::denied::Denied;
use portico_core::id::AddressId;
use portico_core::noun::person::Profile;
use portico_core::rule::profile::address as rule;
use portico_seal::ClientKeys;
use serde_json::{Value, json};

use super::{account, answer, caller};
use crate::reply::{self, Reply};
use crate::route::rewrite::rewrite;
use crate::{House, body, claim};

type Named = Result<Path<String>, PathRejection>;
/// A rule that writes one address.
type Write = fn(&Profile, AddressId, &Value) -> Result<Profile, Denied>;

/// `GET /v1/me/addresses`.
pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(listed(&house, &headers).await)
}

async fn listed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let person = account(house, who.user).await?;
    Ok(reply::ok(&json!({ "addresses": view(&person.profile, &signed.client.keys) })))
}

/// A person's addresses as JSON, with the ids by which this client knows them.
pub fn view(profile: &Profile, keys: &ClientKeys) -> Vec<Value> {
    profile.addresses.iter().map(|address| claim::address(address, keys)).collect()
}

/// `POST /v1/me/addresses`.
pub async fn add(State(house): State<Arc<House>>, request: Request) -> Reply {
    answer(added(&house, request).await)
}

async fn added(house: &House, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, signed) = caller(house, &parts.headers).await?;
    let sent: Value = body::object(&parts.headers, body).await?;
    let id = AddressId::from_bytes(house.live.vault().fresh());
    let after = rewrite(house, who, |profile| rule::add(profile, id, &sent)).await?;
    Ok(reply::json(StatusCode::CREATED, &one(&after, id, &signed.client.keys)?))
}

/// `GET /v1/me/addresses/{id}`.
pub async fn show(State(house): State<Arc<House>>, path: Named, headers: HeaderMap) -> Reply {
    answer(shown(&house, path, &headers).await)
}

async fn shown(house: &House, path: Named, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let person = account(house, who.user).await?;
    let id = find(&person.profile, path, &signed.client.keys)?;
    Ok(reply::ok(&one(&person.profile, id, &signed.client.keys)?))
}

/// `PUT /v1/me/addresses/{id}`.
pub async fn replace(State(house): State<Arc<House>>, path: Named, request: Request) -> Reply {
    answer(written(&house, path, request, rule::replace).await)
}

/// `PATCH /v1/me/addresses/{id}`.
pub async fn change(State(house): State<Arc<House>>, path: Named, request: Request) -> Reply {
    answer(written(&house, path, request, rule::change).await)
}

async fn written(house: &House, path: Named, request: Request, write: Write) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, signed) = caller(house, &parts.headers).await?;
    let id = find(&account(house, who.user).await?.profile, path, &signed.client.keys)?;
    let sent: Value = body::object(&parts.headers, body).await?;
    let after = rewrite(house, who, |profile| write(profile, id, &sent)).await?;
    Ok(reply::ok(&one(&after, id, &signed.client.keys)?))
}

/// `DELETE /v1/me/addresses/{id}`.
pub async fn remove(State(house): State<Arc<House>>, path: Named, headers: HeaderMap) -> Reply {
    answer(removed(&house, path, &headers).await)
}

async fn removed(house: &House, path: Named, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let id = find(&account(house, who.user).await?.profile, path, &signed.client.keys)?;
    rewrite(house, who, |profile| rule::remove(profile, id)).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn find(profile: &Profile, path: Named, keys: &ClientKeys) -> Result<AddressId, Denied> {
    let named = path.map(|Path(id)| id).unwrap_or_default();
    let found = profile.addresses.iter().find(|address| claim::address_id(address.id, keys) == named);
    found.map(|address| address.id).ok_or_else(nobody)
}

fn one(profile: &Profile, id: AddressId, keys: &ClientKeys) -> Result<Value, Denied> {
    let address = profile.addresses.iter().find(|address| address.id == id);
    address.map(|address| claim::address(address, keys)).ok_or_else(nobody)
}

fn nobody() -> Denied {
    Denied::not_found("you have no address of this id")
}
