//! Verifying tokens by the issuer's keys.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::claims::{ACCESS_TOKEN, Claims};
use crate::error::{Cause, Error, Unavailable, Unreached};
use crate::inner::{Digest, Inner};
use crate::jws::{self, Kind};
use crate::key_source::Turn;
use crate::keys::KeySet;

/// Why a token was not verified.
pub(crate) enum Unverified {
    Refused(Cause),
    /// There are no keys to verify it by.
    NoKeys,
}

impl Inner {
    /// The claims of a token that the issuer signed for this app, remembered from now on.
    pub(crate) async fn verified(
        self: &Arc<Self>,
        token: &str,
        digest: Digest,
    ) -> Result<Arc<Claims>, Unverified> {
        // What says of itself that it is not for here has no key read.
        let says = jws::claims_unverified(token).ok_or(Unverified::Refused(Cause::Malformed))?;
        let says = Claims::of(says, &self.issuer, &self.app);
        says.and_then(|claims| claims.times.check(self.clock.now())).map_err(Unverified::Refused)?;
        let (claims, set) = self.opened(token, &ACCESS_TOKEN).await?;
        let claims = Claims::of(claims, &self.issuer, &self.app).map_err(Unverified::Refused)?;
        let claims = Arc::new(claims);
        self.remembered.insert(digest, Arc::clone(&claims));
        if !self.keys.holds(&set) {
            // Its key may have been taken away meanwhile.
            self.remembered.remove(&digest);
        }
        Ok(claims)
    }

    /// What a token of this kind says, and the keys that it was verified by.
    async fn opened(
        self: &Arc<Self>,
        token: &str,
        kind: &Kind,
    ) -> Result<(Map<String, Value>, Arc<KeySet>), Unverified> {
        let mut set = match self.keys.held() {
            Some(set) => set,
            None => self.other_keys(None).await.ok().flatten().ok_or(Unverified::NoKeys)?,
        };
        let mut opened = jws::open(token, kind, &set);
        if matches!(opened, Err(Cause::UnknownKey)) {
            match self.other_keys(Some(&set)).await {
                Ok(Some(other)) => {
                    set = other;
                    opened = jws::open(token, kind, &set);
                }
                Ok(None) => {}
                Err(_) => return Err(Unverified::NoKeys),
            }
        }
        opened.map(|claims| (claims, set)).map_err(Unverified::Refused)
    }

    /// The claims of a token of another kind than a launch token.
    pub(crate) async fn open(
        self: &Arc<Self>,
        token: &str,
        kind: &Kind,
    ) -> Result<Map<String, Value>, Error> {
        match self.opened(token, kind).await {
            Ok((claims, _)) => Ok(claims),
            Err(Unverified::Refused(cause)) => Err(Error::InvalidToken(cause)),
            Err(Unverified::NoKeys) => Err(Unavailable::from(Unreached::NoAnswer).into()),
        }
    }

    async fn other_keys(
        self: &Arc<Self>,
        known: Option<&Arc<KeySet>>,
    ) -> Result<Option<Arc<KeySet>>, Unavailable> {
        // Who asks may hang up: what has begun is read to its end all the same, for all who need it.
        let (inner, known) = (Arc::clone(self), known.cloned());
        let reading = async move { inner.read_keys(known.as_ref(), &mut *inner.keys.turn().await).await };
        tokio::spawn(reading).await.unwrap_or(Err(Unreached::NoAnswer.into()))
    }

    async fn read_keys(
        self: &Arc<Self>,
        known: Option<&Arc<KeySet>>,
        turn: &mut Turn,
    ) -> Result<Option<Arc<KeySet>>, Unavailable> {
        let before = self.keys.held();
        let read = async {
            let set: Value = self.ask.get(self.metadata().await?.jwks_uri).await?;
            KeySet::from_jwks(&set).ok_or_else(|| Unreached::NotTheDocument.into())
        };
        let after = self.keys.other_than(known, turn, || self.clock.now().steady, read).await?;
        if let (Some(before), Some(after)) = (before, &after)
            && !before.is_within(after)
        {
            self.remembered.clear();
        }
        Ok(after)
    }

    /// Notes that there are other keys.
    pub(crate) fn keys_rotated(&self) {
        self.keys.rotated();
    }

    /// Has the keys read where they are stale, beside whatever goes on. Tokens of keys that are known need not
    /// wait for it.
    pub(crate) fn reread_stale_keys(self: &Arc<Self>) {
        // Where none were read, the first token has them read.
        if !self.keys.is_stale(self.clock.now().steady) || self.keys.held().is_none() {
            return;
        }
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            if let Some(mut turn) = inner.keys.turn_if_free() {
                let held = inner.keys.held();
                // Where it failed, they are stale still, and the next ping is a second away.
                let _ = inner.read_keys(held.as_ref(), &mut turn).await;
            }
        });
    }
}
