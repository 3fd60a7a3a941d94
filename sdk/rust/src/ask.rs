//! Portico, asked over HTTP with the app's credentials.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{Unavailable, Unreached};

/// The longest document that is read.
const LONGEST: usize = 1024 * 1024;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How Portico is asked.
pub(crate) struct Ask {
    http: Client,
    authorization: HeaderValue,
    feed: Url,
    timeout: Duration,
}

impl Ask {
    pub(crate) fn new(http: Client, authorization: HeaderValue, feed: Url, timeout: Duration) -> Self {
        Self { http, authorization, feed, timeout }
    }

    /// A document that is open to everybody.
    pub(crate) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Unavailable> {
        document(self.http.get(url).timeout(self.timeout)).await
    }

    /// What is answered to a form.
    pub(crate) async fn post<T: DeserializeOwned>(&self, url: Url, form: String) -> Result<T, Unavailable> {
        let request = self.http.post(url).timeout(self.timeout);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        document(request.header(AUTHORIZATION, self.authorization.clone())).await
    }

    /// The feed from this place on, or from the beginning. It ends when either side closes it.
    pub(crate) async fn open_feed(&self, place: Option<&str>) -> Result<Response, Unavailable> {
        let request = self.http.get(self.feed.clone()).header(ACCEPT, "text/event-stream");
        let mut request = request.header(AUTHORIZATION, self.authorization.clone());
        if let Some(place) = place.and_then(|place| HeaderValue::from_str(place).ok()) {
            request = request.header(LAST_EVENT_ID, place);
        }
        let response = sent(request).await?;
        match response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
            Some(typ) if typ.starts_with(b"text/event-stream") => Ok(response),
            _ => Err(Unreached::NotTheDocument.into()),
        }
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, Unavailable> {
    let response = request.send().await.map_err(|_| Unreached::NoAnswer)?;
    let because = match response.status() {
        StatusCode::OK => return Ok(response),
        StatusCode::UNAUTHORIZED => Unreached::Credentials,
        status => Unreached::Status(status.as_u16()),
    };
    Err(Unavailable { retry_after: retry_after(response.headers()), because })
}

async fn document<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Unavailable> {
    let mut response = sent(request).await?;
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|_| Unreached::NoAnswer)? {
        body.extend(piece);
        if body.len() > LONGEST {
            return Err(Unreached::NotTheDocument.into());
        }
    }
    Ok(serde_json::from_slice(&body).map_err(|_| Unreached::NotTheDocument)?)
}

/// Whole seconds (RFC 9110 §10.2.3); Portico gives no date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
