//! What all handles share, and how a token is validated with it.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use parking_lot::RwLock;
use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, watch};
use url::Url;

use crate::ask::Ask;
use crate::claims::Claims;
use crate::clock::Clock;
use crate::error::{Cause, Error};
use crate::feed::{Said, Standing};
use crate::flight::Flights;
use crate::introspect::{Places, Told};
use crate::jws::LONGEST_TOKEN;
use crate::key_source::KeySource;
use crate::logout::Logouts;
use crate::validated::Validated;
use crate::verify::Unverified;

/// What stands for a token where it is remembered: its SHA-256.
pub(crate) type Digest = [u8; 32];

pub(crate) struct Inner {
    pub(crate) issuer: String,
    pub(crate) app: String,
    pub(crate) ask: Ask,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) said: RwLock<Said>,
    pub(crate) caught_up: watch::Sender<bool>,
    pub(crate) logouts: RwLock<Logouts>,
    pub(crate) places: Places,
    pub(crate) keys: KeySource,
    pub(crate) remembered: Cache<Digest, Arc<Claims>>,
    pub(crate) introspections: Flights<Digest, Told>,
    /// How long after a question about a token was put another joins it.
    pub(crate) joined: Duration,
    /// Room for questions about tokens that nobody could verify.
    pub(crate) unverified: Semaphore,
}

/// Of so many tokens that nobody could verify it is asked at once.
const UNVERIFIED: usize = 20;

/// So much older than its question an answer may be, and be within the bound.
pub(crate) const JOINED: Duration = Duration::from_secs(1);

impl Inner {
    pub(crate) fn new(
        (issuer, metadata): (String, Url),
        app: String,
        ask: Ask,
        clock: Box<dyn Clock>,
        remembered: usize,
    ) -> Self {
        Self {
            issuer,
            app,
            ask,
            clock,
            said: RwLock::default(),
            caught_up: watch::Sender::new(false),
            logouts: RwLock::default(),
            places: Places::new(metadata),
            keys: KeySource::default(),
            remembered: Cache::new(remembered),
            introspections: Flights::default(),
            joined: JOINED,
            unverified: Semaphore::new(UNVERIFIED),
        }
    }

    /// Who calls with this token.
    pub(crate) async fn validate(self: &Arc<Self>, token: &str) -> Result<Validated, Error> {
        if token.len() > LONGEST_TOKEN {
            return Err(Error::InvalidToken(Cause::Malformed));
        }
        let digest = digest_of(token);
        let known = match self.remembered.get(&digest) {
            Some(claims) => Ok(claims),
            None => self.verified(token, digest).await,
        };
        let claims = match known {
            Ok(claims) => claims,
            Err(Unverified::Refused(cause)) => return Err(Error::InvalidToken(cause)),
            Err(Unverified::NoKeys) => return self.introspected(token, digest, None).await,
        };
        let now = self.clock.now();
        claims.times.check(now).map_err(Error::InvalidToken)?;
        if self.logouts.read().cover(&claims) {
            return Err(Error::InvalidToken(Cause::SessionEnded));
        }
        let standing = self.said.read().standing(&claims, now);
        match standing {
            Standing::Allows(scopes) => Ok(Validated::new(claims, scopes)),
            Standing::Refused(cause) => Err(Error::InvalidToken(cause)),
            Standing::Unknown => self.introspected(token, digest, Some(claims)).await,
        }
    }

    /// Whether the feed was heard lately enough to answer without asking.
    pub(crate) fn is_heard(&self) -> bool {
        self.said.read().is_heard(self.clock.now())
    }
}

pub(crate) fn digest_of(token: &str) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}
