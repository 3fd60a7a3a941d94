//! Closing calls: repeated until one is answered, and what follows from the answer.

use super::asker;
use super::launch::Session;
use crate::chance::Chance;
use crate::history::{Closing, How, Scopes, What};
use crate::ledger::Word;
use crate::pool::Watched;
use crate::requests;
use crate::world::World;
use bytes::Bytes;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// How long a closing call may take before it is repeated elsewhere: longer than a closing may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after an answer other than 2xx.
const AGAIN: Duration = Duration::from_millis(30);
/// How often a refusal (4xx) is believed only.
const REFUSALS: usize = 4;

/// Calls one node after the other until one answers 2xx. None where it is refused, again and again, or
/// where nobody answers until the end.
pub(crate) async fn close(
    world: &World,
    chance: &Chance,
    how: How,
    request: impl Fn(usize) -> (SocketAddr, Bytes),
) -> Option<Closing> {
    let (mut first, mut refusals) = (None, 0);
    let mut node = chance.below(world.field.count());
    while world.is_there() && refusals < REFUSALS {
        let (address, bytes) = request(node);
        let called = world.call(address, &bytes, PATIENCE).await;
        let first = *first.get_or_insert(called.sent);
        if called.is_done() {
            return Some(Closing { how, node, first, sent: called.sent, at: called.at });
        }
        refusals += usize::from(called.is_refused());
        node = (node + 1) % world.field.count();
        tokio::time::sleep(AGAIN).await;
    }
    None
}

/// Ends a session in one of the ways there are; false where it did not come to that.
pub(crate) async fn end(world: &Rc<World>, chance: &Chance, session: &Session, how: How) -> bool {
    let closing = match how {
        How::SignedOut => {
            let request = |node| {
                let to = world.field.public(node);
                (to, requests::sign_out(to, &session.access))
            };
            let closing = close(world, chance, how, request).await;
            match closing {
                // One whose answer was lost may have ended it; its token then signs nobody out any more.
                None => revoke(world, chance, session).await,
                closing => closing,
            }
        }
        How::RefreshRevoked => revoke(world, chance, session).await,
        How::SessionsEnded | How::Erased => by_operator(world, chance, session, how).await,
        How::TokenRevoked | How::Withdrawn | How::Suspended => None,
    };
    let Some(closing) = closing else { return false };
    world.closed(What::Session(session.number), closing);
    let tokens = session.tokens.borrow();
    for watched in tokens.iter() {
        world.pool.borrow_mut().close(watched.number, closing.at);
        asker::probe(world, watched);
    }
    if session.has_stream {
        world.owe(Word::SessionExpired { session: session.number }, closing);
    }
    for (app, sid) in session.entered.borrow().iter() {
        let (app, sid) = (world.apps[*app].id.clone(), sid.clone());
        world.owe(Word::SessionEnded { app: app.clone(), sid: sid.clone() }, closing);
        world.owe(Word::LoggedOut { app, sid }, closing);
    }
    asker::try_launch(world, session);
    true
}

async fn revoke(world: &World, chance: &Chance, session: &Session) -> Option<Closing> {
    let request = |node| {
        let to = world.field.public(node);
        (to, requests::revoke_refresh(to, &session.refresh))
    };
    close(world, chance, How::RefreshRevoked, request).await
}

async fn by_operator(world: &World, chance: &Chance, session: &Session, how: How) -> Option<Closing> {
    let user = account(world, chance, session.person).await?;
    let deed = if how == How::Erased { "erase" } else { "end-sessions" };
    let request = |node: usize| {
        let to = world.field.admin(node);
        (to, requests::operate(to, &world.admin_tokens[node], &format!("users/{user}/{deed}")))
    };
    close(world, chance, how, request).await
}

/// The account of a person, found by their address.
async fn account(world: &World, chance: &Chance, person: u32) -> Option<String> {
    while world.is_there() {
        let node = chance.below(world.field.count());
        let to = world.field.admin(node);
        let request = requests::find(to, &world.admin_tokens[node], person);
        let called = world.call(to, &request, PATIENCE).await;
        if called.is_done() {
            let (_, body) = called.answer?;
            return body["items"][0]["user_id"].as_str().map(str::to_owned);
        }
        tokio::time::sleep(AGAIN).await;
    }
    None
}

/// Withdraws what an app may see but `keep`; false where it did not come to that.
pub(crate) async fn withdraw(
    world: &Rc<World>,
    chance: &Chance,
    session: &Session,
    watched: &Watched,
    (granted, keep): (Scopes, Scopes),
) -> bool {
    let app = &world.apps[watched.app];
    let request = |node| {
        let to = world.field.public(node);
        (to, requests::withdraw(to, &session.access, app, keep))
    };
    let Some(closing) = close(world, chance, How::Withdrawn, request).await else { return false };
    let removed = granted.without(keep);
    for scope in removed.each() {
        world.closed(What::Grant { person: session.person, app: watched.app, scope }, closing);
    }
    asker::probe(world, watched);
    // A stream tells what happens from its first opening on.
    if session.followed_since.get().is_some_and(|since| since < closing.first) {
        let (app, removed) = (app.id.clone(), removed.names());
        world.owe(Word::ConsentChanged { session: session.number, app, removed }, closing);
    }
    if !app.suspendable {
        let sub = requests::claims(&watched.text)["sub"].as_str().unwrap_or_default().to_owned();
        world.owe(Word::GrantChanged { app: app.id.clone(), sub, scope: keep.names() }, closing);
    }
    true
}

/// Revokes one launch token.
pub(crate) async fn revoke_token(world: &Rc<World>, chance: &Chance, watched: &Watched) {
    let app = &world.apps[watched.app];
    let request = |node| {
        let to = world.field.public(node);
        (to, requests::revoke_token(to, app, &watched.text))
    };
    let Some(closing) = close(world, chance, How::TokenRevoked, request).await else { return };
    world.closed(What::Token(watched.number), closing);
    world.pool.borrow_mut().close(watched.number, closing.at);
    asker::probe(world, watched);
    let jti = requests::claims(&watched.text)["jti"].as_str().unwrap_or_default().to_owned();
    world.owe(Word::TokenRevoked { app: app.id.clone(), jti }, closing);
}
