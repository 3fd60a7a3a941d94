//! Accepting connections of clients, and letting them finish.
//!
//! HTTP/1.1 and HTTP/2, over TLS (chosen by ALPN) or without (HTTP/2 by prior knowledge, RFC 9113 §3.3).
//! What comes is framed in one way only, or refused; see `check`.

mod check;
mod framing;
mod limits;
mod peer;
mod serve;
mod tls;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use ipnet::IpNet;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::body::Body;

pub use limits::Limits;
pub use peer::Peer;
pub(crate) use peer::{Connection, Phase};
pub(crate) use tls::authorities;
pub use tls::{Files, Tls, TlsError};

/// What is looked at of a request that came over no connection: refuses what no handler would be asked for.
pub(crate) fn admit(head: &mut http::request::Parts) -> Result<(), crate::Refused> {
    check::check(head, &Limits::default(), None)
}

/// How long to wait when the system has no more sockets to give.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers requests. Headers that concern the connection are gone from the request (see [`crate::hop`]), its
/// target is a path, and `Host` stands among its headers.
pub trait Handler: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: Request<Body>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

impl<H, F> Handler for H
where
    H: Fn(Request<Body>, Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send,
{
    fn answer(&self, request: Request<Body>, peer: Peer) -> impl Future<Output = Response<Body>> + Send {
        self(request, peer)
    }
}

/// Serves this listener until told to stop. What is under way then may finish within the grace period of
/// `limits`; new connections and, on those that are kept, new requests are no longer taken.
pub async fn run(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    trusted: Arc<[IpNet]>,
    handler: impl Handler,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let (phase, phases) = watch::channel(Phase::Serving);
    let accepting = async {
        loop {
            let permit = room.clone().acquire_owned().await.expect("nobody closes it");
            let Some((stream, address)) = next(&listener).await else { continue };
            let door = Door { tls: tls.clone(), limits, trusted: trusted.clone(), phase: phases.clone() };
            tokio::spawn(door.serve(stream, address, permit, handler.clone()));
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    drop(listener);
    let _ = phase.send(Phase::Draining);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.grace, room.acquire_many(all)).await.is_err() {
        tracing::warn!("some connections were cut after the grace period");
        let _ = phase.send(Phase::Over);
    }
}

async fn next(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

/// What a connection comes in through.
struct Door {
    tls: Option<Arc<Tls>>,
    limits: Limits,
    trusted: Arc<[IpNet]>,
    phase: watch::Receiver<Phase>,
}

impl Door {
    async fn serve(
        self,
        stream: TcpStream,
        address: SocketAddr,
        room: OwnedSemaphorePermit,
        handler: impl Handler,
    ) {
        // A small answer must not wait for an acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let from = address.ip().to_canonical();
        let trusted = self.trusted.iter().any(|network| network.contains(&from));
        let origin = peer::Origin { address, trusted, secure: self.tls.is_some(), certificate: None };
        match self.tls.clone() {
            None => {
                let connection = Arc::new(Connection::new(origin, self.phase, room));
                serve::plain(stream, connection, self.limits, handler).await;
            }
            Some(tls) => Box::pin(self.shake(tls, stream, origin, room, handler)).await,
        }
    }

    async fn shake(
        self,
        tls: Arc<Tls>,
        stream: TcpStream,
        mut origin: peer::Origin,
        room: OwnedSemaphorePermit,
        handler: impl Handler,
    ) {
        let mut phase = self.phase.clone();
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(self.limits.head, tls.acceptor().accept(stream)) => shaken,
            _ = phase.wait_for(|phase| *phase >= Phase::Draining) => return,
        };
        match shaken {
            Ok(Ok(stream)) => {
                let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                origin.certificate = shown.cloned().map(CertificateDer::into_owned);
                let connection = Arc::new(Connection::new(origin, self.phase, room));
                serve::secure(stream, connection, self.limits, handler).await;
            }
            Ok(Err(error)) => tls::handshake_failed(&error),
            Err(_) => tls::handshake_failed(&std::io::ErrorKind::TimedOut.into()),
        }
    }
}
