//! `/v1/me/profile`: the master profile.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::noun::event::Happening;
use portico_core::noun::person::{Contact, Profile};
use portico_core::rule::profile::{self as rule, Edit};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Who, account, answer, caller, still_here};
use crate::reply::{self, Reply};
use crate::{House, body};

/// The profile by the standard names of its claims (OIDC Core §5.1); null where nothing is known.
#[derive(Serialize)]
pub struct View<'a> {
    name: Option<&'a str>,
    picture: Option<&'a str>,
    username: Option<&'a str>,
    email: Option<&'a str>,
    email_verified: Option<bool>,
    phone_number: Option<&'a str>,
    phone_number_verified: Option<bool>,
}

impl<'a> View<'a> {
    /// The person's own view: their main e-mail address and phone number, verified or not.
    pub fn of(profile: &'a Profile) -> Self {
        let value = |contacts: &'a [Contact]| contacts.first().map(|contact| contact.value.as_str());
        let verified = |contacts: &[Contact]| contacts.first().map(|contact| contact.verified_at.is_some());
        Self {
            name: profile.name.as_deref(),
            picture: profile.picture.as_deref(),
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
    let (who, _) = caller(house, headers).await?;
    Ok(reply::ok(&View::of(&account(house, who.user).await?.profile)))
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
    let (who, _) = caller(house, &parts.headers).await?;
    let sent: Sent = body::object(&parts.headers, body).await?;
    let edit = Edit { name: sent.name, picture: sent.picture };
    let after = house.decide(|| decided(house, who, &edit)).await?;
    Ok(reply::ok(&View::of(&after)))
}

async fn decided(house: &House, who: Who, edit: &Edit) -> Result<(Vec<Change>, Profile), Denied> {
    still_here(house, who).await?;
    let (person, now) = (account(house, who.user).await?, house.now());
    let (after, claims) = rule::profile(&person.profile, edit.clone())?;
    if claims.is_empty() {
        return Ok((vec![], after));
    }
    let rewritten = person.rewrite(&after, house.live.vault());
    let rewritten = rewritten.ok_or_else(|| Denied::unavailable("a person without a key"))?;
    let claims = claims.into_iter().map(str::to_owned).collect();
    let changes = vec![
        Change::SessionHeld { session: who.session, now },
        Change::PersonHeld { user: who.user },
        rewritten,
        Change::Happened { at: now, what: Happening::ProfileChanged { user: who.user, claims } },
    ];
    Ok((changes, after))
}
