//! `/v1/me/emails` and `/v1/me/phones`: the ways to reach a person, and to sign in.
//!
//! Reading is free; everything else needs a recent sign-in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::denied::{Code, Denied};
use portico_core::noun::person::{Contact, HandleKind, Profile};
use portico_core::rule::contact as rule;
use portico_seal::normalise_phone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::export::recently;
use super::{Who, account, answer, caller};
use crate::challenge::CodeProblem;
use crate::reply::{self, Reply};
use crate::route::contact::{self, Asked, contact_id};
use crate::{House, body, page_reply};

type Named = Result<Path<String>, PathRejection>;

/// The routes of one kind of address.
macro_rules! kind {
    ($(#[$about:meta])* $name:ident, $kind:expr) => {
        $(#[$about])*
        pub mod $name {
            use super::*;

            /// The list, the main one first.
            pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
                answer(listed(&house, $kind, &headers).await)
            }

            /// Sends a code to a new one.
            pub async fn add(State(house): State<Arc<House>>, request: Request) -> Reply {
                answer(added(&house, $kind, request).await)
            }

            /// Sends another code.
            pub async fn resend(State(house): State<Arc<House>>, request: Request) -> Reply {
                answer(sent_again(&house, $kind, request).await)
            }

            /// Takes the code.
            pub async fn verify(State(house): State<Arc<House>>, request: Request) -> Reply {
                answer(verified(&house, $kind, None, request).await)
            }

            /// Takes the code for the one of this id.
            pub async fn verify_one(State(house): State<Arc<House>>, id: Named, request: Request) -> Reply {
                answer(verified(&house, $kind, Some(id), request).await)
            }

            /// Makes it the main one.
            pub async fn main(State(house): State<Arc<House>>, id: Named, headers: HeaderMap) -> Reply {
                answer(led(&house, $kind, id, &headers).await)
            }

            /// Removes it.
            pub async fn remove(State(house): State<Arc<House>>, id: Named, headers: HeaderMap) -> Reply {
                answer(removed(&house, $kind, id, &headers).await)
            }
        }
    };
}

kind!(
    /// `/v1/me/emails`.
    emails,
    HandleKind::Email
);
kind!(
    /// `/v1/me/phones`.
    phones,
    HandleKind::Phone
);

/// The word for the list in answers.
fn word(kind: HandleKind) -> &'static str {
    if kind == HandleKind::Phone { "phones" } else { "emails" }
}

fn view(house: &House, who: Who, kind: HandleKind, profile: &Profile) -> Value {
    let one = |(place, contact): (usize, &Contact)| {
        json!({
            "id": contact_id(house, who.user, kind, &contact.value),
            "value": contact.value,
            "verified": contact.verified_at.is_some(),
            "main": place == 0,
        })
    };
    let list: Vec<_> = rule::of(profile, kind).iter().enumerate().map(one).collect();
    json!({ word(kind): list })
}

async fn listed(house: &House, kind: HandleKind, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let person = account(house, who.user).await?;
    Ok(reply::ok(&view(house, who, kind, &person.profile)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    value: String,
}

async fn added(house: &House, kind: HandleKind, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, _) = caller(house, &parts.headers).await?;
    let sent: Add = body::object(&parts.headers, body).await?;
    let value = match kind {
        HandleKind::Phone => normalise_phone(&sent.value).ok_or_else(|| {
            Denied::request("this is not a phone number with its country, such as +49 30 123456")
        })?,
        _ => rule::email(&sent.value, house.on_loopback())?,
    };
    let from = crate::caller::address(&parts.extensions);
    asked(house, who, kind, &value, from, &parts.headers).await
}

async fn asked(
    house: &House,
    who: Who,
    kind: HandleKind,
    value: &str,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<Reply, Denied> {
    let words = page_reply::language(None, headers);
    let Asked { verification, seconds } = contact::ask(house, who, kind, value, from, words).await?;
    let id = contact_id(house, who.user, kind, value);
    let body = json!({ "id": id, "verification": verification, "expires_in": seconds });
    Ok(reply::json(StatusCode::ACCEPTED, &body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    verification: String,
}

async fn sent_again(house: &House, kind: HandleKind, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, _) = caller(house, &parts.headers).await?;
    recently(house, who).await?;
    let sent: Again = body::object(&parts.headers, body).await?;
    let value = contact::asked_about(house, who, kind, &sent.verification).await?;
    let value = value.ok_or_else(|| refusal(CodeProblem::Gone))?;
    let from = crate::caller::address(&parts.extensions);
    asked(house, who, kind, &value, from, &parts.headers).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    verification: String,
    code: String,
}

async fn verified(
    house: &House,
    kind: HandleKind,
    id: Option<Named>,
    request: Request,
) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, _) = caller(house, &parts.headers).await?;
    recently(house, who).await?;
    let sent: Verify = body::object(&parts.headers, body).await?;
    let about = contact::asked_about(house, who, kind, &sent.verification).await?;
    let value = about.ok_or_else(|| refusal(CodeProblem::Gone))?;
    if let Some(id) = id {
        let is_it = id.is_ok_and(|Path(id)| id == contact_id(house, who.user, kind, &value));
        is_it.then_some(()).ok_or_else(|| refusal(CodeProblem::Gone))?;
    }
    let words = page_reply::language(None, &parts.headers);
    match contact::prove(house, who, kind, (&sent.verification, &sent.code), words).await? {
        Ok(after) => Ok(reply::ok(&view(house, who, kind, &after))),
        Err(problem) => Err(refusal(problem)),
    }
}

/// What a code that does not count means to a caller.
fn refusal(problem: CodeProblem) -> Denied {
    Denied::new(
        Code::InvalidGrant,
        match problem {
            CodeProblem::Wrong => "this is not the code that was sent",
            CodeProblem::TooMany => "too many wrong codes were given; ask for a new one",
            CodeProblem::Gone => "the code is used, too old or for something else; ask for a new one",
        },
    )
}

async fn led(house: &House, kind: HandleKind, id: Named, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let words = page_reply::language(None, headers);
    let after = contact::main(house, who, kind, &named(id)?, words).await?;
    Ok(reply::ok(&view(house, who, kind, &after)))
}

async fn removed(house: &House, kind: HandleKind, id: Named, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let words = page_reply::language(None, headers);
    contact::remove(house, who, kind, &named(id)?, words).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn named(id: Named) -> Result<String, Denied> {
    id.map(|Path(id)| id).map_err(|_| Denied::not_found("you have none of this id"))
}
