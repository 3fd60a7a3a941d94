//! How a route's upstreams are spoken to.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::trailers;
use crate::route::Route;

/// Where requests go, and what is borne on the way.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `http` or `https`, a host, maybe a port, and nothing else; of equal standing.
    pub upstreams: Vec<Url>,
    /// HTTP/2 without asking, towards upstreams without TLS. With TLS, ALPN decides.
    pub http2: bool,
    /// The authorities that vouch for upstreams' certificates; those of the system if there is none.
    pub authorities: Option<PathBuf>,
    /// How long a connection may take to come about, TLS included.
    pub connect: Duration,
    /// How long an upstream may be silent: before its answer, and within.
    pub response: Duration,
    /// How long a WebSocket or an event stream may be silent on both sides.
    pub idle: Duration,
    /// How long all attempts together may take until an answer begins.
    pub overall: Duration,
    /// How long a connection is kept without use.
    pub keep: Duration,
    /// How many connections to one upstream are kept without use.
    pub kept: usize,
    /// A path that answers 2xx or 3xx while the upstream is well.
    pub health: Option<String>,
    /// How often that is asked.
    pub health_every: Duration,
    /// Trailers of answers that go no further, by names in small letters with `-` for `_`, beside those that never
    /// do.
    pub withheld: Vec<String>,
    /// Whether `Via` names the gateway (RFC 9110 §7.6.3).
    pub via: bool,
}

impl Settings {
    /// Plain settings for these upstreams.
    pub fn new(upstreams: Vec<Url>) -> Self {
        Self {
            upstreams,
            http2: false,
            authorities: None,
            connect: Duration::from_secs(2),
            response: Duration::from_secs(30),
            idle: Duration::from_secs(300),
            overall: Duration::from_secs(120),
            keep: Duration::from_secs(60),
            kept: 256,
            health: None,
            health_every: Duration::from_secs(5),
            withheld: Vec::new(),
            via: false,
        }
    }
}

impl From<&Route> for Settings {
    fn from(route: &Route) -> Self {
        Self {
            http2: route.http2,
            authorities: route.authorities.clone(),
            health: route.health.clone(),
            connect: route.limits.connect,
            response: route.limits.response,
            idle: route.limits.idle,
            withheld: trailers::withheld(route),
            ..Self::new(route.upstreams.clone())
        }
    }
}
