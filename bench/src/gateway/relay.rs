//! Proxies that pass everything on: the gateway's own floor, and what one is without any of its care.

use crate::failure::{During, Outcome};
use bytes::Bytes;
use clap::ValueEnum;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use portico_gateway::Body;
use portico_gateway::accept::{self, Limits, Peer};
use portico_gateway::forward::{Settings, Upstreams};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What an upstream says that it was told of the caller, for the first look.
pub(crate) const SEEN: &str = "x-seen";

/// A proxy, or the upstream behind it, that runs in a process of this program.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Relay {
    /// The gateway's accepting and forwarding, without its rules
    Ours,
    /// hyper's server, and the pooled client of hyper-util
    Bare,
    /// No proxy: answers with what it was sent
    Echo,
}

/// Passes everything on to this upstream (which an echo does not look at) until the process is ended, after one line on standard output that
/// names the address.
pub(crate) async fn serve(relay: Relay, upstream: SocketAddr) -> Outcome<()> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.during("binding")?;
    announce(listener.local_addr().during("binding")?);
    match relay {
        Relay::Ours => ours(listener, upstream).await,
        Relay::Bare => bare(listener, upstream).await,
        Relay::Echo => echo(listener).await,
    }
}

#[allow(clippy::print_stdout, reason = "the ready line is this process's answer to its parent")]
fn announce(address: SocketAddr) {
    println!("relay: ready on http://{address}");
}

async fn ours(listener: TcpListener, upstream: SocketAddr) -> Outcome<()> {
    let url = format!("http://{upstream}").parse().during("the upstream's address")?;
    let upstreams = Arc::new(Upstreams::new(Settings::new(vec![url])).during("the upstream")?);
    let handler = move |request: Request<Body>, peer: Peer| {
        let upstreams = upstreams.clone();
        async move { upstreams.forward(&peer, request).await.unwrap_or_else(|refused| refused.answer()) }
    };
    let (_running, stop) = watch::channel(false);
    accept::run(listener, None, Limits::default(), Arc::default(), handler, stop).await;
    Ok(())
}

async fn bare(listener: TcpListener, upstream: SocketAddr) -> Outcome<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    loop {
        let (stream, _) = listener.accept().await.during("accepting")?;
        stream.set_nodelay(true).during("accepting")?;
        let client = client.clone();
        let service = hyper::service::service_fn(move |request| pass(client.clone(), request, upstream));
        let http = hyper::server::conn::http1::Builder::new();
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}

async fn pass(
    client: Client<HttpConnector, Incoming>,
    mut request: Request<Incoming>,
    upstream: SocketAddr,
) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if let Ok(uri) = Uri::try_from(format!("http://{upstream}{path}")) {
        *request.uri_mut() = uri;
    }
    request.headers_mut().remove(CONNECTION);
    client.request(request).await
}

async fn echo(listener: TcpListener) -> Outcome<()> {
    loop {
        let (stream, _) = listener.accept().await.during("accepting")?;
        stream.set_nodelay(true).during("accepting")?;
        let http = hyper::server::conn::http1::Builder::new();
        tokio::spawn(http.serve_connection(TokioIo::new(stream), hyper::service::service_fn(said_back)));
    }
}

async fn said_back(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let seen = request.headers().get("x-wx-openid").cloned();
    let body = request.into_body().collect().await?.to_bytes();
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seen) = seen {
        answer.headers_mut().insert(SEEN, seen);
    }
    Ok(answer)
}
