//! One connection's requests.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_rustls::server::TlsStream;

use super::peer::{Connection, Phase};
use super::wire::Wire;
use super::{Handler, Limits, Peer, check};
use crate::body::{Body, Client};
use crate::log::{Record, Sent};

/// What a client of HTTP/2 says first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A kept connection of HTTP/2 is asked after its life so often, and given so long to answer.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(15);

/// Serves a connection without TLS.
pub(super) async fn plain<S>(
    mut stream: S,
    connection: Arc<Connection>,
    limits: Limits,
    handler: impl Handler,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut phase = connection.phase.clone();
    let said = tokio::select! {
        said = tokio::time::timeout(limits.head, preface(&mut stream)) => said,
        _ = phase.wait_for(|phase| *phase >= Phase::Draining) => return,
    };
    let Ok(Ok((before, is_http2))) = said else { return };
    let wire = Wire::new(stream, before, !is_http2, connection.clone(), limits);
    serve(wire, is_http2, connection, limits, handler).await;
}

/// Serves a connection with TLS.
pub(super) async fn secure<S>(
    stream: TlsStream<S>,
    connection: Arc<Connection>,
    limits: Limits,
    handler: impl Handler,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let wire = Wire::new(stream, Vec::new(), !is_http2, connection.clone(), limits);
    serve(wire, is_http2, connection, limits, handler).await;
}

/// Serves what came over the wire. Boxed, so that a connection is as large as what it speaks, and not as the
/// largest of all: many are kept that say nothing.
fn serve<S>(
    wire: Wire<S>,
    is_http2: bool,
    connection: Arc<Connection>,
    limits: Limits,
    handler: impl Handler,
) -> Pin<Box<dyn Future<Output = ()> + Send>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match is_http2 {
        true => Box::pin(http2(wire, connection, limits, handler)),
        false => Box::pin(http1(wire, connection, limits, handler)),
    }
}

/// What a client says first, as far as it takes to know whether it speaks HTTP/2.
async fn preface(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Vec<u8>, bool)> {
    let mut before = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut before).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let known = before.len().min(PREFACE.len());
        if before[..known] != PREFACE[..known] {
            return Ok((before, false));
        }
        if known == PREFACE.len() {
            return Ok((before, true));
        }
    }
}

async fn http1<S>(wire: Wire<S>, connection: Arc<Connection>, limits: Limits, handler: impl Handler)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serving = connection.clone();
    let service = service_fn(move |request| {
        let (connection, handler) = (serving.clone(), handler.clone());
        async move { Ok::<_, Infallible>(one(request, connection, &limits, &handler).await) }
    });
    let served = http1::Builder::new()
        // The wire minds the time.
        .header_read_timeout(None)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes.max(8192))
        .serve_connection(TokioIo::new(wire), service)
        .with_upgrades();
    let never = std::future::pending::<()>();
    until_over(served, &connection, limits, never, |served| served.graceful_shutdown()).await;
}

async fn http2<S>(wire: Wire<S>, connection: Arc<Connection>, limits: Limits, handler: impl Handler)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serving = connection.clone();
    let service = service_fn(move |request| {
        let (connection, handler) = (serving.clone(), handler.clone());
        async move { Ok::<_, Infallible>(one(request, connection, &limits, &handler).await) }
    });
    let served = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .serve_connection(TokioIo::new(wire), service);
    let idle = async {
        loop {
            tokio::time::sleep(limits.idle).await;
            if connection.rest() {
                return;
            }
        }
    };
    let stalled = async {
        while !connection.end_untaken(limits.body) {
            tokio::time::sleep(limits.body / 4).await;
        }
    };
    tokio::select! {
        () = until_over(served, &connection, limits, idle, |served| served.graceful_shutdown()) => {}
        () = stalled => tracing::debug!("a connection was cut: its client takes nothing of what it asked for"),
    }
}

/// Drives a connection until it ends; once it is `idle`, or the gateway stops, until it has let finish what
/// is under way, or is cut.
async fn until_over<C, E>(
    served: C,
    connection: &Connection,
    limits: Limits,
    idle: impl Future,
    end: impl Fn(Pin<&mut C>),
) where
    C: Future<Output = Result<(), E>>,
    E: std::error::Error,
{
    let mut phase = connection.phase.clone();
    let (mut served, mut idle) = (pin!(served), pin!(idle));
    let ended = {
        let mut draining = pin!(phase.wait_for(|phase| *phase >= Phase::Draining));
        let mut is_waited_for = false;
        poll_fn(|context| {
            if let Poll::Ready(ended) = served.as_mut().poll(context) {
                return Poll::Ready(Some(ended));
            }
            if idle.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            // Asked once, it wakes this task; until then a look is enough, and cheaper.
            if is_waited_for && connection.phase.has_changed().is_ok_and(|changed| !changed) {
                return Poll::Pending;
            }
            is_waited_for = true;
            draining.as_mut().poll(context).map(|_| None)
        })
        .await
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            end(served.as_mut());
            tokio::select! {
                biased;
                ended = served => ended,
                // What has been written is not taken.
                () = tokio::time::sleep(limits.body.max(limits.grace)) => return,
                _ = phase.wait_for(|phase| *phase >= Phase::Over) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn one(
    request: Request<Incoming>,
    connection: Arc<Connection>,
    limits: &Limits,
    handler: &impl Handler,
) -> Response<Sent> {
    let (mut head, incoming) = request.into_parts();
    let version = head.version;
    let record = Record::begin(&head, connection.clone());
    let checked = check::check(&mut head, limits, connection.spoiled());
    let is_refused = checked.is_err();
    let mut response = match checked {
        Ok(()) => {
            let body = match incoming.is_end_stream() {
                true => Body::Empty,
                false => {
                    Body::Client(Box::new(Client::new(incoming, limits.body, limits.least, record.clone())))
                }
            };
            let peer = Peer { connection: connection.clone(), record: record.clone() };
            handler.answer(Request::from_parts(head, body), peer).await
        }
        Err(refused) => {
            record.refused(&refused);
            refused.answer()
        }
    };
    let is_tunnel = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if is_tunnel {
        connection.becomes_tunnel();
    }
    let ends = is_refused || record.is_left_unread() || *connection.phase.borrow() != Phase::Serving;
    // HTTP/2 says so otherwise, and a tunnel is no longer a connection of requests.
    if ends && version < Version::HTTP_2 && !is_tunnel {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    record.answered(response.status());
    response.map(|body| Sent::new(body, record, version == Version::HTTP_2))
}
