//! The bus between nodes, on NATS: core messages, none of them kept. What is lost, the store still knows.

mod inbox;
mod servers;
mod state;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State as Link;
use async_nats::rustls::pki_types::pem::PemObject;
use async_nats::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;
use parking_lot::Mutex;
use portico_core::id::NodeId;
use portico_seal::Secret;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub use servers::{BadServers, Servers};
pub use state::BusState;

use inbox::Inbox;
use state::Watch;

/// How long a message or a subscription may take to be handed to the connection.
const HANDED_OVER: Duration = Duration::from_millis(500);
/// How long one attempt to connect may take.
const CONNECTING: Duration = Duration::from_secs(3);
/// How often a connection is asked whether it is alive; one that stays silent three times is made anew.
const PING: Duration = Duration::from_secs(1);
/// The longest wait between two attempts to connect.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long after a subscription was refused it is tried again.
const REFUSED_FOR: Duration = Duration::from_secs(3);
/// How long a server may take to refuse a subscription.
const REFUSING: Duration = Duration::from_secs(1);
/// How many messages wait between a subscription and the inbox.
const ON_THE_WAY: usize = 4096;

/// How the bus is reached.
#[derive(Debug, Clone)]
pub struct BusSettings {
    /// Where the servers are, and whom to be there.
    pub servers: Servers,
    /// The name under which the nodes of one store meet: letters, digits, `-` and `_`.
    pub name: String,
    /// The certificates (PEM) of the authorities to trust in place of the system's. Requires TLS.
    pub tls_ca: Option<PathBuf>,
    /// The certificate (PEM) that this node shows. Requires TLS.
    pub tls_cert: Option<PathBuf>,
    /// The key (PEM) of that certificate.
    pub tls_key: Option<PathBuf>,
    /// A NATS credentials file: a token of the server's operator and the key that goes with it.
    pub credentials_file: Option<PathBuf>,
    /// The file with the password of the user that `servers` names; where it names none, with the token.
    pub password_file: Option<PathBuf>,
}

/// What is wrong with the settings; one clear line without anything secret.
#[derive(Debug, thiserror::Error)]
pub enum BadBus {
    /// The name cannot be part of a subject.
    #[error("bus.name takes letters, digits, - and _")]
    Name,
    /// A file cannot be used.
    #[error("bus.{0} {path}: {2}", path = .1.display())]
    File(&'static str, PathBuf, String),
    /// Certificate or key is missing.
    #[error("bus.tls_cert and bus.tls_key go together")]
    HalfAPair,
    /// More than one way to be somebody.
    #[error(
        "the bus is given more than one of: a password in bus.url, bus.password_file, bus.credentials_file"
    )]
    Ambiguous,
    /// The servers cannot be used.
    #[error("bus.url: {0}")]
    Servers(String),
}

/// Whether nodes can meet under this name: it becomes part of a subject.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.bytes().all(plain)
}

/// The bus on NATS.
///
/// Messages go out on the subjects `portico.NAME.all` and `portico.NAME.node.ID`. While there is no
/// connection they are dropped, and a connection that was lost is made again for ever.
pub struct Nats {
    client: Client,
    prefix: String,
    inbox: Arc<Inbox>,
    watch: Arc<Watch>,
    hearing: Mutex<JoinSet<()>>,
    /// Ends with the bus.
    _mending: JoinSet<()>,
}

impl Nats {
    /// Begins to connect and answers without waiting for it; [`Self::state`] says what came of it.
    pub async fn connect(settings: BusSettings) -> Result<Self, BadBus> {
        if !is_name(&settings.name) {
            return Err(BadBus::Name);
        }
        let watch = Arc::new(Watch::default());
        let options = watch.listen(options(&settings)?);
        let connected = options.connect(settings.servers.addresses()).await;
        let client = connected.map_err(|error| BadBus::Servers(error.to_string()))?;
        let prefix = format!("portico.{}", settings.name);
        let mut mending = JoinSet::new();
        mending.spawn(mend(client.clone(), watch.clone()));
        let (inbox, hearing) = (Arc::default(), Mutex::default());
        Ok(Self { client, prefix, inbox, watch, hearing, _mending: mending })
    }

    /// How the connection stands.
    pub fn state(&self) -> BusState {
        match self.client.connection_state() {
            Link::Connected if !self.watch.is_deaf() => BusState::Connected,
            Link::Connected | Link::Pending | Link::Disconnected => BusState::Away(self.watch.trouble()),
        }
    }

    /// Says from now on who receives here, in place of whoever did before.
    pub async fn join(&self, me: NodeId) {
        let mut hearing = JoinSet::new();
        let mut begun = Vec::new();
        for subject in [self.all(), self.one(me)] {
            let (subscribed, begins) = oneshot::channel();
            let (client, inbox) = (self.client.clone(), self.inbox.clone());
            hearing.spawn(async move {
                let Ok(mut messages) = client.subscribe(subject).await else {
                    return tracing::error!("the bus refused a subscription");
                };
                // Whoever waited may have gone on.
                let _ = subscribed.send(());
                while let Some(message) = messages.next().await {
                    inbox.put(message.payload.into());
                }
            });
            begun.push(begins);
        }
        *self.hearing.lock() = hearing;
        let all = async {
            for begins in begun {
                let _ = begins.await;
            }
        };
        if tokio::time::timeout(HANDED_OVER, all).await.is_err() {
            tracing::warn!("the bus does not take subscriptions yet");
        }
    }

