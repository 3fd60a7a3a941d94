//! On which session a `session_key` hangs.

use portico_core::denied::Denied;
use portico_core::id::SessionId;
use portico_core::noun::wechat::SessionKey;
use portico_core::rule::wechat::session_key as rule;

use super::code::is_live;
use crate::House;
use crate::house::unavailable;

/// The most sessions, latest started first, in which an app is looked for.
const MOST: usize = 64;

/// The live session on which a key hangs: that in which it was given last or, where that one is over, another of the
/// person in which the app was entered and that had begun by then. None where the key is good for nothing.
pub async fn carrier(house: &House, key: &SessionKey) -> Result<Option<SessionId>, Denied> {
    if is_live(house, key.session).await? {
        return Ok(Some(key.session));
    }
    let (live, limits, now) = (&house.live, &house.live.settings().sessions, house.now());
    let last = live.session(key.session).await.map_err(|cause| unavailable(&cause))?;
    let Some(last) = last.map(|last| last.now(limits)) else { return Ok(None) };
    let sessions = live.store().sessions_of(key.user).await.map_err(|cause| unavailable(&cause))?;
    let mut looked = 0;
    for other in sessions {
        let seen = live.session(other.id).await.map_err(|cause| unavailable(&cause))?;
        let other = seen.map_or(other, |seen| seen.now(limits));
        if !rule::outlives(&last, &other, now) {
            continue;
        }
        let entered = live.store().clients_in(other.id).await.map_err(|cause| unavailable(&cause))?;
        if entered.contains(&key.app) {
            return Ok(Some(other.id));
        }
        looked += 1;
        if looked == MOST {
            break;
        }
    }
    Ok(None)
}
