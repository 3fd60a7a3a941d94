//! That the upstream is told of a person is recorded before it is told: as at a first launch.
//!
//! From then on the person's OpenID there is never replaced by one from elsewhere, others who name the person reach
//! them, and the app behind the upstream is among those that are told when the session ends.

use std::sync::Arc;

use portico_core::Change;
use portico_core::noun::token::Token;
use portico_live::{Live, LiveClient};
use portico_store::{CommitError, Unavailable};

use super::{not_good, unavailable};
use crate::Refused;

/// The most attempts at a commit whose grounds keep changing.
const ATTEMPTS: usize = 3;

/// Records that the upstream's app is entered in the token's session. Afterwards this costs a look into memory.
pub(super) async fn introduced(
    live: &Arc<Live>,
    known_as: &LiveClient,
    token: &Token,
) -> Result<(), Refused> {
    if live.has_entered(token.session, &known_as.client.id).await.map_err(unavailable)? {
        return Ok(());
    }
    for _ in 0..ATTEMPTS {
        match live.commit(changes(live, known_as, token).await?).await {
            Ok(()) => return Ok(()),
            // A use that only memory knows of may be what keeps the session alive.
            Err(CommitError::Conflict) => live.flush().await.map_err(refused)?,
            Err(error) => return Err(refused(error)),
        }
    }
    Err(refused(CommitError::Conflict))
}

async fn changes(live: &Live, known_as: &LiveClient, token: &Token) -> Result<Vec<Change>, Refused> {
    let (now, id) = (live.now(), &known_as.client.id);
    let session = live.session(token.session).await.map_err(unavailable)?;
    if !session.is_some_and(|session| session.is_live(&live.settings().sessions, now)) {
        return Err(not_good());
    }
    // Whether any OpenID there came from elsewhere may have changed since the app was looked up.
    let known_as = live.client(id).await.map_err(unavailable)?;
    let known_as = known_as.ok_or_else(|| refused(CommitError::Conflict))?;
    let imported = live.imported_open_id(&known_as, token.user).await.map_err(unavailable)?.is_some();
    Ok(vec![
        Change::SessionHeld { session: token.session, now },
        Change::ClientEntered { session: token.session, client: id.clone(), at: now },
        Change::AppUsed { user: token.user, app: id.clone(), at: now },
        Change::OpenIdHeld { user: token.user, app: id.clone(), imported },
    ])
}

pub(crate) fn refused(error: CommitError) -> Refused {
    match error {
        CommitError::Unavailable(cause) => unavailable(cause),
        other => unavailable(Unavailable(other.to_string())),
    }
}
