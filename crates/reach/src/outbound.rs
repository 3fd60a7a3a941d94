//! Requests that go out: each held to the address policy at the moment of connecting.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use portico_core::moment::Span;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, Response, StatusCode, redirect, retry};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use crate::address::{AddressPolicy, Refused};

/// How long connecting may take, resolving the name and TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole request may take, redirects and body included.
const TOTAL: Duration = Duration::from_secs(10);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 3;
const LARGEST_DOCUMENT: usize = 256 * 1024;

/// Why there is no answer to use. None of these repeats anything the other side said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The address may not be connected to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The name does not resolve, nobody listens there, or the certificate is not good.
    #[error("no connection")]
    NoConnection,
    /// No whole answer within 10 seconds.
    #[error("no answer in time")]
    TooSlow,
    /// The connection broke, or what came is not HTTP.
    #[error("the connection broke before the answer")]
    Broken,
    /// A document was asked for, and the answer was this HTTP status.
    #[error("answered {0}")]
    Status(u16),
    /// More than three redirects, or one that leads nowhere.
    #[error("too many redirects, or one without a good address")]
    Redirects,
    /// The document is longer than 256 KiB.
    #[error("the document is too large")]
    TooLarge,
    /// The document is not the JSON that was expected.
    #[error("not the expected JSON document")]
    NotTheDocument,
    /// This machine has no usable TLS roots.
    #[error("TLS cannot be used on this machine")]
    NoTls,
}

/// A JSON document that was fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The document.
    pub document: Value,
    /// How long it may be kept, as its server says (`max-age`, RFC 9111 §5.2.2.1); none if it
    /// does not say, zero if it says not to keep it.
    pub max_age: Option<Span>,
}

/// Sends requests under one [`AddressPolicy`].
///
/// No proxy is used, and nothing is set up before the first request of its kind: TLS roots are
/// read from the system when the first `https` address is reached.
pub struct Outbound {
    policy: AddressPolicy,
    plain: OnceCell<Client>,
    tls: OnceCell<Client>,
}

impl Outbound {
    /// Sends requests to what this policy allows.
    pub fn new(policy: AddressPolicy) -> Self {
        Self { policy, plain: OnceCell::new(), tls: OnceCell::new() }
    }

    /// The policy that every request is held to.
    pub fn policy(&self) -> AddressPolicy {
        self.policy
    }

    /// Posts a form and answers with the HTTP status, whatever it is. Redirects are not followed
    /// and the body is not read. At most 10 seconds.
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, Unreachable> {
        let url = self.policy.url(url)?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client(&url).await?.post(url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = in_time(async { request.send().await.map_err(|error| cause(&error)) }).await?;
        Ok(answer.status().as_u16())
    }

    /// Posts an XML document and answers with the HTTP status, whatever it is. Redirects are not followed
    /// and the body is not read. At most 10 seconds.
    pub async fn post_xml(&self, url: &str, xml: &str) -> Result<u16, Unreachable> {
        let url = self.policy.url(url)?;
        let request =
            self.client(&url).await?.post(url).header(CONTENT_TYPE, "text/xml").body(xml.to_owned());
        let answer = in_time(async { request.send().await.map_err(|error| cause(&error)) }).await?;
        Ok(answer.status().as_u16())
    }

    /// Posts JSON with these headers and answers with the HTTP status, whatever it is. Redirects are not
    /// followed and the body is not read. At most 10 seconds.
    pub async fn post_json(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<u16, Unreachable> {
        let url = self.policy.url(url)?;
        let mut request =
            self.client(&url).await?.post(url).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = in_time(async { request.send().await.map_err(|error| cause(&error)) }).await?;
        Ok(answer.status().as_u16())
    }

    /// Fetches a JSON document of at most 256 KiB, over at most three redirects, each of them
    /// held to the same policy. At most 10 seconds.
    pub async fn get_json(&self, url: &str) -> Result<Fetched, Unreachable> {
        let url = self.policy.url(url)?;
        in_time(async {
            let answer = self.follow(url).await?;
            if answer.status() != StatusCode::OK {
                return Err(Unreachable::Status(answer.status().as_u16()));
            }
            let max_age = max_age(answer.headers());
            let body = read(answer).await?;
            let document = serde_json::from_slice(&body).map_err(|_| Unreachable::NotTheDocument)?;
            Ok(Fetched { document, max_age })
        })
        .await
    }

    /// Fetches a JSON document of at most 256 KiB from exactly this address: a redirect is not
    /// followed. With `bearer`, that token goes along (RFC 6750 §2.1). At most 10 seconds.
    pub async fn get_json_here(&self, url: &str, bearer: Option<&str>) -> Result<Fetched, Unreachable> {
        let url = self.policy.url(url)?;
        let mut request = self.client(&url).await?.get(url).header(ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(AUTHORIZATION, sensitive(&format!("Bearer {token}"))?);
        }
        in_time(async {
            let answer = request.send().await.map_err(|error| cause(&error))?;
            if answer.status() != StatusCode::OK {
                return Err(Unreachable::Status(answer.status().as_u16()));
            }
            let max_age = max_age(answer.headers());
            let body = read(answer).await?;
            let document = serde_json::from_slice(&body).map_err(|_| Unreachable::NotTheDocument)?;
            Ok(Fetched { document, max_age })
        })
        .await
    }

    /// Posts a form and answers with the HTTP status and the JSON document of at most 256 KiB that
    /// came with it. `authorization` is the value of that header. Redirects are not followed: one is
    /// [`Unreachable::Status`], as is every failure whose body is no JSON. At most 10 seconds.
    pub async fn post_form_for_json(
        &self,
        url: &str,
        authorization: Option<&str>,
        fields: &[(&str, &str)],
    ) -> Result<(u16, Value), Unreachable> {
        let url = self.policy.url(url)?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self.client(&url).await?.post(url).header(ACCEPT, "application/json");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, sensitive(value)?);
        }
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        in_time(async {
            let answer = request.send().await.map_err(|error| cause(&error))?;
            let status = answer.status();
            if status.is_redirection() {
                return Err(Unreachable::Status(status.as_u16()));
            }
            let body = read(answer).await?;
            let document = serde_json::from_slice(&body).map_err(|_| match status.is_success() {
                true => Unreachable::NotTheDocument,
                false => Unreachable::Status(status.as_u16()),
            })?;
            Ok((status.as_u16(), document))
        })
        .await
    }

