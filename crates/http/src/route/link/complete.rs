//! `POST /v1/links`: the host completes what was proved, in the session that asked for it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{ClientId, ConnectionId};
use portico_core::noun::guard::Way;
use portico_core::noun::link::{Link, LinkProof};
use portico_core::rule::guard;
use portico_core::rule::link::{Proof, link_all};
use portico_core::rule::ticket as rule;
use portico_reach::UpstreamError;
use portico_seal::digest;
use serde::Deserialize;
use serde_json::json;

use super::proof::{open, prove, standings};
use crate::connection::{Errand, Provider};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::me::links::{Tied, view};
use crate::route::me::{Who, account, caller, spoken_in, still_here};
use crate::route::rewrite;
use crate::{House, body, factor};

/// The longest login code.
const LONGEST_CODE: usize = 512;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presented {
    link_code: Option<String>,
    connection: Option<String>,
    js_code: Option<String>,
}

/// The route. Refusals beside the usual ones: 400 `invalid_grant` for a code that is not good, 403 in another
/// session than the one that asked, 409 where an identity is somebody else's.
pub async fn complete(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Reply {
    completed(&house, &headers, body).await.unwrap_or_else(|denied| reply::problem(&denied))
}

async fn completed(house: &House, headers: &HeaderMap, body: Body) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let presented: Presented = body::object(headers, body).await?;
    let proofs = match (presented.link_code, presented.connection, presented.js_code) {
        (Some(code), None, None) => by_link_code(house, who, &signed.client.client.id, &code).await?,
        (None, Some(connection), Some(code)) => by_login_code(house, who, &connection, &code).await?,
        _ => return Err(Denied::request("send 'link_code', or 'connection' and 'js_code'")),
    };
    let tied = Tied::of(house, who.user).await?;
    let made = |link: &&Link| proofs.iter().any(|proof| proof.identity.subject_index == link.subject_index);
    let links: Vec<_> = tied.links.iter().filter(made).map(|link| view(&tied, link)).collect();
    Ok(reply::json(StatusCode::CREATED, &json!({ "links": links })))
}

/// Ties everything that the ticket of this code collected.
async fn by_link_code(house: &House, who: Who, host: &ClientId, code: &str) -> Result<Vec<Proof>, Denied> {
    let digest = digest(code);
    house
        .decide(|| async {
            still_here(house, who).await?;
            let ticket = house.live.store().link_ticket_by_code(&digest).await;
            let ticket = ticket.map_err(|cause| unavailable(&cause))?;
            let now = house.now();
            let used = |digest| Change::LinkTicketUsed { digest, at: now };
            match (rule::complete(ticket.as_ref(), who.session, host, now), &ticket) {
                (Ok(ticket), _) => {
                    let proofs = open(house, ticket)?;
                    let mut changes = tie(house, who, &proofs).await?;
                    changes.insert(0, used(ticket.digest));
                    Ok((changes, Ok(proofs)))
                }
                // Whoever presents it elsewhere has it from a browser that is not theirs alone.
                (Err(denied), Some(ticket)) if denied.code == Code::AccessDenied => {
                    Ok((vec![used(ticket.digest)], Err(denied)))
                }
                (Err(denied), _) => Err(denied),
            }
        })
        .await?
}

/// Ties the identity that got this login code in a mini-program.
async fn by_login_code(house: &House, who: Who, id: &str, code: &str) -> Result<Vec<Proof>, Denied> {
    let wrong = || Denied::request("'connection' names no mini-program");
    let id: ConnectionId = id.parse().map_err(|_| wrong())?;
    let connection = house.live.store().connection(&id).await.map_err(|cause| unavailable(&cause))?;
    let connection = connection.filter(|connection| !connection.takes_browsers()).ok_or_else(wrong)?;
    if !(1..=LONGEST_CODE).contains(&code.len()) {
        return Err(Denied::request("'js_code' is not a login code"));
    }
    let Provider::MiniProgram(account) = Provider::of(house, &connection, Errand::Link)? else {
        return Err(wrong());
    };
    let identity = house.upstreams.redeem_login_code(&account, code).await.map_err(|why| {
        tracing::warn!(%why, "a login code was not redeemed");
        match why {
            UpstreamError::Refused(_) => Denied::grant("the login code is unknown, has expired, or was used"),
            _ => Denied::unavailable("a mini-program's provider gave no usable answer"),
        }
    })?;
    let proofs = vec![prove(house, &connection, &identity, LinkProof::LoginCode).await?];
    house
        .decide(|| async {
            still_here(house, who).await?;
            Ok((tie(house, who, &proofs).await?, ()))
        })
        .await?;
    Ok(proofs)
}

/// The changes that tie these to the person, all of them or none, under the guard of the session.
async fn tie(house: &House, who: Who, proofs: &[Proof]) -> Result<Vec<Change>, Denied> {
    let now = house.now();
    let weighed = standings(house, who.user, proofs).await?;
    let mut changes = link_all(who.user, &weighed, now)?;
    if changes.is_empty() {
        return Ok(changes);
    }
    changes.insert(0, Change::SessionHeld { session: who.session, now });
    changes.extend(enrolled(house, who, &changes).await?);
    Ok(changes)
}

/// The changes that note which of the links among these are ways to sign in that are new.
async fn enrolled(house: &House, who: Who, tied: &[Change]) -> Result<Vec<Change>, Denied> {
    let (person, session) = (account(house, who.user).await?, spoken_in(house, who).await?);
    let by = factor::by(house, &person, &session.method).await?;
    let mut profile = person.profile.clone();
    for change in tied {
        if let Change::Linked(Link { subject_index, open_id: None, .. }) = change {
            profile = guard::enrolled(profile, Way::Link(*subject_index), by);
        }
    }
    rewrite::changes(&house.live, &person, &profile)
}