    /// Sends to every other node.
    pub async fn to_all(&self, message: Vec<u8>) {
        self.publish(self.all(), message).await;
    }

    /// Sends to one node.
    pub async fn to(&self, node: NodeId, message: Vec<u8>) {
        self.publish(self.one(node), message).await;
    }

    /// The next message. Waiting for it can be given up without losing one.
    pub async fn next(&self) -> Vec<u8> {
        self.inbox.next().await
    }

    /// Hands a message to the connection, which sends it at once; without one it is dropped, since by
    /// the time there is one nobody waits for it any more.
    async fn publish(&self, subject: String, message: Vec<u8>) {
        let sent = self.client.connection_state() == Link::Connected && {
            let publish = self.client.publish(subject, message.into());
            matches!(tokio::time::timeout(HANDED_OVER, publish).await, Ok(Ok(())))
        };
        if !sent {
            metrics::counter!("portico_bus_unsent_total").increment(1);
        }
    }

    fn all(&self) -> String {
        format!("{}.all", self.prefix)
    }

    fn one(&self, node: NodeId) -> String {
        format!("{}.node.{:032x}", self.prefix, u128::from_be_bytes(*node.as_bytes()))
    }
}

/// Tries refused subscriptions again until they are taken. The server keeps no word of them, so the connection
/// is made anew, and all of them with it.
async fn mend(client: Client, watch: Arc<Watch>) {
    loop {
        watch.refused().await;
        tokio::time::sleep(REFUSED_FOR).await;
        let before = watch.refusals();
        if client.force_reconnect().await.is_err() {
            return;
        }
        tokio::time::sleep(REFUSING).await;
        if client.connection_state() == Link::Connected {
            watch.taken(before);
        }
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nats({}, {:?})", self.prefix, self.state())
    }
}

fn options(settings: &BusSettings) -> Result<ConnectOptions, BadBus> {
    let options = ConnectOptions::new()
        .name(format!("portico {}", settings.name))
        .retry_on_initial_connect()
        .no_echo()
        .connection_timeout(CONNECTING)
        .ping_interval(PING)
        .subscription_capacity(ON_THE_WAY)
        .reconnect_delay_callback(|attempts| {
            let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(6);
            if attempts <= 1 {
                Duration::ZERO
            } else {
                (Duration::from_millis(50) * 2u32.pow(doublings)).min(LONGEST_WAIT)
            }
        });
    protected(signed_in(options, settings)?, settings)
}

fn signed_in(options: ConnectOptions, settings: &BusSettings) -> Result<ConnectOptions, BadBus> {
    let (user, password) = (settings.servers.user(), settings.servers.password());
    let password_file = settings.password_file.as_deref();
    match (user, password, password_file, settings.credentials_file.as_deref()) {
        (None, None, None, None) => Ok(options),
        (Some(user), Some(password), None, None) => {
            Ok(options.user_and_password(user.to_owned(), password.expose().to_owned()))
        }
        (Some(user), None, Some(file), None) => {
            let password = secret("password_file", file)?;
            Ok(options.user_and_password(user.to_owned(), password.expose().to_owned()))
        }
        // As NATS's own tools read a URL: somebody without a password is a token.
        (Some(token), None, None, None) => Ok(options.token(token.to_owned())),
        (None, None, Some(file), None) => {
            Ok(options.token(secret("password_file", file)?.expose().to_owned()))
        }
        (None, None, None, Some(file)) => {
            let text = secret("credentials_file", file)?;
            let not_one = |_| wrong("credentials_file", file, "it is no NATS credentials file");
            options.credentials(text.expose()).map_err(not_one)
        }
        _ => Err(BadBus::Ambiguous),
    }
}

fn protected(options: ConnectOptions, settings: &BusSettings) -> Result<ConnectOptions, BadBus> {
    let mut options = options;
    if let Some(file) = &settings.tls_ca {
        certificates("tls_ca", file)?;
        options = options.add_root_certificates(file.clone()).require_tls(true);
    }
    match (&settings.tls_cert, &settings.tls_key) {
        (None, None) => Ok(options),
        (Some(certificate), Some(key)) => {
            certificates("tls_cert", certificate)?;
            PrivateKeyDer::from_pem_file(key)
                .map_err(|_| wrong("tls_key", key, "it holds no private key in PEM"))?;
            Ok(options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true))
        }
        _ => Err(BadBus::HalfAPair),
    }
}

/// Refuses a file without any certificate. It is read again at every connection, so that it can be renewed.
fn certificates(key: &'static str, file: &Path) -> Result<(), BadBus> {
    let text = std::fs::read(file).map_err(|error| wrong(key, file, error))?;
    match CertificateDer::pem_slice_iter(&text).next() {
        Some(Ok(_)) => Ok(()),
        _ => Err(wrong(key, file, "it holds no certificate in PEM")),
    }
}

/// What stands in a file, without the line break at its end.
fn secret(key: &'static str, file: &Path) -> Result<Secret, BadBus> {
    let text = std::fs::read_to_string(file).map_err(|error| wrong(key, file, error))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(wrong(key, file, "it is empty")),
        text => Ok(Secret::from(text.to_owned())),
    }
}

fn wrong(key: &'static str, file: &Path, why: impl ToString) -> BadBus {
    BadBus::File(key, file.to_owned(), why.to_string())
}
