//! Asking Portico of a token (RFC 7662), where the issuer's metadata says.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::claims::Claims;
use crate::error::{Cause, Error, Unavailable, Unreached};
use crate::flight::Flights;
use crate::inner::{Digest, Inner};
use crate::jws;
use crate::validated::Validated;

/// What Portico says of a token: nothing, where it is not active.
pub(crate) type Told = Result<Option<Arc<Claims>>, Error>;

/// Where Portico is asked what.
pub(crate) struct Places {
    metadata: Url,
    found: OnceLock<Metadata>,
    flights: Flights<(), Result<Metadata, Unavailable>>,
}

/// The part of the issuer's metadata that is used (RFC 8414 §2).
#[derive(Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) jwks_uri: Url,
    introspection_endpoint: Url,
}

impl Places {
    pub(crate) fn new(metadata: Url) -> Self {
        Self { metadata, found: OnceLock::new(), flights: Flights::default() }
    }
}

impl Inner {
    pub(crate) async fn metadata(self: &Arc<Self>) -> Result<Metadata, Unavailable> {
        if let Some(found) = self.places.found.get() {
            return Ok(found.clone());
        }
        let inner = Arc::clone(self);
        let read = async move {
            let metadata: Metadata = inner.ask.get(inner.places.metadata.clone()).await?;
            // Whoever answers for another issuer is not to be given our credentials (RFC 8414 §3.3).
            if metadata.issuer != inner.issuer {
                return Err(Unreached::Issuer.into());
            }
            Ok(inner.places.found.get_or_init(|| metadata).clone())
        };
        self.places
            .flights
            .share((), (Duration::ZERO, Duration::MAX), read)
            .await
            .unwrap_or(Err(Unreached::NoAnswer.into()))
    }

    /// What Portico says of a token now (RFC 7662). A question about the same token is joined within a second.
    pub(crate) async fn introspected(
        self: &Arc<Self>,
        token: &str,
        digest: Digest,
        claims: Option<Arc<Claims>>,
    ) -> Result<Validated, Error> {
        let (inner, asked, is_verified) = (Arc::clone(self), token.to_owned(), claims.is_some());
        let asking = async move {
            // Anybody can invent what nobody here could verify.
            let few = if is_verified { None } else { Some(inner.unverified.try_acquire()) };
            if matches!(few, Some(Err(_))) {
                return Err(Unavailable::from(Unreached::TooMany).into());
            }
            inner.introspect(&asked).await
        };
        let moment = (self.clock.now().steady, self.joined);
        let told = self.introspections.share(digest, moment, asking);
        let told = told.await.unwrap_or(Err(Unavailable::from(Unreached::NoAnswer).into()))?;
        let told = told.ok_or(Error::InvalidToken(Cause::Inactive))?;
        let allowed = told.given.clone();
        // It is active, so it says what it was given with, whoever could verify that.
        let given = claims.or_else(|| {
            let claims = jws::claims_unverified(token)?;
            Claims::of(claims, &self.issuer, &self.app).ok().map(Arc::new)
        });
        Ok(Validated::new(given.filter(|given| given.jti == told.jti).unwrap_or(told), allowed))
    }

    async fn introspect(self: &Arc<Self>, token: &str) -> Told {
        let endpoint = self.metadata().await?.introspection_endpoint;
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
        let mut answer: Map<String, Value> = self.ask.post(endpoint, form).await?;
        match answer.remove("active") {
            Some(Value::Bool(true)) => {
                let claims = Claims::of(answer, &self.issuer, &self.app).map_err(Error::InvalidToken)?;
                Ok(Some(Arc::new(claims)))
            }
            Some(Value::Bool(false)) => Ok(None),
            _ => Err(Unavailable::from(Unreached::NotTheDocument).into()),
        }
    }
}
