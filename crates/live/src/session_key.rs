//! What a `session_key` of the WeChat-compatible face is, and on which session it hangs.

use portico_core::id::{SessionId, UserId};
use portico_core::noun::wechat::SessionKey;
use portico_core::rule::wechat::session_key::outlives;
use portico_seal::SessionSecret;
use portico_store::Unavailable;

use crate::{Live, LiveClient};

/// The most sessions, latest started first, in which an app is looked for.
const MOST: usize = 64;

impl Live {
    /// The `session_key` of this generation of the person at the app, under the appid and the OpenID by which
    /// both are known there: once either is another one, no key may tell that both are one.
    pub async fn session_secret(
        &self,
        app: &LiveClient,
        user: UserId,
        generation: u32,
    ) -> Result<SessionSecret, Unavailable> {
        let wx_app_id = app.client.app().map_or("", |app| &app.wx_app_id);
        let known_as = format!("{wx_app_id}\0{}", self.open_id(app, user).await?);
        Ok(self.vault().session_secret(&known_as, user, generation))
    }

    /// The live session on which a key hangs: that in which it was given last or, where that one is over, another
    /// of the person in which the app was entered and that had begun by then. None where the key is good for
    /// nothing.
    pub async fn carrier(&self, key: &SessionKey) -> Result<Option<SessionId>, Unavailable> {
        let (limits, now) = (&self.settings().sessions, self.now());
        let last = self.session(key.session).await?;
        if last.as_ref().is_some_and(|last| last.is_live(limits, now)) {
            return Ok(Some(key.session));
        }
        let Some(last) = last.map(|last| last.now(limits)) else { return Ok(None) };
        let mut looked = 0;
        for other in self.store().sessions_of(key.user).await? {
            let seen = self.session(other.id).await?;
            let other = seen.map_or(other, |seen| seen.now(limits));
            if !outlives(&last, &other, now) {
                continue;
            }
            if self.store().clients_in(other.id).await?.contains(&key.app) {
                return Ok(Some(other.id));
            }
            looked += 1;
            if looked == MOST {
                break;
            }
        }
        Ok(None)
    }
}
