//! Wiring: everything is chosen here once, and never asked about again.

mod listen;
mod messages;
mod proxies;

use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use portico_http::{ConsoleProvider, ConsoleSettings, FaceSettings, House, Limits};
use portico_live::{Clock, KeyError, Live, Settings, SystemClock, Vault, VaultError};
use portico_reach::{AddressPolicy, Courier, Deliveries, Duty, KeySets, Outbound, Registration};
use portico_seal::{Chance, PasswordHasher, Secret, SystemChance, WebhookKey, digest};
use portico_sql::postgres::{self, Postgres};
use portico_sql::sqlite::{OpenError, Sqlite, SqliteOptions};
use portico_store::{Store, Unavailable};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::config::{Config, StoreAddress};
use crate::data::{DataError, DataFolder};

pub use messages::MessagesError;
use proxies::Proxies;

/// How long requests and streams under way have at the end.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server does not start, or did not go on; one clear line.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store on PostgreSQL does not open.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The vault stays shut.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The signing keys do not open.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Messages cannot be sent as configured.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// The secret of identity checks cannot be read.
    #[error("kyc.webhook_secret_file: {0} {1}")]
    KycSecret(String, String),
    /// A listener cannot be bound.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The console's secret at its provider is not to be had.
    #[error("console.client_secret_file {path}: {why}", path = .0.display(), why = .1)]
    ConsoleSecret(PathBuf, String),
    /// The configured cost of passwords is none.
    #[error("passwords: Argon2 does not take this memory_kib, iterations and parallelism")]
    Passwords,
    /// Standard output or a signal handler is not to be had.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// What the demo adds to a server.
pub struct Extras {
    /// The public listener, bound already.
    pub listener: Option<TcpListener>,
    /// A line above the sign-in form.
    pub sign_in_notice: Option<String>,
    /// What is put around the public routes.
    pub around: Box<dyn FnOnce(Router) -> Router + Send>,
}

impl Default for Extras {
    fn default() -> Self {
        Self { listener: None, sign_in_notice: None, around: Box::new(|router| router) }
    }
}

/// A server that runs.
pub struct Running {
    /// Where people, hosts and apps reach it.
    pub public_url: String,
    /// Where the operator does.
    pub admin_url: String,
    /// The operator's token.
    pub admin_token: String,
    /// The house, for what else runs in this process.
    pub house: Arc<House>,
    stop: watch::Sender<bool>,
    terminate: Signal,
    interrupt: Signal,
    tasks: tokio::task::JoinSet<()>,
    _data: DataFolder,
}

impl Running {
    /// Waits for SIGTERM or SIGINT, then stops in good order.
    pub async fn until_signal(mut self) -> Result<(), ServeError> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        self.stop().await;
        Ok(())
    }

    /// Stops accepting, finishes what runs, and writes down what waits.
    pub async fn stop(mut self) {
        // Nobody may be left to hear it; then there is nothing to stop.
        let _ = self.stop.send(true);
        self.house.live.hub().close();
        while self.tasks.join_next().await.is_some() {}
        if let Err(error) = self.house.live.flush().await {
            tracing::warn!(%error, "last uses were not written down");
        }
    }
}

/// `portico serve`: starts, says so in one line, and runs until a signal.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    let running = start(config, Extras::default()).await?;
    let mut out = std::io::stdout();
    writeln!(out, "portico: ready on {} (admin {})", running.public_url, running.admin_url)?;
    out.flush()?;
    running.until_signal().await
}

/// Starts a server.
pub async fn start(config: Config, extras: Extras) -> Result<Running, ServeError> {
    // Whoever reads the ready line may send a signal at once.
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let metrics = metrics_handle();
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ticking = clock.clone();
    let now: portico_reach::Clock = Arc::new(move || ticking.now());
    let carrier = messages::carrier(&config, chance.clone(), now.clone())?;
    let data = DataFolder::open(&config.data)?;
    let store = open_store(&config, &data).await?;
    let sealed = Vault::is_sealed(&*store).await?;
    let master = data.master_key(config.master_key.as_deref(), sealed, &*chance)?;
    let admin_token = data.admin_token(&*chance)?;
    let vault = Vault::open(&*store, master, chance).await?;

    let public = match extras.listener {
        Some(listener) => listener,
        None => bind(config.listen).await?,
    };
    let admin = bind(config.admin_listen).await?;
    let (public_url, admin_url) = (url_of(&public)?, url_of(&admin)?);
    let issuer =
        config.issuer.as_ref().map_or_else(|| public_url.clone(), |issuer| issuer.as_str().to_owned());

    let address = policy(&config, &issuer);
    let settings = Settings {
        issuer,
        sessions: config.sessions.limits(),
        rotate_keys_every: config.keys.rotate_every.span(),
        bounds: config.memory.bounds(),
    };
    let live = Live::open(store.clone(), clock, vault, settings).await?;
    let passwords = PasswordHasher::new(config.passwords.cost()).map_err(|_| ServeError::Passwords)?;
    let (outbound, wake) = (Arc::new(Outbound::new(address)), Arc::new(Notify::new()));
    let console = console_settings(&config, &admin_url)?;
    let face = FaceSettings {
        admin_token_digest: digest(admin_token.expose()),
        console,
        limits: limits(&config),
        sign_in_notice: extras.sign_in_notice,
        closed_to_newcomers: !config.accounts.registration,
        kyc_webhook: kyc_webhook(config.kyc.webhook_secret_file.as_deref())?,
    };
    let (courier, letters) = Courier::new(carrier.ways());
    let keysets = KeySets::new(outbound.clone());
    let house = House::new(live.clone(), passwords, keysets, address, courier, wake.clone(), face);

    let (stop, stopping) = watch::channel(false);
    let mut tasks = tokio::task::JoinSet::new();
    let compose = Arc::new(portico_http::compose::LogoutTokens(live.clone()));
    let deliveries = Deliveries::new(store, compose, outbound, now, wake, Arc::new(|| Duty::All));
    tasks.spawn(deliveries.run(stopping.clone()));
    tasks.spawn(carrier.run(letters, stopping.clone(), GRACE));
    tasks.spawn(until(stopping.clone(), portico_http::sweep::run(house.clone())));
    tasks.spawn(until(stopping.clone(), portico_http::figures::run(house.clone())));
    let hub = live.clone();
    tasks.spawn(until(stopping.clone(), async move { hub.hub().run().await }));
    let upkeep = metrics.clone();
    tasks.spawn(until(stopping.clone(), keep_up(upkeep)));
    let routes = (extras.around)(portico_http::public(house.clone()));
    let proxies = Proxies::new(config.trusted_proxies.0.clone());
    tasks.spawn(listen::accept(public, routes, proxies, stopping.clone(), GRACE));
    let operator =
        portico_http::admin(house.clone()).route("/metrics", get(move || async move { metrics.render() }));
    tasks.spawn(listen::accept(admin, operator, Proxies::default(), stopping, GRACE));

    data.note_server(&admin_url)?;
    let admin_token = admin_token.expose().to_owned();
    Ok(Running { public_url, admin_url, admin_token, house, stop, terminate, interrupt, tasks, _data: data })
}

