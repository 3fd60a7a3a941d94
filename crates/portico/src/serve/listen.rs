//! Accepting connections, and letting them finish.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use super::proxies::Proxies;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(30);
/// The most bytes of a request's head.
const MOST_HEAD: usize = 64 * 1024;
/// How long to wait when the system has no more sockets to give.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves these routes, whatever `proxies` pass on, until told to stop; then lets requests under way finish within `grace`.
pub async fn accept(
    listener: TcpListener,
    routes: Router,
    proxies: Proxies,
    mut stopping: watch::Receiver<bool>,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => serve(stream, peer, &routes, &proxies, &graceful),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were cut after the grace period");
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    routes: &Router,
    proxies: &Proxies,
    graceful: &GracefulShutdown,
) {
    // A small answer must not wait for an acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let (routes, proxies) = (routes.clone(), proxies.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let client = SocketAddr::new(proxies.client_of(peer.ip(), request.headers()), peer.port());
        request.extensions_mut().insert(ConnectInfo(client));
        routes.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection ended");
        }
    });
}
