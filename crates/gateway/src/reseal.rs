//! Data that was encrypted for the app, encrypted for the upstream's app instead (WeChat's `encryptedData`).

use std::sync::Arc;

use http::StatusCode;
use portico_core::Change;
use portico_core::rule::wechat::encrypted::{Names, Unfit, translated};
use portico_core::rule::wechat::session_key::{LogIn, good, log_in};
use portico_live::{Live, LiveClient};
use portico_seal::SessionSecret;
use portico_store::CommitError;

use crate::Refused;
use crate::resolve::{Caller, Parties, not_committed, unavailable};
use crate::rewrite::CallerIds;

/// The most attempts at a commit whose grounds keep changing.
const ATTEMPTS: usize = 3;

/// The keys of both back ends for one caller, with what each calls itself and the person.
pub struct Keys {
    live: Arc<Live>,
    parties: Parties,
    ids: CallerIds,
    here: Vec<SessionSecret>,
    there: SessionSecret,
}

impl Keys {
    /// The keys that are good for the app now, and the upstream's current one: another, as `jscode2session` would
    /// give it, where there is none that is good. Refuses where the app has none (400).
    pub async fn of(live: &Arc<Live>, parties: &Parties, caller: &Caller) -> Result<Self, Refused> {
        let here = keys_here(live, &parties.app, caller).await?;
        if here.is_empty() {
            return Err(refused(Unfit::Foreign));
        }
        let there = key_there(live, &parties.known_as, caller).await?;
        Ok(Self { live: live.clone(), parties: parties.clone(), ids: caller.ids.clone(), here, there })
    }

    /// `encryptedData` and `iv` for the upstream, of those that the caller's app was given: under the upstream's
    /// key, with its names in the place of the app's.
    ///
    /// Refuses data that does not open under a key that is good for the app now, or is another app's (400), and
    /// data that names somebody else (403).
    pub fn reseal(&self, data: &str, iv: &str) -> Result<(String, String), Refused> {
        let CallerIds { here, there, union_id } = &self.ids;
        let from = Names { app: wx(&self.parties.app), open_id: here, union_id: None };
        let to = Names { app: wx(&self.parties.known_as), open_id: there, union_id: union_id.as_deref() };
        // Another key may by chance leave bytes that look padded, but no JSON with the watermark.
        let opened = self.here.iter().filter_map(|key| key.decrypt(data, iv));
        let mut read = opened.map(|plain| translated(&plain, from, to));
        match read.find(|read| *read != Err(Unfit::Foreign)) {
            Some(Ok(plain)) => Ok(self.there.encrypt(&plain, self.live.vault().chance())),
            Some(Err(unfit)) => Err(refused(unfit)),
            None => Err(refused(Unfit::Foreign)),
        }
    }
}

fn wx(app: &LiveClient) -> &str {
    app.client.app().map_or("", |app| &app.wx_app_id)
}

fn refused(unfit: Unfit) -> Refused {
    match unfit {
        Unfit::Foreign => {
            let text = "The encrypted data is not of this app and person, or its key is no longer good.";
            Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text)
        }
        Unfit::SomebodyElse => {
            Refused::new(StatusCode::FORBIDDEN, "access_denied", "The encrypted data names somebody else.")
        }
    }
}

/// The keys that the app's own back end may have of the person now.
async fn keys_here(live: &Live, app: &LiveClient, caller: &Caller) -> Result<Vec<SessionSecret>, Refused> {
    let (id, user) = (&app.client.id, caller.token.user);
    let Some(key) = live.store().session_key(id, user).await.map_err(unavailable)? else { return Ok(vec![]) };
    let is_carried = live.carrier(&key).await.map_err(unavailable)?.is_some();
    let mut secrets = Vec::new();
    for generation in good(&key, is_carried, live.now()) {
        secrets.push(live.session_secret(app, user, generation).await.map_err(unavailable)?);
    }
    Ok(secrets)
}

/// The upstream's key of the person: the current one, as long as it is good; another as `jscode2session` would
/// give it where there is none.
async fn key_there(
    live: &Arc<Live>,
    known_as: &LiveClient,
    caller: &Caller,
) -> Result<SessionSecret, Refused> {
    let (id, user, session) = (&known_as.client.id, caller.token.user, caller.token.session);
    for _ in 0..ATTEMPTS {
        let before = live.store().session_key(id, user).await.map_err(unavailable)?;
        let is_carried = match &before {
            Some(before) => live.carrier(before).await.map_err(unavailable)?.is_some(),
            None => false,
        };
        if let Some(before) = before.as_ref().filter(|_| is_carried) {
            return live.session_secret(known_as, user, before.generation).await.map_err(unavailable);
        }
        let now = live.now();
        let (generation, turned) = log_in(before.as_ref(), LogIn { app: id, user, session, is_carried }, now);
        let held = Change::SessionHeld { session, now };
        match live.commit([held].into_iter().chain(turned).collect()).await {
            Ok(()) => return live.session_secret(known_as, user, generation).await.map_err(unavailable),
            Err(CommitError::Conflict) => live.flush().await.map_err(not_committed)?,
            Err(error) => return Err(not_committed(error)),
        }
    }
    Err(not_committed(CommitError::Conflict))
}
