//! The guard before a service.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::portico::Portico;
use crate::refused::Refused;
use crate::validated::Validated;

/// Lets in who brings an active token with the scopes that are required, and puts a [`Validated`] into the
/// request's extensions. Everybody else gets [`Refused::response`].
///
/// ```no_run
/// # use portico_sdk::{Portico, Validated};
/// # use axum::{Router, routing::get};
/// # fn routes(portico: Portico) -> Router {
/// Router::new()
///     .route("/ride", get(|caller: Validated| async move { caller.user_id().to_owned() }))
///     .layer(portico.layer().require("openid").require("profile.basic"))
/// # }
/// ```
///
/// For any tower service of `http` requests whose answers have a body that can be made of [`Bytes`], as those of
/// axum and `http_body_util::Full` can:
///
/// ```
/// # use std::convert::Infallible;
/// # use bytes::Bytes;
/// # use http::{Request, Response};
/// # use http_body_util::Full;
/// # use portico_sdk::{Portico, Validated};
/// # use tower::{Layer, service_fn};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portico = Portico::builder("https://id.example").client("org.example.taxi", "secret").build()?;
/// let greeting = service_fn(|request: Request<Full<Bytes>>| async move {
///     let caller = request.extensions().get::<Validated>().map_or("nobody", Validated::user_id);
///     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(format!("hello, {caller}"))))
/// });
/// let guarded = portico.layer().layer(greeting);
/// # use tower::ServiceExt;
/// let answer = guarded.oneshot(Request::new(Full::<Bytes>::default())).await?;
/// assert_eq!(answer.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PorticoLayer {
    portico: Portico,
    required: Arc<[Box<str>]>,
    is_optional: bool,
}

impl PorticoLayer {
    /// A guard that requires a token, and no scope.
    pub fn new(portico: Portico) -> Self {
        Self { portico, required: Arc::default(), is_optional: false }
    }

    /// Requires this scope as well.
    #[must_use]
    pub fn require(mut self, scope: &str) -> Self {
        self.required = self.required.iter().cloned().chain([scope.into()]).collect();
        self
    }

    /// Lets in who brings no token, as nobody: without a [`Validated`]. A token that is brought has to be good,
    /// and to reach.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    async fn admit(&self, headers: &HeaderMap) -> Result<Option<Validated>, Refused> {
        let Some(token) = bearer(headers) else {
            return if self.is_optional { Ok(None) } else { Err(Refused::NoToken) };
        };
        let validated = self.portico.validate(token).await?;
        validated.require_all(self.required.iter().map(AsRef::as_ref))?;
        Ok(Some(validated))
    }
}

impl<S> Layer<S> for PorticoLayer {
    type Service = PorticoService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PorticoService { inner, layer: self.clone() }
    }
}

/// A service behind a [`PorticoLayer`].
#[derive(Clone, Debug)]
pub struct PorticoService<S> {
    inner: S,
    layer: PorticoLayer,
}

impl<S, B, R> Service<Request<B>> for PorticoService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that is ready is taken along; its clone gets ready for the next request.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            // Nobody but this layer says who calls.
            request.extensions_mut().remove::<Validated>();
            match layer.admit(request.headers()).await {
                Ok(validated) => {
                    if let Some(validated) = validated {
                        request.extensions_mut().insert(validated);
                    }
                    inner.call(request).await
                }
                Err(refused) => Ok(refused.response().map(R::from)),
            }
        })
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 §2.1). Where there are two, nobody knows which
/// one counts.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.trim().split_once(' ')?;
    let token = token.trim();
    let is_one = !token.is_empty() && !token.contains(char::is_whitespace);
    (scheme.eq_ignore_ascii_case("bearer") && is_one).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_authorizations_none_counts() {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, "Bearer one".parse().unwrap());
        assert_eq!(bearer(&headers), Some("one"));
        headers.append(AUTHORIZATION, "Bearer two".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }
}
