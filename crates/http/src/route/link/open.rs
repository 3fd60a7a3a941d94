//! `GET /link/{ticket}`: the first opening trades the secret for a cookie, and the walk begins.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use portico_core::Change;
use portico_core::rule::ticket::{Standing, reopened};
use portico_seal::{digest, secret};
use portico_store::CommitError;

use super::walk::{Halt, Outcome, Walk, cookie_of, leave, same_person, walk};
use crate::form::Fields;
use crate::house::refused;
use crate::page::error::Problem;
use crate::reply::Reply;
use crate::{House, cookie, page_reply};

/// The route.
pub async fn open(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let frame = page_reply::frame(&Fields::default(), &parts.headers);
    let walk = match walk(&house, &parts.headers, &digest(&id)).await {
        Ok(walk) => walk,
        Err(halt) => return halt.reply(&house, frame, None).await,
    };
    match opened(&house, &parts.headers, &walk).await {
        Ok(reply) => reply,
        Err(halt) => halt.reply(&house, frame, Some(&walk.ticket)).await,
    }
}

async fn opened(house: &House, headers: &HeaderMap, walk: &Walk) -> Result<Reply, Halt> {
    let ticket = &walk.ticket;
    same_person(house, headers, ticket).await?;
    match walk.standing {
        Standing::Over | Standing::Gone => Err(Halt::End(Outcome::Failed)),
        Standing::Mine => {
            let (begun, change) = reopened(ticket);
            record(house, change).await?;
            leave(house, &begun).await
        }
        Standing::Unopened => {
            let fresh = secret(house.live.vault().chance());
            let change = Change::LinkTicketOpened { digest: ticket.digest, cookie_digest: fresh.digest() };
            record(house, change).await?;
            let mut reply = leave(house, ticket).await?;
            let life = (ticket.expires_at - house.now()).as_seconds().max(1);
            let cookie = cookie::set(house, &cookie_of(&ticket.digest), fresh.expose(), Some(life));
            reply.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(reply)
        }
    }
}

async fn record(house: &House, change: Change) -> Result<(), Halt> {
    match house.commit(vec![change]).await {
        Ok(()) => Ok(()),
        // Another tab was quicker.
        Err(CommitError::Conflict) => Err(Halt::Page(Problem::LinkExpired)),
        Err(error) => Err(refused(&error).into()),
    }
}
