//! Other people's public keys: fetched once, kept for a while, parsed once.

use std::sync::Arc;

use parking_lot::Mutex;
use portico_core::moment::{Moment, Span};
use portico_core::noun::client::KeySource;
use portico_seal::VerifyingKeys;
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::outbound::{Fetched, Outbound, Unreachable};

const KEPT_BY_DEFAULT: Span = Span::minutes(10);
const KEPT_AT_LEAST: Span = Span::seconds(60);
const KEPT_AT_MOST: Span = Span::hours(24);
/// How long a set that has run out still serves while its address gives no new one.
const STALE_FOR: Span = Span::hours(24);
/// How long a failure is remembered, so that nobody waits for the same silence twice.
const FAILURE_KEPT: Span = Span::seconds(10);
/// How often a set is fetched again because a key id was not in it.
const ASKED_AGAIN: Span = Span::seconds(30);
const MOST_SETS: usize = 1024;

/// The key sets (RFC 7517 §5) of clients and trusted issuers, bounded to the 1,024 in most use.
pub struct KeySets {
    outbound: Arc<Outbound>,
    fetched: Cache<String, Arc<Source>>,
    inline: Cache<Value, Arc<VerifyingKeys>>,
}

/// One address, with what is held of it; one fetch of it is in flight at a time.
#[derive(Default)]
struct Source {
    held: Mutex<Held>,
    flight: tokio::sync::Mutex<()>,
}

impl KeySets {
    /// Fetches through `outbound`.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self { outbound, fetched: Cache::new(MOST_SETS), inline: Cache::new(MOST_SETS) }
    }

    /// What the sets are fetched through.
    pub fn outbound(&self) -> Arc<Outbound> {
        self.outbound.clone()
    }

    /// The keys of a source as of `now`.
    ///
    /// A fetched set is kept as long as its server says, between 60 seconds and 24 hours, and
    /// 10 minutes if it says nothing; while the address fails, for up to 24 hours more. A failure
    /// is remembered for 10 seconds. With `unknown_kid`, for a token whose key was not in the set
    /// that was answered before, the set is fetched again, at most once in 30 seconds.
    pub async fn keys(
        &self,
        source: &KeySource,
        now: Moment,
        unknown_kid: bool,
    ) -> Result<Arc<VerifyingKeys>, Unreachable> {
        match source {
            KeySource::Jwks(set) => Ok(self.parsed(set)),
            KeySource::JwksUri(uri) => self.fetched(uri, now, unknown_kid).await,
        }
    }

    fn parsed(&self, set: &Value) -> Arc<VerifyingKeys> {
        self.inline.get(set).unwrap_or_else(|| {
            let keys = Arc::new(VerifyingKeys::from_jwks(set));
            self.inline.insert(set.clone(), keys.clone());
            keys
        })
    }

    async fn fetched(
        &self,
        uri: &str,
        now: Moment,
        unknown_kid: bool,
    ) -> Result<Arc<VerifyingKeys>, Unreachable> {
        let new = || Ok::<_, Unreachable>(Arc::new(Source::default()));
        let source = self.fetched.get_or_insert_with(uri, new)?;
        if let Some(answer) = source.held.lock().answer(now, unknown_kid) {
            return answer;
        }
        let _flight = match source.flight.try_lock() {
            Ok(flight) => flight,
            Err(_) => {
                let stale = source.held.lock().stale(now).filter(|_| !unknown_kid);
                if let Some(keys) = stale {
                    return Ok(keys);
                }
                source.flight.lock().await
            }
        };
        // Whoever flew before may have brought what is wanted.
        if let Some(answer) = source.held.lock().answer(now, unknown_kid) {
            return answer;
        }
        let fetched = self.outbound.get_json(uri).await.and_then(key_set);
        source.held.lock().landed(fetched, now, unknown_kid)
    }
}

/// A document that is a JWK set; another kind of document must not replace a good set.
fn key_set(fetched: Fetched) -> Result<(VerifyingKeys, Span), Unreachable> {
    if !fetched.document["keys"].is_array() {
        return Err(Unreachable::NotTheDocument);
    }
    let kept = fetched.max_age.unwrap_or(KEPT_BY_DEFAULT).clamp(KEPT_AT_LEAST, KEPT_AT_MOST);
    Ok((VerifyingKeys::from_jwks(&fetched.document), kept))
}

/// What is held of one address.
#[derive(Default)]
struct Held {
    set: Option<HeldSet>,
    failed: Option<(Moment, Unreachable)>,
    asked_again_at: Option<Moment>,
}

struct HeldSet {
    keys: Arc<VerifyingKeys>,
    fetched_at: Moment,
    fresh_until: Moment,
}

impl Held {
    /// What can be answered without a fetch; none if one is due.
    fn answer(&self, now: Moment, unknown_kid: bool) -> Option<Result<Arc<VerifyingKeys>, Unreachable>> {
        if let Some((_, why)) = self.failed.filter(|(at, _)| now < *at + FAILURE_KEPT) {
            return Some(self.stale(now).ok_or(why));
        }
        let set = self.set.as_ref().filter(|set| now < set.fresh_until)?;
        let asked_lately = self.asked_again_at.is_some_and(|at| now < at + ASKED_AGAIN);
        if unknown_kid && !asked_lately && set.fetched_at < now {
            return None;
        }
        Some(Ok(set.keys.clone()))
    }

    /// What is held, fresh or not, unless it is too old to be relied on.
    fn stale(&self, now: Moment) -> Option<Arc<VerifyingKeys>> {
        let set = self.set.as_ref().filter(|set| now < set.fresh_until + STALE_FOR)?;
        Some(set.keys.clone())
    }

    /// Takes in what a fetch begun at `now` brought.
    fn landed(
        &mut self,
        fetched: Result<(VerifyingKeys, Span), Unreachable>,
        now: Moment,
        unknown_kid: bool,
    ) -> Result<Arc<VerifyingKeys>, Unreachable> {
        if unknown_kid {
            self.asked_again_at = Some(now);
        }
        match fetched {
            Ok((keys, kept)) => {
                let keys = Arc::new(keys);
                self.set = Some(HeldSet { keys: keys.clone(), fetched_at: now, fresh_until: now + kept });
                self.failed = None;
                Ok(keys)
            }
            Err(why) => {
                self.failed = Some((now, why));
                self.stale(now).ok_or(why)
            }
        }
    }
}

#[cfg(test)]
#[path = "keyset_tests.rs"]
mod tests;
