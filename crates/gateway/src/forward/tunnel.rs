//! WebSockets: two connections that become one.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

use super::link;
use super::upstream::{Failed, Flight, Upstream, Why, why};
use crate::accept::{Peer, Phase};
use crate::body::Body;
use crate::guard::Guard;
use crate::hop;

/// Bytes that are under way in each direction at most.
const BUFFER: usize = 16 * 1024;

/// The client's side of a WebSocket that is asked for.
pub(super) struct Asked {
    /// Its connection, once the answer has gone out.
    pub(super) client: OnUpgrade,
    /// What it ends with; nothing where nobody is known to have asked.
    pub(super) guard: Option<Guard>,
}

/// Sends a request to change to WebSocket over a connection of its own. If the upstream agrees, the two
/// connections are joined once the answer has gone out; if not, its answer is like any other.
pub(super) async fn open(
    upstream: &Arc<Upstream>,
    mut request: Request<Body>,
    asked: &Asked,
    peer: &Peer,
) -> Result<Response<Body>, Failed> {
    let settings = &upstream.settings;
    let flight = Flight::begin(upstream);
    super::head::for_http1(&mut request);
    let stream = match upstream.origin.connect(settings.connect, true).await {
        Ok((stream, _)) => stream,
        Err(error) => return Err(Failed { why: Why::Unreached(error), again: Some(Box::new(request)) }),
    };
    let mut answer = match link::exchange_once(stream, request, settings.response).await {
        Ok(answer) => answer,
        Err(link::Broken::Silent) => return Err(Failed { why: Why::Silent, again: None }),
        Err(link::Broken::Link(error, _)) => {
            return Err(Failed { why: why(error, None), again: None });
        }
    };
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let silence = settings.response;
        return upstream.answered(answer, |incoming, _| link::Answer::driven(incoming, silence, flight));
    }
    upstream.health.well();
    if !hop::asks_for_websocket(answer.headers()) {
        return Err(Failed { why: Why::Broken(None), again: None });
    }
    let server = hyper::upgrade::on(&mut answer);
    let Asked { client, guard } = asked;
    tokio::spawn(join(client.clone(), server, settings.idle, peer.clone(), guard.clone(), flight));
    let (mut head, _) = answer.into_parts();
    hop::strip(&mut head.headers);
    head.extensions.clear();
    Ok(Response::from_parts(head, Body::Empty))
}

async fn join(
    client: OnUpgrade,
    server: OnUpgrade,
    idle: Duration,
    peer: Peer,
    guard: Option<Guard>,
    flight: Flight,
) {
    let (client, server) = match tokio::try_join!(client, server) {
        Ok((client, server)) => (TokioIo::new(client), TokioIo::new(server)),
        Err(error) => return tracing::debug!(%error, "a WebSocket did not come about"),
    };
    let mut phase = peer.connection.phase.clone();
    tokio::select! {
        () = carry(client, server, idle) => {}
        _ = phase.wait_for(|phase| *phase == Phase::Over) => {}
        () = over(guard) => tracing::debug!("a WebSocket was cut: its caller may no longer"),
    }
    drop(flight);
}

/// Answers when the caller may no longer do what was begun.
async fn over(guard: Option<Guard>) {
    match guard {
        Some(guard) => drop(guard.over().await),
        None => std::future::pending().await,
    }
}

/// Carries bytes both ways until both sides have ended, one breaks off, or both are silent for too long.
async fn carry(client: TokioIo<Upgraded>, server: TokioIo<Upgraded>, idle: Duration) {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let heard = Notify::new();
    let both = async {
        let _ = tokio::try_join!(
            one_way(&mut from_client, &mut to_server, &heard),
            one_way(&mut from_server, &mut to_client, &heard)
        );
    };
    let silence = async { while tokio::time::timeout(idle, heard.notified()).await.is_ok() {} };
    tokio::select! {
        () = both => {}
        () = silence => tracing::debug!("a WebSocket was silent for too long"),
    }
}

async fn one_way(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    heard: &Notify,
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
        to.flush().await?;
        heard.notify_one();
    }
}
