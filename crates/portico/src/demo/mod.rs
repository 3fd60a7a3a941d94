//! `portico demo`: the server, a super app's shell and three mini-programs with back ends of their own, in one
//! process on this machine. One of these back ends was written for WeChat and stands behind the gateway.
//!
//! Issuer and shell are `http://localhost:PORT`, the mini-programs `http://127.0.0.1:PORT`: other sites, so that no
//! cookie of Portico's ever reaches them.

mod cast;
mod front;
mod listen;
mod merchant;
pub mod mini_program;
pub mod seed;
pub mod shell;
pub mod tap;
pub mod traffic;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use portico_gateway::settings::{GatewayFile, GatewaySection};
use tokio::net::TcpListener;

pub use cast::{HOST_ID, PERSON, Person};
use mini_program::MiniProgram;
use traffic::Traffic;

/// The port that the gateway takes unless that is busy.
const GATEWAY_PORT: u16 = 8090;

/// Where the demo listens unless told otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// What the server is to be started with.
pub struct Plan {
    /// The public listener, bound; the issuer names its port.
    pub listener: TcpListener,
    /// The issuer, `http://localhost:PORT`, without a slash at its end.
    pub issuer: String,
    /// An empty folder that is deleted when the demo ends.
    pub data: PathBuf,
    /// The line to show on the sign-in page: whom one can sign in as. Text between backticks is code.
    pub sign_in_notice: String,
    /// What goes around the public router.
    pub face: Face,
    /// The gateway's listener, bound.
    pub gateway: TcpListener,
    /// What the gateway is configured for.
    pub routes: GatewaySection,
}

/// The demo's own routes and the tap, to be put around the public router.
pub struct Face {
    shell: Router,
    traffic: Arc<Traffic>,
}

impl Face {
    /// The public router with each request reported to the panel, and the shell at `/`, `/demo/…` and `/sdk/…`.
    pub fn around(self, public: Router) -> Router {
        tap::over(public, self.traffic, "portico").merge(self.shell)
    }
}

/// A server that runs.
pub struct Running {
    /// Where the admin API is, such as `http://127.0.0.1:8081`, without a slash at its end.
    pub admin_url: String,
    /// The operator's bearer token.
    pub admin_token: String,
    /// Completes when the server has stopped.
    pub stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Runs the demo until the server that `start` starts has stopped. A port that is busy moves to a free one; the
/// address to open is printed to standard output.
///
/// # Errors
///
/// One clear line: `listen` is not an address of this machine, nothing can be bound, the server does not start, or
/// does not accept the registrations.
pub async fn run<S, F, E>(listen: &str, start: S) -> Result<(), String>
where
    S: FnOnce(Plan) -> F,
    F: Future<Output = Result<Running, E>>,
    E: std::fmt::Display,
{
    let listener = listen::near(listen).await?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let issuer = format!("http://localhost:{port}");
    let mut stages = Vec::new();
    for cast in &cast::CAST {
        stages.push(mini_program::Stage::bind(cast).await?);
    }
    let data =
        tempfile::Builder::new().prefix("portico-demo-").tempdir().map_err(|error| error.to_string())?;
    let shop = listen::on(0).await.map_err(|error| error.to_string())?;
    let gateway = listen::on(GATEWAY_PORT).await.map_err(|error| error.to_string())?;
    let (shop_url, gateway_url) = (url(&shop)?, url(&gateway)?);
    let traffic = Arc::new(Traffic::new());
    let shell = shell::routes(&issuer, &stages, Arc::clone(&traffic));
    let running = start(Plan {
        listener,
        issuer: issuer.clone(),
        data: data.path().to_owned(),
        sign_in_notice: format!("Use `{}` and `{}`.", PERSON.username, PERSON.password),
        face: Face { shell, traffic: Arc::clone(&traffic) },
        gateway,
        routes: routes(&shop_url)?,
    })
    .await
    .map_err(|error| error.to_string())?;
    tokio::spawn(merchant::serve(shop, Arc::clone(&traffic)));
    let secrets = seed::seed(&running.admin_url, &running.admin_token, &issuer, &stages, &shop_url).await?;
    let mut addresses: Vec<_> = stages.iter().map(|stage| (stage.cast.name, stage.origin.clone())).collect();
    addresses.push(("The gateway before the marketplace's back end", gateway_url.clone()));
    for (stage, client_secret) in stages.into_iter().zip(secrets) {
        let program =
            MiniProgram::new(stage.cast, &issuer, client_secret, &gateway_url, Arc::clone(&traffic))?;
        tokio::spawn(program.serve(stage.listener));
    }
    tokio::spawn(close_on_signal(Arc::clone(&traffic)));
    crate::serve::announce(&announced(&issuer, &addresses));
    running.stopped.await;
    Ok(())
}

fn url(listener: &TcpListener) -> Result<String, String> {
    listener.local_addr().map(|address| format!("http://{address}")).map_err(|error| error.to_string())
}

/// What the gateway is configured for, with the shop behind it at this address.
fn routes(shop: &str) -> Result<GatewaySection, String> {
    let file = GatewayFile::read(&merchant::GATEWAY.replace("UPSTREAM", shop));
    file.map(|file| file.section()).map_err(|error| error.to_string())
}

/// Ends the panels' streams when the process is asked to stop, since a server waits for what it still answers.
async fn close_on_signal(traffic: Arc<Traffic>) {
    use tokio::signal::unix::{SignalKind, signal};
    if let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        traffic.close();
    }
}

fn announced(issuer: &str, addresses: &[(&str, String)]) -> String {
    let addresses: String = addresses.iter().map(|(name, origin)| format!("  {name}: {origin}\n")).collect();
    format!(
        "portico demo: open {issuer}\n  sign in as {}, password {}\n{addresses}  \
         Ctrl-C ends it and deletes its store.\n",
        PERSON.username, PERSON.password
    )
}
