//! The keys of the configuration, as they are written.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::value::{Length, Size};

/// What stands under `[gateway]` in the configuration of `serve`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// Where callers are listened to.
    pub listen: Option<SocketAddr>,
    /// The certificate shown to callers.
    pub tls: Option<TlsKeys>,
    /// The routes, in the order in which they are looked at.
    #[serde(default)]
    pub route: Vec<RouteKeys>,
}

/// The whole file of `portico gateway`, which is a node by itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayFile {
    /// The address by which everyone knows this Portico.
    pub issuer: Option<String>,
    /// Where everything is kept: PostgreSQL. May hold a password and is never shown.
    pub store: Option<String>,
    /// Where the bus is. May hold a password and is never shown.
    pub bus: Option<String>,
    /// The file with the operator's key.
    pub master_key: Option<PathBuf>,
    /// Where callers are listened to.
    pub listen: Option<SocketAddr>,
    /// The certificate shown to callers.
    pub tls: Option<TlsKeys>,
    /// The proxies in front, by address or network, whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// The routes, in the order in which they are looked at.
    #[serde(default)]
    pub route: Vec<RouteKeys>,
    /// Where `/metrics` and `/health` are served.
    pub admin_listen: Option<SocketAddr>,
    /// `[postgres]`, `[node]`, `[sessions]`, `[memory]` and `[log]`, as `serve` has them.
    pub postgres: Option<toml::Value>,
    /// See [`Self::postgres`].
    pub node: Option<toml::Value>,
    /// See [`Self::postgres`].
    pub sessions: Option<toml::Value>,
    /// See [`Self::postgres`].
    pub memory: Option<toml::Value>,
    /// See [`Self::postgres`].
    pub log: Option<toml::Value>,
}

impl GatewayFile {
    /// The keys that are the same inside `serve`.
    pub fn section(&self) -> GatewaySection {
        GatewaySection { listen: self.listen, tls: self.tls.clone(), route: self.route.clone() }
    }
}

/// `[tls]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsKeys {
    /// The certificate with what leads up to its authority, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
    /// The authorities whose client certificates are believed, as PEM.
    pub clients: Option<PathBuf>,
}

/// `[[route]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteKeys {
    /// The host that a request must name.
    pub host: Option<String>,
    /// The path at or under which a request's must lie.
    pub path: Option<String>,
    /// Where the back end listens.
    pub upstream: Vec<String>,
    /// HTTP/2 without asking, towards upstreams without TLS.
    #[serde(default)]
    pub http2: bool,
    /// The authorities that vouch for upstreams' certificates, as PEM.
    pub authorities: Option<PathBuf>,
    /// A path that answers 2xx or 3xx while an upstream is well.
    pub health: Option<String>,
    /// The app whose launch tokens callers bring.
    pub app: String,
    /// The app whose OpenIDs the upstream knows.
    #[serde(rename = "as")]
    pub known_as: String,
    /// `bearer`, `cookie:NAME` or `none`.
    #[serde(default = "bearer")]
    pub token: String,
    /// Whether the upstream gets the token too.
    #[serde(default)]
    pub keep_token: bool,
    /// The scopes without which a request is refused; `openid` where none are given.
    pub require: Option<Vec<String>>,
    /// With `token = "none"`: the file with the secret that back ends bring.
    pub secret_file: Option<PathBuf>,
    /// With `token = "none"`: the names, one of which a back end's client certificate must bear.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// `refuse`, `pass` or `empty`.
    #[serde(default = "refuse")]
    pub unknown: String,
    /// `[route.inject]`.
    #[serde(default)]
    pub inject: InjectKeys,
    /// `[route.self]`.
    #[serde(default, rename = "self")]
    pub own: PlaceKeys,
    /// `[route.any]`.
    #[serde(default)]
    pub any: PlaceKeys,
    /// `[route.response]`.
    #[serde(default)]
    pub response: AnswerKeys,
    /// `[route.encrypted]`.
    #[serde(default)]
    pub encrypted: EncryptedKeys,
    /// `[route.limits]`.
    #[serde(default)]
    pub limits: LimitKeys,
}

fn bearer() -> String {
    "bearer".into()
}

fn refuse() -> String {
    "refuse".into()
}

/// `[route.inject]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InjectKeys {
    /// Headers that the upstream gets: `openid`, `unionid`, `app`, or any other text as it is.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// `[route.self]` and `[route.any]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceKeys {
    /// Templates such as `/users/{openid}`.
    pub path: Vec<String>,
    /// Fields of the query.
    pub query: Vec<String>,
    /// Fields of a form.
    pub form: Vec<String>,
    /// Cookies.
    pub cookie: Vec<String>,
    /// Headers.
    pub header: Vec<String>,
    /// Members of a JSON body.
    pub json: Vec<String>,
}

/// `[route.response]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerKeys {
    /// Headers.
    pub header: Vec<String>,
    /// Members of a JSON body.
    pub json: Vec<String>,
    /// Cookies that are set.
    pub set_cookie: Vec<String>,
}

/// `[route.encrypted]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EncryptedKeys {
    /// Fields of the query.
    pub query: Vec<PairKeys>,
    /// Fields of a form.
    pub form: Vec<PairKeys>,
    /// Members of a JSON body.
    pub json: Vec<PairKeys>,
}

/// One piece of encrypted data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairKeys {
    /// Where `encryptedData` stands.
    pub data: String,
    /// Where its `iv` does.
    pub iv: String,
}

/// `[route.limits]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitKeys {
    /// The largest body in which something is swapped, as it comes and unpacked.
    pub body: Option<Size>,
    /// How long connecting to an upstream may take.
    pub connect: Option<Length>,
    /// How long an upstream may be silent.
    pub response: Option<Length>,
    /// How long a WebSocket or an event stream may be silent on both sides.
    pub idle: Option<Length>,
}
