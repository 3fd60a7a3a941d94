//! TLS on either side.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use portico_gateway::accept::{Files, Tls};
use portico_gateway::forward::Settings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::fixture::{Client, Gate, PATIENCE, Plan, Upstream, answer, ask, gate_with, http2, settings};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// An authority, and a folder with what it has signed.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn authority(&self) -> PathBuf {
        self.file("authority.pem")
    }

    /// A certificate for this name, and its key.
    fn sign(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.into()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let files = (self.file(&format!("{name}.pem")), self.file(&format!("{name}.key")));
        std::fs::write(&files.0, certificate.pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }

    fn tls(&self, clients: Option<PathBuf>) -> Arc<Tls> {
        let (certificate, key) = self.sign("localhost");
        Arc::new(Tls::new(Files { certificate, key, clients }).unwrap())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.authority()).unwrap()).unwrap();
        roots
    }
}

fn read(files: &(PathBuf, PathBuf)) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = vec![CertificateDer::from_pem_file(&files.0).unwrap()];
    (chain, PrivateKeyDer::from_pem_file(&files.1).unwrap())
}

async fn connect(
    gate: &Gate,
    roots: &Authority,
    protocol: &str,
    own: Option<(PathBuf, PathBuf)>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.roots());
    let mut config = match own {
        None => builder.with_no_client_auth(),
        Some(files) => {
            let (chain, key) = read(&files);
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    config.alpn_protocols = vec![protocol.into()];
    let stream = TcpStream::connect(gate.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn well() -> Upstream {
    Upstream::answering(|_| answer("200 OK", &[], "well")).await
}

async fn with_tls(upstream: &Upstream, tls: Arc<Tls>) -> Gate {
    gate_with(settings(&[upstream.address]), Plan { tls: Some(tls), ..Plan::default() }).await
}

#[tokio::test]
async fn clients_choose_their_http_in_the_handshake() {
    let (authority, upstream) = (Authority::new(), well().await);
    let gate = with_tls(&upstream, authority.tls(None)).await;
    let mut one = Client::over(connect(&gate, &authority, "http/1.1", None).await.unwrap());
    one.send(GET).await;
    assert_eq!(one.answer().await.text(), "well");
    assert!(upstream.last().contains("x-forwarded-proto: https\r\n"));
    let mut two = http2::over(connect(&gate, &authority, "h2", None).await.unwrap()).await;
    let request = http::Request::get("https://localhost/").body(Full::<Bytes>::default()).unwrap();
    assert_eq!(http2::ask(&mut two, request).await.1, "well");
}

#[tokio::test]
async fn a_certificate_that_has_been_renewed_is_shown_after_a_reload() {
    let (first, second, upstream) = (Authority::new(), Authority::new(), well().await);
    let tls = first.tls(None);
    let gate = with_tls(&upstream, tls.clone()).await;
    assert!(connect(&gate, &second, "h2", None).await.is_err());
    let (certificate, key) = second.sign("localhost");
    std::fs::copy(certificate, first.file("localhost.pem")).unwrap();
    assert!(tls.reload().is_err(), "the key is another's");
    assert!(connect(&gate, &first, "h2", None).await.is_ok());
    std::fs::copy(key, first.file("localhost.key")).unwrap();
    tls.reload().unwrap();
    assert!(connect(&gate, &second, "h2", None).await.is_ok());
}

#[tokio::test]
async fn a_clients_certificate_is_believed_when_a_known_authority_signed_it() {
    let (authority, stranger, upstream) = (Authority::new(), Authority::new(), well().await);
    let gate = with_tls(&upstream, authority.tls(Some(authority.authority()))).await;
    for (own, certified) in [(None, None), (Some(authority.sign("client")), Some("yes"))] {
        let mut client = Client::over(connect(&gate, &authority, "http/1.1", own).await.unwrap());
        client.send(GET).await;
        assert_eq!(client.answer().await.header("x-certified"), certified);
    }
    // The client learns of the refusal with the first read.
    if let Ok(stream) = connect(&gate, &authority, "http/1.1", Some(stranger.sign("client"))).await {
        let mut client = Client::over(stream);
        client.send(GET).await;
        assert!(client.is_closed().await);
    }
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let (authority, upstream) = (Authority::new(), well().await);
    let limits =
        portico_gateway::accept::Limits { head: std::time::Duration::from_millis(50), ..Default::default() };
    let plan = Plan { limits, tls: Some(authority.tls(None)), ..Plan::default() };
    let gate = gate_with(settings(&[upstream.address]), plan).await;
    assert!(Client::open(gate.address).await.is_closed().await);
}

#[tokio::test]
async fn who_sends_everything_before_reading_gets_the_answer_over_tls_too() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let authority = Authority::new();
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nowhere.local_addr().unwrap();
    drop(nowhere);
    let plan = Plan { tls: Some(authority.tls(None)), ..Plan::default() };
    let gate = gate_with(settings(&[address]), plan).await;
    for _ in 0..3 {
        let mut client = Client::over(connect(&gate, &authority, "http/1.1", None).await.unwrap());
        let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LENGTH}\r\n\r\n");
        client.stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..LENGTH / 65536 {
            client.stream.write_all(&[b'x'; 65536]).await.unwrap();
        }
        assert_eq!(client.answer().await.status, 502);
        assert!(client.is_closed().await);
    }
}

/// An upstream with TLS that offers these protocols; what it says tells which was chosen.
async fn secured(authority: &Authority, protocols: &[&str]) -> u16 {
    let (chain, key) = read(&authority.sign("localhost"));
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                tokio::spawn(http2::tell(stream, peer.port()));
            } else {
                tokio::spawn(async move {
                    let mut client = Client::over(stream);
                    loop {
                        let asked = client.head_of_request().await;
                        let Some(asked) = asked else { return };
                        client.send(answer("200 OK", &[], asked.lines().next().unwrap())).await;
                    }
                });
            }
        }
    });
    port
}

fn at(port: u16, authorities: &Path) -> Settings {
    let url = format!("https://localhost:{port}").parse().unwrap();
    Settings { authorities: Some(authorities.to_owned()), ..Settings::new(vec![url]) }
}

#[tokio::test]
async fn upstreams_with_tls_choose_their_http_too() {
    let authority = Authority::new();
    for (protocols, chosen) in [
        (&["h2", "http/1.1"][..], "HTTP/2.0 GET https://localhost/"),
        (&["http/1.1"], "GET / HTTP/1.1"),
        (&[], "GET / HTTP/1.1"),
    ] {
        let port = secured(&authority, protocols).await;
        let gate = gate_with(at(port, &authority.authority()), Plan::default()).await;
        for _ in 0..3 {
            let said = tokio::time::timeout(PATIENCE, ask(gate.address, GET)).await.unwrap();
            assert!(said.text().contains(chosen), "{protocols:?}: {}", said.text());
        }
    }
}

#[tokio::test]
async fn an_upstream_whose_certificate_nobody_vouches_for_is_502() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let port = secured(&authority, &["http/1.1"]).await;
    let gate = gate_with(at(port, &stranger.authority()), Plan::default()).await;
    assert_eq!(ask(gate.address, GET).await.status, 502);
    let by_address = Settings {
        authorities: Some(authority.authority()),
        ..Settings::new(vec![format!("https://127.0.0.1:{port}").parse().unwrap()])
    };
    let gate = gate_with(by_address, Plan::default()).await;
    assert_eq!(ask(gate.address, GET).await.status, 502);
}
