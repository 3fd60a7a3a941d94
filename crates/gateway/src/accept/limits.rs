//! How much is borne of clients.

use std::time::Duration;

/// Limits of every connection and request, whatever route it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// How long a client may take for the TLS handshake, and for the head of a request from its first byte
    /// on (from the connection on, for the first).
    pub head: Duration,
    /// How long a connection may be kept without a request.
    pub idle: Duration,
    /// In each such time of waiting for a request's body at least [`least`](Self::least) bytes must come,
    /// and something of an answer must have been taken.
    pub body: Duration,
    /// See [`body`](Self::body).
    pub least: u64,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a request's target.
    pub target: usize,
    /// Requests at once on one connection of HTTP/2.
    pub streams: u32,
    /// How long, and how many bytes of it, a request's body is still read when its answer has been given and the
    /// connection of HTTP/1 ends: who is still sending would otherwise lose the answer.
    pub linger: Duration,
    /// See [`linger`](Self::linger).
    pub linger_bytes: u64,
    /// How long requests under way, and WebSockets, are let finish when the gateway stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            head: Duration::from_secs(15),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(20),
            least: 1024,
            head_bytes: 64 * 1024,
            headers: 100,
            target: 16 * 1024,
            streams: 100,
            linger: Duration::from_secs(5),
            linger_bytes: 64 * 1024 * 1024,
            grace: Duration::from_secs(10),
        }
    }
}
