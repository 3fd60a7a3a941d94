//! `GET /link/return/{connection}`: one more identity is proved; on to the next provider, or home.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use portico_core::denied::{Code, Denied};
use portico_core::id::ConnectionId;
use portico_core::noun::link::LinkProof;
use portico_core::noun::ticket::LinkTicket;
use portico_core::rule::link::{agree, link_all};
use portico_core::rule::ticket::{self as rule, Standing};
use portico_core::rule::upstream::Returned;
use portico_reach::Attempt;
use portico_seal::secret;
use portico_store::CommitError;

use super::proof::{open, prove, seal, standings};
use super::walk::{Away, Halt, Outcome, Walk, attempt_cookie, held, home, leave, same_person, walk};
use crate::connection::{Errand, Provider};
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::page::error::Problem;
use crate::reply::Reply;
use crate::{House, cookie, page_reply};

/// The route.
pub async fn back(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let frame = page_reply::frame(&Fields::default(), &parts.headers);
    let fields = match Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        Ok(fields) => fields,
        Err(denied) => return page_reply::refusal(&house, frame, &denied),
    };
    let returned = Returned {
        state: fields.get("state"),
        code: fields.get("code"),
        error: fields.get("error"),
        issuer: fields.get("iss"),
    };
    let expired = || page_reply::problem_page(&house, frame.clone(), Problem::LinkExpired, None);
    let Ok(id) = id.parse::<ConnectionId>() else { return expired() };
    // An answer to somebody else's attempt leaves this browser's own as it is.
    let Some(attempt) = held(&house, &parts.headers, &id).filter(|attempt| returned.answers(&attempt.state))
    else {
        return expired();
    };
    let Ok(away) = serde_json::from_str::<Away>(&attempt.about) else { return expired() };
    let mut reply = match walk(&house, &parts.headers, &away.ticket).await {
        Err(halt) => halt.reply(&house, frame, None).await,
        Ok(walk) => match came(&house, &parts.headers, &id, (&attempt, &away), &walk, &returned).await {
            Ok(reply) => reply,
            Err(halt) => halt.reply(&house, frame, Some(&walk.ticket)).await,
        },
    };
    // Whatever came of it, the attempt is over.
    reply.headers_mut().append(header::SET_COOKIE, cookie::clear(&house, &attempt_cookie(&id)));
    reply
}

async fn came(
    house: &House,
    headers: &HeaderMap,
    id: &ConnectionId,
    (attempt, away): (&Attempt, &Away),
    walk: &Walk,
    returned: &Returned<'_>,
) -> Result<Reply, Halt> {
    let ticket = &walk.ticket;
    match walk.standing {
        Standing::Mine if away.is_of(ticket) && rule::is_at(ticket, id) => {}
        Standing::Over => return Err(Halt::End(Outcome::Failed)),
        _ => return Err(Halt::Page(Problem::LinkExpired)),
    }
    same_person(house, headers, ticket).await?;
    let connection = house.live.store().connection(id).await.map_err(|cause| unavailable(&cause))?;
    let connection = connection.ok_or(Halt::End(Outcome::Failed))?;
    let identity = Provider::of(house, &connection, Errand::Link)?.identify(house, attempt, returned).await?;
    let by = if ticket.silent { LinkProof::Silent } else { LinkProof::Login };
    let mut proofs = open(house, ticket)?;
    proofs.push(prove(house, &connection, &identity, by).await.map_err(ended)?);
    if !agree(&proofs) {
        return Err(Halt::End(Outcome::Failed));
    }
    let weighed = standings(house, ticket.user, &proofs).await?;
    link_all(ticket.user, &weighed, house.now()).map_err(ended)?;
    step(house, ticket, seal(house, ticket, &proofs)).await
}

fn ended(denied: Denied) -> Halt {
    match denied.code {
        Code::Conflict => Halt::End(Outcome::Conflict),
        _ => Halt::Refused(denied),
    }
}

/// Records what was proved, and sends the browser on.
async fn step(house: &House, ticket: &LinkTicket, sealed: Vec<u8>) -> Result<Reply, Halt> {
    let code = secret(house.live.vault().chance());
    let next = LinkTicket { step: ticket.step + 1, sealed: sealed.clone(), ..ticket.clone() };
    let (change, last) = rule::proved(ticket, sealed, code.digest(), house.now());
    match house.commit(vec![change]).await {
        Ok(()) if last => Ok(home(house, ticket, &[("link", "ready"), ("link_code", code.expose())])),
        Ok(()) => leave(house, &next).await,
        // Another tab was quicker.
        Err(CommitError::Conflict) => Err(Halt::Page(Problem::LinkExpired)),
        Err(error) => Err(refused(&error).into()),
    }
}
