//! Wiring: everything is chosen here once, and never asked about again.

mod alone;
mod face;
mod fleet;
mod gateway;
mod listen;
mod messages;
mod proxies;
mod store;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use portico_gateway::settings::SettingsError;
use portico_http::{FaceSettings, House};
use portico_live::{Clock, KeyError, Live, Settings, SystemClock, Vault, VaultError};
use portico_reach::{AddressPolicy, BadBus, Courier, Deliveries, KeySets, Outbound};
use portico_seal::{Chance, PasswordHasher, SystemChance, digest};
use portico_sql::postgres;
use portico_sql::sqlite::OpenError;
use portico_store::Unavailable;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::data::{DataError, DataFolder, remove_useless};

pub use alone::{Alone, gateway, lacking};
pub use gateway::{Reread, usable};
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
    /// The bus cannot be used as configured.
    #[error(transparent)]
    Bus(#[from] BadBus),
    /// A bus joins nodes, and there can be only one.
    #[error("bus.url needs a store that nodes can share: store = \"postgres://…\"")]
    BusAlone,
    /// The store does not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The vault stays shut.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The signing keys do not open.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Another node serves from the store under another issuer.
    #[error("issuer {0}: {1} serves from this store as {2}; give all nodes the same issuer")]
    Issuers(String, String, String),
    /// Another node sealed the store first, at the same time.
    #[error(
        "another node has sealed this store meanwhile: start with its master key (--master-key FILE); \
         the one made here was of no use and is removed"
    )]
    SealedMeanwhile,
    /// Messages cannot be sent as configured.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// The secret of identity checks cannot be read.
    #[error("kyc.webhook_secret_file: {0} {1}")]
    KycSecret(String, String),
    /// The gateway cannot be had as configured.
    #[error("gateway: {0}")]
    Gateway(String),
    /// A gateway by itself has a SQLite store, or none.
    #[error(
        "a gateway by itself needs the store that servers share: store = \"postgres://…\"; the file of a SQLite \
         store belongs to its server alone, which takes [[gateway.route]] in its own configuration"
    )]
    GatewayStore,
    /// A gateway by itself lacks a key.
    #[error("a gateway by itself needs '{0}', the same as the servers have")]
    GatewayLacks(&'static str),
    /// Nothing is in the store yet.
    #[error("this store holds nothing yet: start portico serve on it first")]
    GatewayFirst,
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
    /// The gateway's listener, bound already.
    pub gateway_listener: Option<TcpListener>,
    /// Reads the gateway's configuration again, at SIGHUP.
    pub reread: Option<Reread>,
}

impl Default for Extras {
    fn default() -> Self {
        Self {
            listener: None,
            sign_in_notice: None,
            around: Box::new(|router| router),
            gateway_listener: None,
            reread: None,
        }
    }
}

/// A server that runs.
pub struct Running {
    /// Where people, hosts and apps reach it.
    pub public_url: String,
    /// Where the operator does.
    pub admin_url: String,
    /// Where callers of merchants' back ends do, if there is a gateway.
    pub gateway_url: Option<String>,
    /// The operator's token.
    pub admin_token: String,
    /// The house, for what else runs in this process.
    pub house: Arc<House>,
    drain: Duration,
    stop: watch::Sender<bool>,
    terminate: Signal,
    interrupt: Signal,
    tasks: JoinSet<()>,
    company: JoinSet<()>,
    _data: DataFolder,
}

impl Running {
    /// Waits for SIGTERM or SIGINT, then stops in good order; a second signal cuts the draining short.
    pub async fn until_signal(mut self) -> Result<(), ServeError> {
        self.signal().await;
        self.house.drain();
        if !self.drain.is_zero() {
            tracing::info!(?self.drain, "not ready any more; requests are still taken");
            let drain = self.drain;
            tokio::select! {
                () = tokio::time::sleep(drain) => {}
                () = self.signal() => {}
            }
        }
        self.stop().await;
        Ok(())
    }

