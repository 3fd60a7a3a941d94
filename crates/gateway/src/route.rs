//! What the gateway does with a request: the configuration, read and checked.

use std::time::Duration;

use portico_core::id::ClientId;
use portico_core::rule::swap::{Places, Unknown};
use portico_core::scope::ScopeSet;
use url::Url;

/// A gateway's whole configuration.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The routes, in the order in which they are looked at: the first that fits takes the request.
    pub routes: Vec<Route>,
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
}

/// What was asked about an OpenID of one app, as the other knows the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// The OpenID at the other app, if there is one that may be told.
    pub open_id: Option<String>,
    /// Whether the text is already an OpenID at the other app: it must not be taken for one of this.
    pub is_known_there: bool,
    /// Whether the text is an OpenID at this app at all.
    pub is_known_here: bool,
}

/// For swaps in one message: the names of it that must be known, and what is known about them.
pub type Counterparts = std::collections::HashMap<String, Counterpart>;