fn console_settings(config: &Config, admin_url: &str) -> Result<ConsoleSettings, ServeError> {
    let section = &config.console;
    let url = section.url.as_ref().map_or(admin_url, |url| url.as_str());
    let provider = match (&section.issuer, &section.client_id) {
        (Some(issuer), Some(client_id)) => Some(ConsoleProvider {
            registration: Registration {
                issuer: issuer.clone(),
                client_id: client_id.clone(),
                client_secret: section.client_secret_file.as_deref().map(client_secret).transpose()?,
                scope: "openid email".to_owned(),
                redirect_uri: format!("{url}/console/provider"),
            },
            allow: section.allow.0.clone(),
        }),
        _ => None,
    };
    Ok(ConsoleSettings { secure: url.starts_with("https://"), provider })
}

fn client_secret(file: &Path) -> Result<Secret, ServeError> {
    let unreadable = |error: std::io::Error| ServeError::ConsoleSecret(file.to_owned(), error.to_string());
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    match text.trim() {
        "" => Err(ServeError::ConsoleSecret(file.to_owned(), "it is empty".to_owned())),
        secret => Ok(Secret::from(secret.to_owned())),
    }
}

async fn open_store(config: &Config, data: &DataFolder) -> Result<Arc<dyn Store>, ServeError> {
    let path = match &config.store {
        Some(StoreAddress::Postgres(address)) => {
            return Ok(Arc::new(Postgres::open(address.expose(), &config.postgres.options()).await?));
        }
        Some(StoreAddress::Sqlite(path)) => path.clone(),
        None => data.database(),
    };
    let opened = tokio::task::spawn_blocking(move || Sqlite::open(path, SqliteOptions::default())).await;
    let opened = opened.map_err(|_| Unavailable("the store did not open".into()))?;
    Ok(Arc::new(opened?))
}

/// The secret in this file, if one is named.
fn kyc_webhook(file: Option<&Path>) -> Result<Option<WebhookKey>, ServeError> {
    let Some(file) = file else { return Ok(None) };
    let wrong = |why: String| ServeError::KycSecret(file.display().to_string(), why);
    let text = std::fs::read_to_string(file).map(Secret::from);
    let text = text.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    WebhookKey::parse(text.expose()).map(Some).map_err(|error| wrong(error.to_string()))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Listen(address, error))
}

fn url_of(listener: &TcpListener) -> Result<String, ServeError> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Private receivers are reached only from a developer's machine, or where the operator says so.
fn policy(config: &Config, issuer: &str) -> AddressPolicy {
    let host = url::Url::parse(issuer).ok();
    let on_loopback = match host.as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    AddressPolicy { allow_private: config.allow_private_callbacks || on_loopback }
}

fn limits(config: &Config) -> Limits {
    let count = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Limits {
        sign_in_per_account: count(config.rate_limits.sign_in_per_account),
        sign_in_per_address: count(config.rate_limits.sign_in_per_address),
        client_auth_per_address: count(config.rate_limits.client_auth_per_address),
        passkeys_per_address: count(config.rate_limits.passkeys_per_address),
        messages_per_person: count(config.rate_limits.messages_per_person),
        messages_per_destination: count(config.rate_limits.messages_per_destination),
        messages_per_address: count(config.rate_limits.messages_per_address),
    }
}

async fn until(mut stopping: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = stopping.wait_for(|stop| *stop) => {}
        () = work => {}
    }
}

async fn keep_up(metrics: PrometheusHandle) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}

/// The recorder of this process; there is one, however many servers run in it.
fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Another recorder may be in place in a test binary; then ours renders nothing.
        let _ = metrics::set_global_recorder(recorder);
        handle
    };
    HANDLE.get_or_init(install).clone()
}
