//! `portico gateway`: the merchant face as a process of its own, a node like any other that does nothing for all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use portico_gateway::Gateway;
use portico_live::{Live, Settings, SystemClock, Vault};
use portico_seal::{Chance, SystemChance};
use portico_sql::postgres::Postgres;
use portico_store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::gateway::{Door, Reread};
use super::proxies::Proxies;
use super::store::Opened;
use super::{GRACE, ServeError, announce, bind, fleet, keep_up, listen, metrics_handle, until, url_of};
use crate::config::{Config, StoreAddress};
use crate::data::master_key;

/// How often tokens that were revoked and have expired long ago are forgotten.
const FORGET: Duration = Duration::from_secs(600);

/// What a gateway by itself is started with.
pub struct Alone {
    /// What its file has of a node's keys.
    pub config: Config,
    /// Its routes.
    pub gateway: Gateway,
    /// Reads them again.
    pub reread: Reread,
    /// Where its figures and its health are served, if anywhere.
    pub admin_listen: Option<SocketAddr>,
}

/// The keys that a gateway by itself would still need. Refuses a store that it cannot share.
pub fn lacking(config: &Config) -> Result<Vec<&'static str>, ServeError> {
    if let Some(StoreAddress::Sqlite(_)) = config.store {
        return Err(ServeError::GatewayStore);
    }
    let keys = [
        ("issuer", config.issuer.is_some()),
        ("store", config.store.is_some()),
        ("master_key", config.master_key.is_some()),
    ];
    Ok(keys.into_iter().filter(|(_, is_there)| !is_there).map(|(key, _)| key).collect())
}

/// Runs a gateway by itself until a signal.
pub async fn gateway(alone: Alone) -> Result<(), ServeError> {
    let Alone { config, gateway, reread, admin_listen } = alone;
    // Whoever reads the ready line may send a signal at once.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let hangup = signal(SignalKind::hangup())?;
    let metrics = metrics_handle();
    let live = node(&config).await?;
    let door = Door::open(&live, gateway, &config.trusted_proxies.0, None).await?;
    let admin = match admin_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    live.join().await?;
    let (stop, stopping) = watch::channel(false);
    let mut company = fleet::tasks(&live, config.bus.url.is_some());
    let mut tasks = JoinSet::new();
    tasks.spawn(until(stopping.clone(), keep_up(metrics.clone())));
    tasks.spawn(until(stopping.clone(), forget(live.clone())));
    let mut line = format!("portico: gateway ready on {}", door.url());
    let draining = Arc::new(AtomicBool::new(false));
    if let Some(admin) = &admin {
        line += &format!(" (admin {})", url_of(admin)?);
    }
    let drain = admin.as_ref().map_or(Duration::ZERO, |_| config.drain());
    if let Some(admin) = admin {
        let shown = live.clone();
        let render = move || async move {
            fleet::gauges(&shown);
            metrics.render()
        };
        let routes = health(&live, &draining).route("/metrics", get(render));
        tasks.spawn(listen::accept(admin, routes, Proxies::default(), || false, stopping.clone(), GRACE));
    }
    tasks.spawn(door.serve(stopping, Some((hangup, reread))));
    announce(&(line + "\n"));

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    draining.store(true, Ordering::Relaxed);
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    // Nobody may be left to hear it; then there is nothing to stop.
    let _ = stop.send(true);
    while tasks.join_next().await.is_some() {}
    // No renewal may come after the farewell.
    company.shutdown().await;
    live.leave().await;
    Ok(())
}

/// The memory over the store that the servers share.
async fn node(config: &Config) -> Result<Arc<Live>, ServeError> {
    let Some(StoreAddress::Postgres(address)) = &config.store else { return Err(ServeError::GatewayStore) };
    let issuer = config.issuer.as_ref().ok_or(ServeError::GatewayLacks("issuer"))?.as_str().to_owned();
    let file = config.master_key.as_deref().ok_or(ServeError::GatewayLacks("master_key"))?;
    let bus = fleet::bus(config).await?;
    let store = Arc::new(Postgres::open(address.expose(), &config.postgres.options()).await?);
    if !Vault::is_sealed(&*store as &dyn Store).await? {
        return Err(ServeError::GatewayFirst);
    }
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    let vault = Vault::open(&*store, master_key(file)?, chance).await?;
    let settings = Settings {
        issuer,
        sessions: config.sessions.limits(),
        rotate_keys_every: config.keys.rotate_every.span(),
        bounds: config.memory.bounds(),
    };
    let name = config.node.name.clone().unwrap_or_else(|| "gateway".to_owned());
    let part = fleet::Part { name, gateway: true };
    fleet::open(Opened::Shared(store), bus, part, Arc::new(SystemClock), vault, settings).await
}

fn health(live: &Arc<Live>, draining: &Arc<AtomicBool>) -> Router {
    let (live, draining) = (live.clone(), draining.clone());
    let ready = move || async move {
        let is_ready = !draining.load(Ordering::Relaxed) && live.is_ready().await.is_ok();
        if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    };
    Router::new().route("/health/live", get(StatusCode::OK)).route("/health/ready", get(ready))
}

async fn forget(live: Arc<Live>) {
    loop {
        tokio::time::sleep(FORGET).await;
        // Without an answer they are remembered for longer.
        if let Ok(Some(agreed)) = live.agreed_now().await {
            live.forget_revoked(agreed);
        }
    }
}
