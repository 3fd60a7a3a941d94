//! Setting up a handle.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use reqwest::{Client, redirect};
use tokio::runtime::Handle;
use url::Url;

use crate::ask::Ask;
use crate::clock::{Clock, Machine};
use crate::feed::follow;
use crate::inner::Inner;
use crate::portico::{Following, Portico};

/// How many tokens are remembered unless told otherwise.
const REMEMBERED: usize = 10_000;
/// How long an answer is waited for unless told otherwise. No longer than the bound, which then holds for those
/// as well who share in an answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What a handle is made of. Begun by [`Portico::builder`].
///
/// ```no_run
/// # use portico_sdk::{BuildError, Portico};
/// # use std::time::Duration;
/// # fn handle(secret: String) -> Result<Portico, BuildError> {
/// Portico::builder("https://id.example")
///     .client("org.example.taxi", secret)
///     .remember(100_000)
///     .timeout(Duration::from_secs(1))
///     .build()
/// # }
/// ```
#[must_use]
pub struct Builder {
    issuer: String,
    client: Option<(String, String)>,
    clock: Box<dyn Clock>,
    remembered: usize,
    timeout: Duration,
    follows: bool,
}

/// Why there is no handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The issuer is no `http` or `https` URL without query and fragment (RFC 8414 §2).
    #[error("the issuer is no URL of http or https without query and fragment")]
    Issuer,
    /// [`Builder::client`] is missing.
    #[error("the app's id and secret are missing")]
    Client,
    /// A handle is made inside a Tokio runtime, which runs what follows the feed.
    #[error("no Tokio runtime runs here")]
    Runtime,
    /// TLS could not be set up on this machine.
    #[error("TLS could not be set up")]
    Tls,
}

impl Builder {
    pub(crate) fn new(issuer: String) -> Self {
        let clock = Box::new(Machine::new());
        Self { issuer, client: None, clock, remembered: REMEMBERED, timeout: TIMEOUT, follows: true }
    }

    /// The app's id, which is its tokens' `aud`, and its secret, as `portico apps register` answered them.
    pub fn client(mut self, app_id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some((app_id.into(), secret.into()));
        self
    }

    /// How many tokens are remembered at most, so that their signature is checked once; 10,000 otherwise, at about
    /// half a kilobyte each. Only digests of tokens are kept.
    pub fn remember(mut self, tokens: usize) -> Self {
        self.remembered = tokens.max(1);
        self
    }

    /// How long one answer of Portico's is waited for; 2 s otherwise. An answer is shared by all who ask for the same
    /// token until it comes, so with more than that, what ended may be known so much later.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Does not follow the feed: Portico is asked for each token each time, and there is no bound to wait for.
    pub fn introspect_always(mut self) -> Self {
        self.follows = false;
        self
    }

    /// Another clock than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The handle, which begins to follow the feed at once. It does not wait for Portico.
    ///
    /// # Errors
    ///
    /// Where something is missing or makes no sense; never because of the network.
    pub fn build(self) -> Result<Portico, BuildError> {
        let runtime = Handle::try_current().map_err(|_| BuildError::Runtime)?;
        let (metadata, feed) = places(&self.issuer).ok_or(BuildError::Issuer)?;
        let (app, secret) = self.client.ok_or(BuildError::Client)?;
        let authorization = basic(&app, &secret).ok_or(BuildError::Client)?;
        // Whoever the issuer may send us to was not meant to get our credentials.
        let http =
            Client::builder().redirect(redirect::Policy::none()).build().map_err(|_| BuildError::Tls)?;
        let ask = Ask::new(http, authorization, feed, self.timeout);
        let mut inner = Inner::new((self.issuer, metadata), app, ask, self.clock, self.remembered);
        if !self.follows {
            inner.joined = Duration::ZERO;
        }
        let inner = Arc::new(inner);
        let task = self.follows.then(|| runtime.spawn(follow(Arc::clone(&inner))).abort_handle());
        Ok(Portico::new(inner, Following(task)))
    }
}

/// Where an issuer's metadata are (RFC 8414 §3.1: before its path), and its feed.
fn places(issuer: &str) -> Option<(Url, Url)> {
    let url = Url::parse(issuer).ok()?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_plain || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let metadata = url.join(&format!("/.well-known/oauth-authorization-server{path}")).ok()?;
    let feed = url.join(&format!("{path}/v1/feed")).ok()?;
    Some((metadata, feed))
}

/// `client_secret_basic` (RFC 6749 §2.3.1): both are form-encoded first.
pub(crate) fn basic(app: &str, secret: &str) -> Option<HeaderValue> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    if app.is_empty() || secret.is_empty() {
        return None;
    }
    let credentials = STANDARD.encode(format!("{}:{}", encoded(app), encoded(secret)));
    let mut header = HeaderValue::try_from(format!("Basic {credentials}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(issuer: &str) -> Option<(String, String)> {
        places(issuer).map(|(metadata, feed)| (metadata.into(), feed.into()))
    }

    #[test]
    fn the_metadata_are_before_the_path_of_an_issuer_and_the_feed_is_below_it() {
        let well_known = "https://id.example/.well-known/oauth-authorization-server";
        assert_eq!(
            found("https://id.example"),
            Some((well_known.into(), "https://id.example/v1/feed".into()))
        );
        let below = (format!("{well_known}/one"), "https://id.example/one/v1/feed".into());
        assert_eq!(found("https://id.example/one"), Some(below));
    }

    #[test]
    fn what_is_no_plain_url_is_no_issuer() {
        for issuer in [
            "",
            "id.example",
            "ftp://id.example",
            "https://id.example?a",
            "https://id.example#a",
            "https://a@id.example",
        ] {
            assert_eq!(found(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn credentials_are_encoded_before_they_are_joined() {
        let header = basic("org.example.taxi", "a:b c%").unwrap();
        assert!(header.is_sensitive());
        let text = STANDARD.decode(header.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(text, b"org.example.taxi:a%3Ab+c%25");
    }

    #[test]
    fn outside_of_a_runtime_there_is_no_handle() {
        let built = Portico::builder("https://id.example").client("a", "b").build();
        assert_eq!(built.unwrap_err(), BuildError::Runtime);
    }

    #[tokio::test]
    async fn without_credentials_there_is_no_handle() {
        assert_eq!(Portico::builder("https://id.example").build().unwrap_err(), BuildError::Client);
        let built = Portico::builder("https://id.example").client("a", "").build();
        assert_eq!(built.unwrap_err(), BuildError::Client);
    }
}
