//! What happens by the clock: sessions expire, keys rotate, what has passed is cleared away.

use std::sync::Arc;
use std::time::Duration;

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::denied::Denied;
use portico_core::moment::Span;
use portico_core::noun::session::EndReason;

use crate::House;
use crate::house::unavailable;
use crate::route::sign_out;

/// How many sessions are ended in one go.
const BATCH: usize = 200;
/// How long events can be resumed from: the feed's half hour, and some.
const EVENTS_KEPT: Span = Span::hours(1);
/// How long an ended session is remembered, so that late questions learn why it ended.
pub const ENDED_KEPT: Span = Span::days(7);

/// Ends every session that has expired, telling everyone as for any other end. Answers how many.
pub async fn expire(house: &House) -> Result<usize, Denied> {
    let now = house.now();
    let expired =
        house.live.store().sessions_expired(now, BATCH).await.map_err(|cause| unavailable(&cause))?;
    let mut ended = 0;
    for session in expired {
        let live = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))?;
        // A use that has not been written down yet keeps a session alive.
        if live.is_some_and(|live| live.is_live(&house.live.settings().sessions, now)) {
            continue;
        }
        // Every node's clock says so already; nobody waits for the others to forget it.
        let expire = || async { Ok((sign_out::changes(house, session.id, EndReason::Expired).await?, ())) };
        house.decide_ahead(expire).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Clears away what has passed.
pub async fn clear(house: &House) -> Result<(), Denied> {
    let now = house.now();
    let sweep =
        Sweep { expired_before: now, events_before: now - EVENTS_KEPT, ended_before: now - ENDED_KEPT };
    house.commit(vec![Change::Swept(sweep)]).await.map_err(|error| crate::house::refused(&error))
}

/// Rotates the signing keys that are due.
pub async fn rotate(house: &Arc<House>) -> Result<(), Denied> {
    let making = Arc::clone(house);
    let changes = tokio::task::spawn_blocking(move || making.live.rotation(false)).await;
    let changes = changes.map_err(|_| Denied::unavailable("a key was not made"))?;
    match changes.is_empty() {
        true => Ok(()),
        false => house.commit(changes).await.map_err(|error| crate::house::refused(&error)),
    }
}

/// Runs all of it by the clock until the task is dropped. Run it once.
pub async fn run(house: Arc<House>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0u64.. {
        tick.tick().await;
        if let Err(error) = house.live.flush().await {
            tracing::warn!(%error, "last uses wait to be written");
        }
        // Of several nodes one does this for all.
        let on_duty = house.live.is_on_duty();
        if on_duty {
            note(expire(&house).await.map(|_| ()), "sessions wait to expire");
        }
        if round % 60 == 59 {
            if on_duty {
                note(clear(&house).await, "clearing waits");
                note(rotate(&house).await, "key rotation waits");
            }
            house.throttles.sweep();
            house.passwords.rest();
        }
    }
}

fn note(result: Result<(), Denied>, what: &'static str) {
    if let Err(denied) = result {
        tracing::warn!(cause = denied.cause.as_deref().unwrap_or_default(), what);
    }
}
