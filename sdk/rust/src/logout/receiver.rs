//! The service behind `backchannel_logout_uri`.

use std::convert::Infallible;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, Limited};
use tower_service::Service;

use super::LoggedOut;
use crate::error::Error;
use crate::portico::Portico;

/// The longest form that is read: one token.
const LONGEST_FORM: usize = 32 * 1024;

/// Takes logout tokens (§2.5) and tells the app what ended. Made by
/// [`Portico::logout_receiver`].
///
/// It answers 200 when the app has been told, and 400 where the token is not good or the app failed: Portico then
/// tells it again, by another token. 503 where the keys cannot be read now.
#[derive(Clone)]
pub struct LogoutReceiver<F> {
    portico: Portico,
    tell: F,
}

impl<F> LogoutReceiver<F> {
    pub(crate) fn new(portico: Portico, tell: F) -> Self {
        Self { portico, tell }
    }
}

impl<F, T, E, B> Service<Request<B>> for LogoutReceiver<F>
where
    F: Fn(LoggedOut) -> T + Clone + Send + 'static,
    T: Future<Output = Result<(), E>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { portico, tell } = self.clone();
        Box::pin(async move {
            let status = match received(&portico, request).await {
                Ok(ended) => match tell(ended).await {
                    Ok(()) => StatusCode::OK,
                    Err(_) => StatusCode::BAD_REQUEST,
                },
                Err(status) => status,
            };
            Ok(answer(status))
        })
    }
}

async fn received<B>(portico: &Portico, request: Request<B>) -> Result<LoggedOut, StatusCode>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    if !is_form(&parts.headers) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let form =
        Limited::new(body, LONGEST_FORM).collect().await.map_err(|_| StatusCode::BAD_REQUEST)?.to_bytes();
    let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    portico.log_out(&token).await.map_err(|error| match error {
        Error::InvalidToken(_) => StatusCode::BAD_REQUEST,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
    })
}

fn is_form(headers: &HeaderMap) -> bool {
    let typ = headers.get(CONTENT_TYPE).and_then(|typ| typ.to_str().ok()).unwrap_or_default();
    let essence = typ.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn answer(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match status {
        StatusCode::METHOD_NOT_ALLOWED => headers.insert(ALLOW, HeaderValue::from_static("POST")),
        StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
        _ => None,
    };
    response
}
