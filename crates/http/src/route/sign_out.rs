//! Ending sessions: one function that every way of ending one goes through.

use futures_util::{TryStreamExt, stream};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{DeliveryId, SessionId, UserId};
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::sign_out::{self as rule, Entered};

use crate::House;
use crate::house::unavailable;

/// How many sessions are ended in one commit: a list holds the rows of all of them until it is through.
pub const AT_ONCE: usize = 100;
/// How many such lists are under way at a time.
const SIDE_BY_SIDE: usize = 4;

/// Ends a session; when it answers, every question asked afterwards finds it over.
///
/// Ending one that is over already answers the same.
pub async fn end(house: &House, session: SessionId, reason: EndReason) -> Result<(), Denied> {
    house.close(|| async { Ok((changes(house, session, reason).await?, ())) }).await
}

/// Ends every session of a person but this one; when it answers, every question asked afterwards finds
/// them over, and what was committed ahead before it closed everywhere.
pub async fn end_others(
    house: &House,
    user: UserId,
    but: Option<SessionId>,
    reason: EndReason,
) -> Result<(), Denied> {
    end_others_ahead(house, user, but, reason).await?;
    house.settled().await
}

/// The same, without waiting for other nodes. Answers how many sessions there were.
pub async fn end_others_ahead(
    house: &House,
    user: UserId,
    but: Option<SessionId>,
    reason: EndReason,
) -> Result<usize, Denied> {
    let mut ended = 0;
    loop {
        let sessions = house.live.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
        let others: Vec<_> =
            sessions.iter().map(|session| session.id).filter(|id| Some(*id) != but).collect();
        if others.is_empty() {
            return Ok(ended);
        }
        ended += others.len();
        let lists = stream::iter(others.chunks(AT_ONCE).map(Ok));
        lists.try_for_each_concurrent(SIDE_BY_SIDE, |list| end_list(house, list, reason)).await?;
    }
}

async fn end_list(house: &House, list: &[SessionId], reason: EndReason) -> Result<(), Denied> {
    house
        .decide_ahead(|| async {
            let mut all = vec![];
            for session in list {
                all.extend(changes(house, *session, reason).await?);
            }
            Ok((all, ()))
        })
        .await
}

/// The changes that end a session, read afresh from the store: memory may lag behind a commit
/// whose answer was lost, and a repeated call must wait as the first would have.
pub async fn changes(house: &House, id: SessionId, reason: EndReason) -> Result<Vec<Change>, Denied> {
    let store = house.live.store();
    let Some(stored) = store.session(id).await.map_err(|cause| unavailable(&cause))? else {
        return Ok(vec![]);
    };
    let session = current(house, stored).await?;
    let entered = entered(house, session.id).await?;
    Ok(rule::sign_out(&session, &entered, reason, house.now()))
}

/// The stored session with its last use as memory knows it.
async fn current(house: &House, stored: Session) -> Result<Session, Denied> {
    let live = house.live.session(stored.id).await.map_err(|cause| unavailable(&cause))?;
    let Some(live) = live else { return Ok(stored) };
    let used = live.now(&house.live.settings().sessions);
    Ok(Session { used_at: used.used_at, expires_at: used.expires_at, ..stored })
}

async fn entered(house: &House, session: SessionId) -> Result<Vec<Entered>, Denied> {
    let clients = house.live.store().clients_in(session).await.map_err(|cause| unavailable(&cause))?;
    let mut entered = Vec::with_capacity(clients.len());
    for client in clients {
        let known = house.live.client(&client).await.map_err(|cause| unavailable(&cause))?;
        let tells = known.is_some_and(|known| known.client.backchannel_logout_uri.is_some());
        let tell = tells.then(|| DeliveryId::from_bytes(house.live.vault().fresh()));
        entered.push(Entered { client, tell });
    }
    Ok(entered)
}
