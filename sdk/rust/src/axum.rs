//! Handlers of axum that want to know who calls.

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::refused::Refused;
use crate::validated::Validated;

/// Whoever the [`PorticoLayer`](crate::PorticoLayer) let in. Without such a layer it is [`Refused::NoLayer`].
impl<S: Sync> FromRequestParts<S> for Validated {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        parts.extensions.get().cloned().ok_or(Refused::NoLayer)
    }
}

/// Whoever the layer let in, or `None` where it is [optional](crate::PorticoLayer::optional) and nobody said who
/// they are.
impl<S: Sync> OptionalFromRequestParts<S> for Validated {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get().cloned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.response().map(Body::from)
    }
}
