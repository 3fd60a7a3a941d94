//! Who a request comes from.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use http::HeaderValue;
use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::framing::Wrong;
use crate::body::Body;
use crate::log::Record;

/// The client that a request comes from, and what is noted of the request for the log.
#[derive(Debug, Clone)]
pub struct Peer {
    pub(crate) connection: Arc<Connection>,
    pub(crate) record: Arc<Record>,
}

impl Peer {
    /// The address that the connection comes from.
    pub fn address(&self) -> SocketAddr {
        self.connection.address
    }

    /// Whether that is a proxy that is believed.
    pub fn is_trusted(&self) -> bool {
        self.connection.trusted
    }

    /// Whether the connection is TLS.
    pub fn is_secure(&self) -> bool {
        self.connection.secure
    }

    /// Whether the client showed a certificate that the gateway's authorities vouch for.
    pub fn is_certified(&self) -> bool {
        self.connection.certificate.is_some()
    }

    /// Whether the client showed a certificate that the gateway's authorities vouch for and that bears one of these
    /// names: a DNS name or a URI (RFC 5280 §4.2.1.6).
    pub fn bears_one_of(&self, names: &[String]) -> bool {
        let Some(shown) = &self.connection.certificate else { return false };
        let Ok(certificate) = webpki::EndEntityCert::try_from(shown) else { return false };
        let is_one = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name));
        certificate.valid_dns_names().any(is_one) || certificate.valid_uri_names().any(is_one)
    }

    /// What is noted of the request.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

/// How far the gateway's end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// What is under way is let finish.
    Draining,
    /// Everything is cut.
    Over,
}

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    /// The address as text, for `X-Forwarded-For`.
    pub(crate) client: HeaderValue,
    trusted: bool,
    secure: bool,
    certificate: Option<CertificateDer<'static>>,
    pub(crate) phase: watch::Receiver<Phase>,
    under_way: AtomicUsize,
    /// Whether a request has begun since this was last asked.
    used: AtomicBool,
    wrong: AtomicU8,
    tunnel: AtomicBool,
    /// The answers over HTTP/2 of which the client has been given a piece and has no room for another yet.
    untaken: Mutex<Vec<Untaken>>,
    /// Held until the connection, or the tunnel that it has become, is over.
    _room: OwnedSemaphorePermit,
}

/// An answer of which a piece lies here that the client has no room for.
#[derive(Debug)]
struct Untaken {
    answer: Weak<Mutex<Body>>,
    since: Instant,
    is_ended: bool,
}

/// How a connection came to be.
pub(super) struct Origin {
    pub(super) address: SocketAddr,
    pub(super) trusted: bool,
    pub(super) secure: bool,
    /// What the client showed, if the gateway's authorities vouch for it.
    pub(super) certificate: Option<CertificateDer<'static>>,
}

impl Connection {
    pub(super) fn new(origin: Origin, phase: watch::Receiver<Phase>, room: OwnedSemaphorePermit) -> Self {
        let Origin { address, trusted, secure, certificate } = origin;
        let client = HeaderValue::from_str(&text(address.ip())).expect("an address is plain text");
        Self {
            address,
            client,
            trusted,
            secure,
            certificate,
            phase,
            under_way: AtomicUsize::new(0),
            used: AtomicBool::new(false),
            wrong: AtomicU8::new(0),
            tunnel: AtomicBool::new(false),
            untaken: Mutex::default(),
            _room: room,
        }
    }

    /// Whether a request is under way, its answer included.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn begin(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.used.store(true, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether nothing is under way, nor has begun since this was last asked.
    pub(super) fn rest(&self) -> bool {
        !self.used.swap(false, Ordering::Relaxed) && !self.is_busy()
    }

    /// Notes that the client was given a piece of this answer.
    pub(crate) fn given(&self, answer: &Arc<Mutex<Body>>) {
        let untaken = Untaken { answer: Arc::downgrade(answer), since: Instant::now(), is_ended: false };
        self.untaken.lock().push(untaken);
    }

    /// Notes that it has room for more of it, or that it is over.
    pub(crate) fn taken(&self, answer: &Arc<Mutex<Body>>) {
        self.untaken.lock().retain(|one| one.answer.as_ptr() != Arc::as_ptr(answer));
    }

    /// Ends the answers of which the client has taken nothing for longer than this: their upstreams are let go of, and
    /// the client is told once it has room again. Whether there is nothing but such on this connection.
    pub(super) fn end_untaken(&self, longest: Duration) -> bool {
        let mut untaken = self.untaken.lock();
        let mut ended = 0;
        for one in untaken.iter_mut().filter(|one| one.since.elapsed() > longest) {
            ended += 1;
            if !std::mem::replace(&mut one.is_ended, true)
                && let Some(answer) = one.answer.upgrade()
            {
                *answer.lock() = Body::untaken();
            }
        }
        ended > 0 && ended == self.under_way.load(Ordering::Relaxed)
    }

    /// Notes that from now on no requests come over this connection, but what only its two ends understand.
    pub(super) fn becomes_tunnel(&self) {
        self.tunnel.store(true, Ordering::Relaxed);
    }

    /// Whether that is so.
    pub(super) fn is_tunnel(&self) -> bool {
        self.tunnel.load(Ordering::Relaxed)
    }

    /// Notes that nothing that comes over this connection can be trusted to be what it seems.
    pub(super) fn spoil(&self, wrong: Wrong) {
        self.wrong.store(wrong as u8 + 1, Ordering::Relaxed);
    }

    /// Whether and why that is so.
    pub(super) fn spoiled(&self) -> Option<Wrong> {
        match self.wrong.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Wrong::TwoFramings),
            2 => Some(Wrong::TwoLengths),
            _ => Some(Wrong::BareLineFeed),
        }
    }
}

fn text(address: IpAddr) -> String {
    address.to_canonical().to_string()
}
