//! What an operator does with a person's links: sees them, and undoes one on the person's behalf.

use std::sync::Arc;

use axum::extract::{Path, State};
use portico_core::denied::Denied;
use portico_core::id::{LinkId, UserId};
use portico_core::noun::audit::Act;
use portico_core::rule::link::unlink;
use serde_json::json;

use super::desk::{Deed, Desk};
use super::users::{find, read, target};
use super::{Answer, Id};
use crate::route::me::links::{Tied, document};
use crate::{House, reply};

/// `GET /users/{id}/links`: where else the person is known, how that was proved, and what was undone.
pub(super) async fn list(State(house): State<Arc<House>>, desk: Desk, id: Id) -> Answer {
    let person = read(&desk, &id, Act::LinksRead).await?;
    match person.person.erased_at {
        Some(_) => Ok(reply::ok(&json!({ "links": [], "past": [] }))),
        None => Ok(reply::ok(&document(&house, person.person.id).await?)),
    }
}

/// `DELETE /users/{id}/links/{link}`.
pub(super) async fn remove(
    State(house): State<Arc<House>>,
    desk: Desk,
    Path((id, link)): Path<(String, String)>,
) -> Answer {
    let (user, link) = undone(&house, &desk, &Id(id), &link).await?;
    Ok(reply::ok(&json!({ "user_id": user, "link_id": link, "removed": true })))
}

/// Undoes one, unless it is the last way to sign in. An OpenID that came from elsewhere is then the person's no
/// more, and tokens that name it are good for nothing.
pub(crate) async fn undone(
    house: &House,
    desk: &Desk,
    id: &Id,
    link: &str,
) -> Result<(UserId, LinkId), Denied> {
    let person = find(desk, id).await?;
    let gone = || Denied::not_found("there is no such link");
    let link: LinkId = link.parse().map_err(|_| gone())?;
    if person.person.erased_at.is_some() {
        return Err(gone());
    }
    let user = person.person.id;
    desk.act(|| async {
        let tied = Tied::of(house, user).await?;
        let mut changes = unlink(&tied.links, link, |link| tied.opens(link), tied.other_way, desk.now())?;
        changes.splice(0..0, tied.guards());
        Ok((Deed::one(Act::Unlinked, target(user).part(link)), changes, ()))
    })
    .await?;
    Ok((user, link))
}
