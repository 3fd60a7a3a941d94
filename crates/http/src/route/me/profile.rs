//! `/v1/me/profile`: the master profile.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, UserId};
use portico_core::noun::person::{Contact, Profile};
use portico_core::rule::profile::{self as rule, Edit};
use portico_core::rule::reveal::picture;
use serde::{Deserialize, Deserializer, Serialize};

use super::{account, answer, caller};
use crate::reply::{self, Reply};
use crate::route::rewrite::rewrite;
use crate::{House, body, claim};

/// The profile by the standard names of its claims (OIDC Core §5.1); null where nothing is known.
#[derive(Serialize)]
pub struct View<'a> {
    name: Option<&'a str>,
    picture: Option<String>,
    username: Option<&'a str>,
    email: Option<&'a str>,
    email_verified: Option<bool>,
    phone_number: Option<&'a str>,
    phone_number_verified: Option<bool>,
}

impl<'a> View<'a> {
    /// The person's own view through this host: their main e-mail address and phone number, verified
    /// or not.
    pub fn of(house: &House, profile: &'a Profile, host: &ClientId, user: UserId) -> Self {
        let value = |contacts: &'a [Contact]| contacts.first().map(|contact| contact.value.as_str());
        let verified = |contacts: &[Contact]| contacts.first().map(|contact| contact.verified_at.is_some());
        Self {
            name: profile.name.as_deref(),
            picture: picture(profile).map(|picture| claim::picture(house, picture, host, user)),
            username: profile.username.as_deref(),
            email: value(&profile.emails),
            email_verified: verified(&profile.emails),
            phone_number: value(&profile.phones),
            phone_number_verified: verified(&profile.phones),
        }
    }
}

/// `GET /v1/me/profile`.
pub async fn show(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(shown(&house, &headers).await)
}

async fn shown(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let person = account(house, who.user).await?;
    Ok(reply::ok(&View::of(house, &person.profile, &signed.client.client.id, who.user)))
}

/// What a person sends; a member that is not there stays as it is, null removes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    #[serde(default, deserialize_with = "said")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    picture: Option<Option<String>>,
}

/// Tells null from nothing.
fn said<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// `PATCH /v1/me/profile`.
pub async fn change(State(house): State<Arc<House>>, request: Request) -> Reply {
    answer(changed(&house, request).await)
}

async fn changed(house: &House, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, signed) = caller(house, &parts.headers).await?;
    let sent: Sent = body::object(&parts.headers, body).await?;
    let edit = Edit { name: sent.name, picture: sent.picture };
    let after = rewrite(house, who, |profile| rule::profile(profile, edit.clone())).await?;
    Ok(reply::ok(&View::of(house, &after, &signed.client.client.id, who.user)))
}
