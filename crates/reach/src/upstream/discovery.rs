//! Providers' discovery documents: fetched once, kept for a while.

use std::sync::Arc;

use parking_lot::Mutex;
use portico_core::moment::{Moment, Span};
use portico_core::rule::upstream::Metadata;
use quick_cache::sync::Cache;

use super::UpstreamError;
use crate::outbound::Outbound;

const KEPT_BY_DEFAULT: Span = Span::hours(1);
const KEPT_AT_LEAST: Span = Span::minutes(1);
const KEPT_AT_MOST: Span = Span::hours(24);
/// How long a failure is remembered, so that nobody waits for the same silence twice.
const FAILURE_KEPT: Span = Span::seconds(10);
const MOST_PROVIDERS: usize = 256;
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The discovery documents (OIDC Discovery §4) of the 256 providers in most use.
pub(super) struct Discoveries {
    outbound: Arc<Outbound>,
    held: Cache<String, Arc<Provider>>,
}

/// One provider; one fetch of its document is in flight at a time.
#[derive(Default)]
struct Provider {
    held: Mutex<Option<Held>>,
    flight: tokio::sync::Mutex<()>,
}

struct Held {
    found: Result<Arc<Metadata>, UpstreamError>,
    until: Moment,
}

impl Discoveries {
    pub(super) fn new(outbound: Arc<Outbound>) -> Self {
        Self { outbound, held: Cache::new(MOST_PROVIDERS) }
    }

    /// What is known of the provider without asking it.
    pub(super) fn held(&self, issuer: &str, now: Moment) -> Option<Result<Arc<Metadata>, UpstreamError>> {
        self.held.get(issuer)?.answer(now)
    }

    /// What the provider says of itself, as of `now`. Kept as long as its server says, between a
    /// minute and a day, and an hour if it says nothing; a failure is remembered for 10 seconds.
    pub(super) async fn metadata(&self, issuer: &str, now: Moment) -> Result<Arc<Metadata>, UpstreamError> {
        let new = || Ok::<_, UpstreamError>(Arc::new(Provider::default()));
        let provider = self.held.get_or_insert_with(issuer, new)?;
        if let Some(found) = provider.answer(now) {
            return found;
        }
        let _flight = provider.flight.lock().await;
        // Whoever flew before may have brought what is wanted.
        if let Some(found) = provider.answer(now) {
            return found;
        }
        let (found, kept) = match self.fetch(issuer).await {
            Ok((metadata, kept)) => (Ok(Arc::new(metadata)), kept),
            Err(why) => (Err(why), FAILURE_KEPT),
        };
        *provider.held.lock() = Some(Held { found: found.clone(), until: now + kept });
        found
    }

    async fn fetch(&self, issuer: &str) -> Result<(Metadata, Span), UpstreamError> {
        // An issuer that ends with a slash has it taken off first (OIDC Discovery §4.1).
        let url = format!("{}{WELL_KNOWN}", issuer.strip_suffix('/').unwrap_or(issuer));
        let fetched = self.outbound.get_json_here(&url, None).await?;
        let kept = fetched.max_age.unwrap_or(KEPT_BY_DEFAULT).clamp(KEPT_AT_LEAST, KEPT_AT_MOST);
        Ok((Metadata::read(&fetched.document, issuer)?, kept))
    }
}

impl Provider {
    fn answer(&self, now: Moment) -> Option<Result<Arc<Metadata>, UpstreamError>> {
        let held = self.held.lock();
        held.as_ref().filter(|held| now < held.until).map(|held| held.found.clone())
    }
}
