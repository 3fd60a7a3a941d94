//! Where an upstream listens, and connections to it.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::Authority;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use crate::accept::{TlsError, authorities};

/// Why a route's upstreams cannot be.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The URL is not that of an origin.
    #[error("{0}: an upstream is http or https, a host and a port, without a path, a query or a user")]
    NotAnOrigin(Url),
    /// TLS cannot be had.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There are none.
    #[error("a route has at least one upstream")]
    None,
}

/// The origin of an upstream.
pub(super) struct Origin {
    host: String,
    port: u16,
    /// The authority of `Host` and `:authority`, where a request has none.
    pub(super) authority: Authority,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Origin {
    /// Reads a URL. `tls` is made where one is needed, once.
    pub(super) fn new(
        url: &Url,
        tls: &mut Option<Arc<ClientConfig>>,
        file: Option<&Path>,
    ) -> Result<Self, UpstreamError> {
        let wrong = || UpstreamError::NotAnOrigin(url.clone());
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_nobody = url.username().is_empty() && url.password().is_none();
        let is_secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(wrong()),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(wrong()),
        };
        let (Some(port), true, true) = (url.port_or_known_default(), is_bare, is_nobody) else {
            return Err(wrong());
        };
        let authority = Authority::try_from(url.authority()).map_err(|_| wrong())?;
        let tls = if is_secure {
            let config = match tls {
                Some(config) => config.clone(),
                None => tls.insert(config(file)?).clone(),
            };
            let name = ServerName::try_from(host.clone()).map_err(|_| wrong())?;
            Some((config.into(), name))
        } else {
            None
        };
        Ok(Self { host, port, authority, tls })
    }

    /// Whether it is spoken to in TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Opens a connection; says whether TLS has chosen HTTP/2 for it. `within` bounds all of it.
    pub(super) async fn connect(&self, within: Duration, only_http1: bool) -> io::Result<(Stream, bool)> {
        tokio::time::timeout(within, self.open(only_http1))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn open(&self, only_http1: bool) -> io::Result<(Stream, bool)> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // A request must not wait for an acknowledgement of the one before.
        stream.set_nodelay(true)?;
        let read = Arc::<AtomicU64>::default();
        let Some((connector, name)) = &self.tls else {
            return Ok((Stream { socket: Socket::Plain(stream), read }, false));
        };
        let stream = if only_http1 {
            connector.with_alpn(vec![b"http/1.1".to_vec()]).connect(name.clone(), stream).await?
        } else {
            connector.connect(name.clone(), stream).await?
        };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((Stream { socket: Socket::Tls(Box::new(stream)), read }, is_http2))
    }
}

fn config(file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let platform = || file.unwrap_or_else(|| Path::new("the system's authorities"));
    let wrong = |error: rustls::Error| TlsError::new(platform(), error);
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    let builder = match file {
        Some(file) => builder.with_root_certificates(authorities(file)?),
        None => builder.with_platform_verifier().map_err(wrong)?,
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A connection to an upstream, which counts what comes.
pub(super) struct Stream {
    socket: Socket,
    read: Arc<AtomicU64>,
}

enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// The bytes that have come so far.
    pub(super) fn read(&self) -> Arc<AtomicU64> {
        self.read.clone()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = match &mut self.socket {
            Socket::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Socket::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        self.read.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        result
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Socket::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Socket::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Socket::Plain(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            Socket::Tls(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.socket {
            Socket::Plain(stream) => stream.is_write_vectored(),
            Socket::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Plain(stream) => Pin::new(stream).poll_flush(context),
            Socket::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Socket::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
