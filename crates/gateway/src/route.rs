//! What the gateway does with a request: the configuration, read and checked.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use portico_core::id::ClientId;
use portico_core::rule::swap::{Places, Pointer, Unknown};
use portico_core::scope::ScopeSet;
use url::Url;

pub use portico_core::rule::swap::Counterpart;

use crate::rewrite::Maps;

/// Where callers are listened to unless the configuration says.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8090);

/// A gateway's whole configuration.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Where callers are listened to, if the configuration says; else at [`LISTEN`].
    pub listen: Option<SocketAddr>,
    /// The certificate shown to callers; without one there is no TLS.
    pub tls: Option<TlsFiles>,
    /// The routes, in the order in which they are looked at: the first that fits takes the request.
    pub routes: Vec<Route>,
}

/// Where the certificate and its key lie, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate with what leads up to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities whose client certificates are believed; none asks for none.
    pub clients: Option<PathBuf>,
}

/// One merchant behind the gateway.
#[derive(Debug, Clone)]
pub struct Route {
    /// The `Host` that the request must name, in small letters and without a port; none for any.
    pub host: Option<String>,
    /// The path that the request's must be or lie under, at a `/`; none for any.
    pub path: Option<String>,
    /// Where the back end listens: `http` or `https`, one or several of equal standing.
    pub upstreams: Vec<Url>,
    /// HTTP/2 without asking, towards upstreams without TLS. With TLS, ALPN decides.
    pub http2: bool,
    /// The authorities that vouch for upstreams' certificates, as PEM; those of the system if there is none.
    pub authorities: Option<PathBuf>,
    /// A path that answers 2xx or 3xx while an upstream is well.
    pub health: Option<String>,
    /// The app whose launch tokens callers bring.
    pub app: ClientId,
    /// The app whose OpenIDs the upstream knows.
    pub known_as: ClientId,
    /// Where the token stands.
    pub token: TokenPlace,
    /// The scopes without which a request is refused.
    pub require: ScopeSet,
    /// What happens to an OpenID in `any` that nobody has.
    pub unknown: Unknown,
    /// The headers that tell the upstream who calls, in the order of the file.
    pub inject: Vec<(http::HeaderName, Injected)>,
    /// Where OpenIDs stand, in requests and in answers.
    pub places: Places,
    /// Where requests bring data that WeChat's API encrypted for the app.
    pub encrypted: Encrypted,
    /// Those places, made ready: [`Maps::new`] of them and of `inject`.
    pub maps: Maps,
    /// Whether the upstream gets the caller's token too.
    pub keep_token: bool,
    /// How other back ends show that they may call, on a route without tokens.
    pub back_ends: BackEnds,
    /// How much is borne.
    pub limits: Limits,
}

/// Where a request brings the caller's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// `Authorization: Bearer` (RFC 6750 §2.1).
    Bearer,
    /// A cookie of this name.
    Cookie(String),
    /// Nowhere: the caller is another back end, known otherwise.
    None,
}

/// How back ends show who they are, where no token is brought. Either is enough where both are given.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BackEnds {
    /// The secret that they bring in the header [`crate::rewrite::SECRET`].
    pub secret: Option<String>,
    /// The names, one of which their client certificate must bear: DNS names or URIs (RFC 5280 §4.2.1.6).
    pub certificates: Vec<String>,
}

impl fmt::Debug for BackEnds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.secret.as_ref().map(|_| "…");
        f.debug_struct("BackEnds").field("secret", &secret).field("certificates", &self.certificates).finish()
    }
}

/// Where data stands that WeChat's API encrypted for the app, and the iv that belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encrypted {
    /// In fields of the query.
    pub query: Vec<Pair<String>>,
    /// In fields of a form.
    pub form: Vec<Pair<String>>,
    /// In members of a JSON body.
    pub json: Vec<Pair<Pointer>>,
}

/// Where one piece of encrypted data stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<T> {
    /// `encryptedData`.
    pub data: T,
    /// `iv`.
    pub iv: T,
}

/// What an identity header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Injected {
    /// The caller's OpenID at the upstream.
    OpenId,
    /// The caller's UnionID at the upstream's developer.
    UnionId,
    /// The upstream's `wx` app id, or its id where it has none.
    App,
    /// This text.
    Text(String),
}

/// How much of a request and an answer is borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body in which something is swapped, in bytes, as it comes and unpacked.
    pub body: usize,
    /// How long connecting to an upstream may take.
    pub connect: Duration,
    /// How long an upstream may be silent.
    pub response: Duration,
    /// How long a WebSocket or an event stream may be silent on both sides.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (connect, response) = (Duration::from_secs(2), Duration::from_secs(30));
        Self { body: 1 << 20, connect, response, idle: Duration::from_secs(300) }
    }
}

/// For swaps in one message: the names of it that must be known, and what is known about them.
pub type Counterparts = std::collections::HashMap<String, Counterpart>;
