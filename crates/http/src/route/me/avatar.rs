//! `/v1/me/avatar`: the person's own picture.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use image::ImageFormat;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::AvatarId;
use portico_core::noun::avatar::Avatar;
use portico_core::noun::person::Profile;
use portico_live::{Live, LivePerson};
use serde_json::json;

use super::{Who, account, answer, caller, still_here};
use crate::avatar::{Drawn, LARGEST, declared};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::rewrite;
use crate::{House, body, claim};

/// `GET /v1/me/avatar`: the picture itself.
pub async fn show(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(shown(&house, &headers).await)
}

async fn shown(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let kept = kept(&house.live, &*account(house, who.user).await?).await?;
    let (avatar, bytes) = kept.ok_or_else(|| Denied::not_found("you have no avatar"))?;
    let mut reply = reply::typed(StatusCode::OK, avatar.format.media_type(), bytes);
    reply.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(reply)
}

/// A person's avatar with its bytes, if there is one.
pub async fn kept(live: &Live, person: &LivePerson) -> Result<Option<(Avatar, Vec<u8>)>, Denied> {
    let Some(avatar) = person.profile.avatar else { return Ok(None) };
    let sealed = live.store().avatar(person.person.id).await.map_err(|cause| unavailable(&cause))?;
    // Between the two reads another picture may have come; what was sealed for it does not open.
    let bytes = sealed.and_then(|sealed| person.open_avatar(avatar.version, &sealed));
    Ok(bytes.map(|bytes| (avatar, bytes)))
}

/// `PUT /v1/me/avatar`: the picture as the body.
pub async fn put(State(house): State<Arc<House>>, request: Request) -> Reply {
    answer(was_put(&house, request).await)
}

async fn was_put(house: &House, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, signed) = caller(house, &parts.headers).await?;
    let format = declared(&parts.headers)?;
    let bytes = body::whole(body, LARGEST).await?;
    let avatar = set(house, who, bytes, format).await?;
    let link = claim::avatar_link(house, avatar, &signed.client.client.id, who.user);
    Ok(reply::ok(&json!({ "picture": link })))
}

/// Draws the picture anew and keeps it in the place of any before it.
pub async fn set(house: &House, who: Who, bytes: Bytes, format: ImageFormat) -> Result<Avatar, Denied> {
    let drawn = house.draw(bytes, format).await?;
    let version = AvatarId::from_bytes(house.live.vault().fresh());
    let avatar = Avatar { version, format: drawn.format };
    house.decide(|| decided(house, who, avatar, &drawn)).await?;
    Ok(avatar)
}

async fn decided(
    house: &House,
    who: Who,
    avatar: Avatar,
    drawn: &Drawn,
) -> Result<(Vec<Change>, ()), Denied> {
    still_here(house, who).await?;
    let person = account(house, who.user).await?;
    let after = Profile { avatar: Some(avatar), ..person.profile.clone() };
    let mut changes = rewrite::by(house, who, &person, &after)?;
    let set = person.set_avatar(avatar.version, &drawn.bytes, house.live.vault());
    changes.push(set.ok_or_else(|| Denied::unavailable("a person without a key"))?);
    Ok((changes, ()))
}

/// `DELETE /v1/me/avatar`; where there is none, that is answered alike.
pub async fn remove(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(removed(&house, &headers).await)
}

async fn removed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    clear(house, who).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Removes the person's avatar.
pub async fn clear(house: &House, who: Who) -> Result<(), Denied> {
    house
        .decide(|| async {
            still_here(house, who).await?;
            let person = account(house, who.user).await?;
            let after = Profile { avatar: None, ..person.profile.clone() };
            let mut changes = rewrite::by(house, who, &person, &after)?;
            if !changes.is_empty() {
                changes.push(Change::AvatarRemoved { user: who.user });
            }
            Ok((changes, ()))
        })
        .await
}