    async fn follow(&self, mut url: Url) -> Result<Response, Unreachable> {
        for _ in 0..=MOST_REDIRECTS {
            self.policy.check(&url)?;
            let request = self.client(&url).await?.get(url.clone()).header(ACCEPT, "application/json");
            let answer = request.send().await.map_err(|error| cause(&error))?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            url = location.and_then(|location| url.join(location).ok()).ok_or(Unreachable::Redirects)?;
        }
        Err(Unreachable::Redirects)
    }

    async fn client(&self, url: &Url) -> Result<&Client, Unreachable> {
        let policy = self.policy;
        if url.scheme() == "http" {
            let build = async || builder(policy).tls_certs_only([]).build();
            return self.plain.get_or_try_init(build).await.map_err(|_| Unreachable::NoTls);
        }
        let build = async || {
            // Reading the system's roots takes milliseconds of disk and parsing.
            let built = tokio::task::spawn_blocking(move || builder(policy).https_only(true).build()).await;
            built.ok().and_then(Result::ok).ok_or(Unreachable::NoTls)
        };
        self.tls.get_or_try_init(build).await
    }
}

fn builder(policy: AddressPolicy) -> ClientBuilder {
    Client::builder()
        .dns_resolver(Arc::new(Filtered(policy)))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(2)
        .user_agent(concat!("portico/", env!("CARGO_PKG_VERSION")))
}

/// A header's value that stays out of logs.
fn sensitive(value: &str) -> Result<HeaderValue, Unreachable> {
    let mut value = HeaderValue::from_str(value).map_err(|_| Unreachable::Broken)?;
    value.set_sensitive(true);
    Ok(value)
}

async fn in_time<T>(work: impl Future<Output = Result<T, Unreachable>>) -> Result<T, Unreachable> {
    tokio::time::timeout(TOTAL, work).await.unwrap_or(Err(Unreachable::TooSlow))
}

async fn read(mut answer: Response) -> Result<Vec<u8>, Unreachable> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| cause(&error))? {
        if body.len() + chunk.len() > LARGEST_DOCUMENT {
            return Err(Unreachable::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn max_age(headers: &HeaderMap) -> Option<Span> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut found = None;
    for directive in values.flat_map(|value| value.split(',')).map(str::trim) {
        if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache") {
            return Some(Span::ZERO);
        }
        let Some((name, seconds)) = directive.split_once('=') else { continue };
        if name.trim_end().eq_ignore_ascii_case("max-age") {
            found = found.or(seconds.trim().trim_matches('"').parse::<u32>().ok());
        }
    }
    found.map(|seconds| Span::seconds(seconds.into()))
}

/// What lies behind a failed request, without its text, which may repeat the other side's words.
fn cause(error: &reqwest::Error) -> Unreachable {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(refused) = inner.downcast_ref::<Refused>() {
            return Unreachable::Refused(*refused);
        }
        source = inner.source();
    }
    if error.is_timeout() {
        Unreachable::TooSlow
    } else if error.is_connect() {
        Unreachable::NoConnection
    } else {
        Unreachable::Broken
    }
}

/// Resolves names and hands out only the addresses that the policy allows. What is connected to
/// is what was looked at, so a name that changes its address in between gains nothing.
struct Filtered(AddressPolicy);

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let resolved = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Addrs = Box::new(policy.filter(resolved)?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
#[path = "outbound_tests.rs"]
mod tests;
