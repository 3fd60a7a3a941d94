//! The gateway's door: where callers come in, and how its routes are read anew.

use std::sync::Arc;

use ipnet::IpNet;
use portico_gateway::accept::{self, Files, Limits, Peer, Tls};
use portico_gateway::route::LISTEN;
use portico_gateway::table::{Current, Table};
use portico_gateway::{Body, Gateway, Pass};
use portico_live::Live;
use tokio::net::TcpListener;
use tokio::signal::unix::Signal;
use tokio::sync::watch;

use super::{ServeError, bind};

/// Reads the gateway's configuration again; one clear line where it is wrong.
pub type Reread = Box<dyn Fn() -> Result<Gateway, String> + Send + Sync>;

/// A gateway that listens, and does not answer yet.
pub struct Door {
    listener: TcpListener,
    url: String,
    tls: Option<Arc<Tls>>,
    trusted: Arc<[IpNet]>,
    pass: Pass,
    routes: Arc<Current>,
}

impl Door {
    /// Makes the routes ready and listens, where `listener` is not bound already.
    pub async fn open(
        live: &Arc<Live>,
        gateway: Gateway,
        trusted: &[IpNet],
        listener: Option<TcpListener>,
    ) -> Result<Self, ServeError> {
        let listen = gateway.listen.unwrap_or(LISTEN);
        let (tls, table) = made_ready(gateway).map_err(ServeError::Gateway)?;
        let routes = Arc::new(Current::new(table));
        let listener = match listener {
            Some(listener) => listener,
            None => bind(listen).await?,
        };
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let pass = Pass::new(live.clone(), routes.clone());
        Ok(Self { listener, url, tls: tls.map(Arc::new), trusted: trusted.into(), pass, routes })
    }

    /// Where callers reach it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers callers until told to stop. With a signal, its routes are read anew whenever that comes.
    pub async fn serve(self, stopping: watch::Receiver<bool>, anew: Option<(Signal, Reread)>) {
        let (pass, routes, tls) = (self.pass, self.routes, self.tls.clone());
        let handler = move |request: http::Request<Body>, peer: Peer| {
            let pass = pass.clone();
            async move { pass.answer(request, peer).await }
        };
        let serving =
            accept::run(self.listener, self.tls, Limits::default(), self.trusted, handler, stopping);
        tokio::select! {
            () = serving => {}
            () = keep_anew(&routes, tls.as_deref(), anew) => {}
        }
    }
}

/// Reads the files that a configuration names, and makes its routes ready. To be called within a runtime.
fn made_ready(gateway: Gateway) -> Result<(Option<Tls>, Table), String> {
    let files = gateway.tls.clone().map(|tls| Files {
        certificate: tls.certificate,
        key: tls.key,
        clients: tls.clients,
    });
    let tls = files.map(Tls::new).transpose().map_err(|error| format!("tls: {error}"))?;
    Ok((tls, Table::new(gateway).map_err(|error| error.to_string())?))
}

/// Whether a gateway would start with this configuration. To be called within a runtime.
pub fn usable(gateway: &Gateway) -> Result<(), String> {
    made_ready(gateway.clone()).map(drop)
}

/// Reads the routes anew at each signal. What is wrong is said, and changes nothing.
async fn keep_anew(routes: &Current, tls: Option<&Tls>, anew: Option<(Signal, Reread)>) {
    let Some((mut signal, reread)) = anew else { return std::future::pending().await };
    while signal.recv().await.is_some() {
        let outcome = match replaced(routes, tls, &reread) {
            Ok(()) => {
                tracing::info!("the gateway's configuration was read anew");
                "taken"
            }
            Err(line) => {
                tracing::error!(
                    reason = line,
                    "the gateway's configuration is refused; the one before goes on"
                );
                "refused"
            }
        };
        metrics::counter!("portico_gateway_reloads_total", "outcome" => outcome).increment(1);
    }
    std::future::pending().await
}

fn replaced(routes: &Current, tls: Option<&Tls>, reread: &Reread) -> Result<(), String> {
    let table = Table::new(reread()?).map_err(|error| error.to_string())?;
    if let Some(tls) = tls {
        tls.reload().map_err(|error| format!("tls: {error}"))?;
    }
    routes.replace(table);
    Ok(())
}
