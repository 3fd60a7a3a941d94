//! Accepting connections, and letting them finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
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

/// Serves these routes, whatever `proxies` pass on, until told to stop; then lets requests under way
/// finish within `grace`. While `draining`, each connection is closed after the answer that is under
/// way, and said to be.
pub async fn accept(
    listener: TcpListener,
    routes: Router,
    proxies: Proxies,
    draining: impl Fn() -> bool + Clone + Send + Sync + 'static,
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
            Ok((stream, peer)) => serve(stream, peer, &routes, &proxies, &draining, &graceful),
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
    draining: &(impl Fn() -> bool + Clone + Send + Sync + 'static),
    graceful: &GracefulShutdown,
) {
    // A small answer must not wait for an acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let (routes, proxies, draining) = (routes.clone(), proxies.clone(), draining.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let client = SocketAddr::new(proxies.client_of(peer.ip(), request.headers()), peer.port());
        request.extensions_mut().insert(ConnectInfo(client));
        let (answer, draining) = (routes.clone().oneshot(request), draining.clone());
        async move {
            let mut reply = answer.await?;
            if draining() {
                reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(reply)
        }
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
