//! What happens by the clock: sessions expire, keys rotate, what has passed is cleared away.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::SessionId;
use portico_core::moment::Moment;
use portico_core::noun::session::EndReason;
use portico_core::rule::sweep as rule;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::House;
use crate::house::unavailable;
use crate::route::sign_out;

/// How many sessions are ended in one go: two lists, side by side.
const BATCH: usize = 2 * sign_out::AT_ONCE;

/// What clocks agree on, where what one node does for all is this one's to do.
async fn on_duty(house: &House) -> Result<Option<Moment>, Denied> {
    if !house.live.is_on_duty() {
        return Ok(None);
    }
    house.live.agreed_now().await.map_err(|cause| unavailable(&cause))
}

/// Ends every session that has expired, a bounded number in one go, telling everyone as for any other end.
/// Answers how many; none where that is another node's to do, or this node's clock is not to be believed.
pub async fn expire(house: &House) -> Result<usize, Denied> {
    let Some(now) = on_duty(house).await? else { return Ok(0) };
    let expired =
        house.live.store().sessions_expired(now, BATCH).await.map_err(|cause| unavailable(&cause))?;
    let expired: Vec<_> = expired.iter().map(|session| session.id).collect();
    let lists: Vec<_> = expired.chunks(sign_out::AT_ONCE).map(|list| expire_list(house, list, now)).collect();
    // One list that fails keeps no other from its end.
    join_all(lists).await.into_iter().sum()
}

async fn expire_list(house: &House, list: &[SessionId], now: Moment) -> Result<usize, Denied> {
    // Every node's clock says so already; nobody waits for the others to forget them.
    let end = || async {
        let (mut changes, mut ended) = (vec![], 0);
        for id in list {
            let live = house.live.session(*id).await.map_err(|cause| unavailable(&cause))?;
            // A use that has not been written down yet keeps a session alive.
            if live.is_some_and(|live| live.is_live(&house.live.settings().sessions, now)) {
                continue;
            }
            let end = sign_out::changes(house, *id, EndReason::Expired).await?;
            ended += usize::from(!end.is_empty());
            changes.extend(end);
        }
        Ok((changes, ended))
    };
    house.decide_ahead(end).await
}

/// Clears away what has passed, for all nodes, where that is this one's to do and clocks agree.
pub async fn clear(house: &House) -> Result<(), Denied> {
    let Some(now) = on_duty(house).await? else { return Ok(()) };
    let sweep = Change::Swept(rule::passed(now));
    house.commit(vec![sweep]).await.map_err(|error| crate::house::refused(&error))
}

/// Rotates the signing keys that are due, where that is this node's to do and clocks agree.
pub async fn rotate(house: &Arc<House>) -> Result<(), Denied> {
    if on_duty(house).await?.is_none() {
        return Ok(());
    }
    let making = Arc::clone(house);
    let changes = tokio::task::spawn_blocking(move || making.live.rotation(false)).await;
    let changes = changes.map_err(|_| Denied::unavailable("a key was not made"))?;
    match changes.is_empty() {
        true => Ok(()),
        false => house.commit(changes).await.map_err(|error| crate::house::refused(&error)),
    }
}

/// Lets go of what this node alone holds and nobody needs any more.
pub async fn rest(house: &House) -> Result<(), Denied> {
    house.throttles.sweep();
    house.passwords.rest();
    match house.live.agreed_now().await.map_err(|cause| unavailable(&cause))? {
        Some(now) => house.live.forget_revoked(now),
        None => tracing::error!(
            "this node's clock and the store's are too far apart: it ends, clears away and rotates nothing"
        ),
    }
    Ok(())
}

/// Runs all of it by the clock until the task is dropped. Run it once.
///
/// None of the three waits for another: much that expires at once holds nothing else up.
pub async fn run(house: Arc<House>) {
    tokio::join!(write_down(house.clone()), end(house.clone()), keep_up(house));
}

async fn write_down(house: Arc<House>) {
    let mut tick = every(Duration::from_secs(1));
    loop {
        tick.tick().await;
        if let Err(error) = house.live.flush().await {
            tracing::warn!(%error, "last uses wait to be written");
        }
    }
}

async fn end(house: Arc<House>) {
    let mut tick = every(Duration::from_secs(1));
    loop {
        tick.tick().await;
        note(expire(&house).await.map(|_| ()), "sessions wait to expire");
    }
}

async fn keep_up(house: Arc<House>) {
    let mut tick = every(Duration::from_secs(60));
    tick.reset();
    loop {
        tick.tick().await;
        note(clear(&house).await, "clearing waits");
        note(rotate(&house).await, "key rotation waits");
        note(rest(&house).await, "tokens that were revoked long ago are remembered on");
    }
}

fn every(period: Duration) -> Interval {
    let mut tick = interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

fn note(result: Result<(), Denied>, what: &'static str) {
    if let Err(denied) = result {
        tracing::warn!(cause = denied.cause.as_deref().unwrap_or_default(), what);
    }
}
