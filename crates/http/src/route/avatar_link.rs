//! `GET /avatars/{link}`: a person's picture, for the one client that was given the link.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use portico_core::denied::Denied;
use portico_core::rule::cover;
use portico_core::scope::{Scope, ScopeSet};
use portico_seal::digest;

use super::me::avatar::kept;
use crate::House;
use crate::house::unavailable;
use crate::reply::{self, Reply};

/// The scope that opens a picture.
const SCOPE: &str = "profile.basic";

/// The route: no sign-in is wanted, since nobody can guess a link.
///
/// A link is dead, as if it had never been, once there is another picture or none, once the client may
/// not see the person's picture any more or is suspended, and once the person is.
pub async fn show(
    State(house): State<Arc<House>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Reply {
    let text = path.map(|Path(text)| text).unwrap_or_default();
    shown(&house, &text, &headers).await.unwrap_or_else(|denied| reply::problem(&denied))
}

async fn shown(house: &House, text: &str, headers: &HeaderMap) -> Result<Reply, Denied> {
    let dead = || Denied::not_found("there is no picture here");
    let link = house.live.vault().avatars().read(text).ok_or_else(dead)?;
    let client = house.live.client(&link.client).await.map_err(|cause| unavailable(&cause))?;
    let client = client.filter(|client| client.client.is_live()).ok_or_else(dead)?;
    let consents = house.live.consents(link.user, &link.client).await.map_err(|cause| unavailable(&cause))?;
    let scope: ScopeSet = SCOPE.parse::<Scope>().into_iter().collect();
    if cover::covered(&client.client, &consents, &scope).is_empty() {
        return Err(dead());
    }
    let person = house.live.person(link.user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.filter(|person| person.person.is_live()).ok_or_else(dead)?;
    if person.profile.avatar.is_none_or(|avatar| avatar.version != link.version) {
        return Err(dead());
    }
    let tag = entity_tag(text);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == tag.as_bytes()) {
        let mut reply = reply::empty(StatusCode::NOT_MODIFIED);
        dress(&mut reply, &tag);
        return Ok(reply);
    }
    let (avatar, bytes) = kept(&house.live, &person).await?.ok_or_else(dead)?;
    let mut reply = reply::typed(StatusCode::OK, avatar.format.media_type(), bytes);
    dress(&mut reply, &tag);
    Ok(reply)
}

/// A link names one picture for ever, so the link itself says which it is.
fn entity_tag(link: &str) -> String {
    let digest = digest(link);
    let digits: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn dress(reply: &mut Reply, tag: &str) {
    let headers = reply.headers_mut();
    headers.extend(HeaderValue::from_str(tag).map(|tag| (header::ETAG, tag)));
    for (name, value) in [
        // A browser may keep it, and asks each time whether it may still show it.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