    async fn signal(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Stops accepting, finishes what runs, writes down what waits, and leaves the other nodes.
    pub async fn stop(mut self) {
        self.house.drain();
        // Nobody may be left to hear it; then there is nothing to stop.
        let _ = self.stop.send(true);
        self.house.live.hub().close();
        while self.tasks.join_next().await.is_some() {}
        if let Err(error) = self.house.live.flush().await {
            tracing::warn!(%error, "last uses were not written down");
        }
        // No renewal may come after the farewell.
        self.company.shutdown().await;
        self.house.live.leave().await;
    }
}

/// `portico serve`: starts, says so in one line, and in another where the gateway is, and runs until a signal.
///
/// `reread` reads the gateway's configuration again, at SIGHUP.
pub async fn serve(config: Config, reread: Reread) -> Result<(), ServeError> {
    let extras = Extras { reread: Some(reread), ..Extras::default() };
    let running = start(config, extras).await?;
    let mut lines = format!("portico: ready on {} (admin {})\n", running.public_url, running.admin_url);
    if let Some(url) = &running.gateway_url {
        lines += &format!("portico: gateway ready on {url}\n");
    }
    announce(&lines);
    running.until_signal().await
}

/// Says on standard output that something is ready. Whoever started it may read one line, or none: a server does not
/// end because nobody listens.
pub fn announce(lines: &str) {
    let mut out = std::io::stdout();
    if let Err(error) = out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(%error, "the ready line was not read");
    }
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
    let bus = fleet::bus(&config).await?;
    let opened = store::open(&config, &data).await?;
    if bus.is_some() && matches!(opened, store::Opened::Alone(_)) {
        return Err(ServeError::BusAlone);
    }
    let store = opened.store();
    let sealed = Vault::is_sealed(&*store).await?;
    let master = data.master_key(config.master_key.as_deref(), sealed, &*chance)?;
    let admin_token = data.admin_token(&*chance)?;
    let vault = match Vault::open(&*store, master.key, chance).await {
        Ok(vault) => vault,
        Err(error) => return Err(unopened(error, master.made.as_deref())),
    };

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
    let name = config.node.name.clone().unwrap_or_else(|| admin_url.clone());
    let part = fleet::Part { name, gateway: false };
    let live = fleet::open(opened, bus.clone(), part, clock, vault, settings).await?;
    let passwords = PasswordHasher::new(config.passwords.cost()).map_err(|_| ServeError::Passwords)?;
    let (outbound, wake) = (Arc::new(Outbound::new(address)), Arc::new(Notify::new()));
    let console = face::console_settings(&config, &admin_url)?;
    let face = FaceSettings {
        admin_token_digest: digest(admin_token.expose()),
        console,
        limits: face::limits(&config),
        sign_in_notice: extras.sign_in_notice,
        closed_to_newcomers: !config.accounts.registration,
        kyc_webhook: face::kyc_webhook(config.kyc.webhook_secret_file.as_deref())?,
        bus: bus.clone(),
    };
    let (courier, letters) = Courier::new(carrier.ways());
    let keysets = KeySets::new(outbound.clone());
    let house = House::new(live.clone(), passwords, keysets, address, courier, wake.clone(), face);

    let door = door(&config, &live, extras.gateway_listener).await?;
    let gateway_url = door.as_ref().map(|door| door.url().to_owned());
    let (stop, stopping) = watch::channel(false);
    live.join().await?;
    let company = fleet::tasks(&live, bus.is_some());
    let mut tasks = JoinSet::new();
    let compose = Arc::new(portico_http::compose::LogoutTokens(live.clone()));
    let deliveries = Deliveries::new(store, compose, outbound, now, wake, fleet::on_duty(&live));
    tasks.spawn(deliveries.run(stopping.clone()));
    tasks.spawn(carrier.run(letters, stopping.clone(), GRACE));
    tasks.spawn(until(stopping.clone(), portico_http::sweep::run(house.clone())));
    tasks.spawn(until(stopping.clone(), portico_http::figures::run(house.clone())));
    let hub = live.clone();
    tasks.spawn(until(stopping.clone(), async move { hub.hub().run().await }));
    let upkeep = metrics.clone();
    tasks.spawn(until(stopping.clone(), keep_up(upkeep)));
    if let Some(door) = door {
        let anew = match extras.reread {
            Some(reread) => Some((signal(SignalKind::hangup())?, reread)),
            None => None,
        };
        tasks.spawn(door.serve(stopping.clone(), anew));
    }
    let routes = (extras.around)(portico_http::public(house.clone()));
    let proxies = Proxies::new(config.trusted_proxies.0.clone());
    tasks.spawn(listen::accept(public, routes, proxies, draining(&house), stopping.clone(), GRACE));
    let shown = live.clone();
    let render = move || async move {
        fleet::gauges(&shown);
        metrics.render()
    };
    let operator = portico_http::admin(house.clone()).route("/metrics", get(render));
    tasks.spawn(listen::accept(admin, operator, Proxies::default(), draining(&house), stopping, GRACE));

    data.note_server(&admin_url)?;
    let admin_token = admin_token.expose().to_owned();
    let drain = config.drain();
    Ok(Running {
        public_url,
        admin_url,
        gateway_url,
        admin_token,
        house,
        drain,
        stop,
        terminate,
        interrupt,
        tasks,
        company,
        _data: data,
    })
}

/// The gateway, if any route is configured.
async fn door(
    config: &Config,
    live: &Arc<Live>,
    listener: Option<TcpListener>,
) -> Result<Option<gateway::Door>, ServeError> {
    let section = config.gateway.0.clone();
    if section.route.is_empty() {
        return Ok(None);
    }
    let routes = section.try_into().map_err(|error: SettingsError| ServeError::Gateway(error.to_string()))?;
    gateway::Door::open(live, routes, &config.trusted_proxies.0, listener).await.map(Some)
}

/// Why the vault stays shut. A key that was made for nothing does not stay: at the next start it would
/// be taken for the store's.
fn unopened(error: VaultError, made: Option<&Path>) -> ServeError {
    match (error, made) {
        (VaultError::WrongMasterKey, Some(made)) => match remove_useless(made) {
            Ok(()) => ServeError::SealedMeanwhile,
            Err(error) => error.into(),
        },
        (error, _) => error.into(),
    }
}

/// Whether connections are to be given up after the answer that is under way.
fn draining(house: &Arc<House>) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
    let house = house.clone();
    move || house.is_draining()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_key_that_was_made_for_nothing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        std::fs::write(&file, "key").unwrap();
        let unsure = VaultError::Store(Unavailable("the answer was lost".into()));
        assert!(matches!(unopened(unsure, Some(&file)), ServeError::Unavailable(_) | ServeError::Vault(_)));
        assert!(matches!(unopened(VaultError::WrongMasterKey, None), ServeError::Vault(_)));
        assert!(file.exists());
        let said = unopened(VaultError::WrongMasterKey, Some(&file));
        assert!(said.to_string().contains("master key"), "{said}");
        assert!(!file.exists());
    }
}
