//! `serve`, `demo` and `config`.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use portico_gateway::Gateway;
use rustix::process::{Resource, getrlimit, setrlimit};
use tracing_subscriber::EnvFilter;

use super::failed;
use super::gateway::Fixed;
use crate::config::{BusFlag, Config, ConfigError, Flags, reference};
use crate::serve::{Extras, ServeError, start};
use crate::{config, demo, serve};

#[derive(Debug, Args)]
pub(super) struct ServeFlags {
    /// The folder that holds database, master key and admin token [default: ./portico-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where people, hosts and apps reach Portico [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Where the admin API is served [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDR")]
    admin_listen: Option<SocketAddr>,
    /// The address by which everyone knows this Portico [default: http:// and the address bound]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Where everything is kept, sqlite:PATH or postgres://USER@HOST:PORT/DATABASE [default: portico.db in the data folder]
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The bus between nodes that share a store, nats://HOST:PORT or tls://HOST:PORT
    #[arg(long, value_name = "URL")]
    bus: Option<String>,
    /// The operator's key [default: master.key in the data folder]
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,
    /// The configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct DemoFlags {
    /// Where to listen; a busy port moves to a free one
    #[arg(long, value_name = "ADDR", default_value = demo::DEFAULT_LISTEN)]
    listen: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Tell whether a configuration can be started with
    Check {
        /// The configuration file (TOML)
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the reference of all keys (Markdown)
    Reference,
}

/// Runs the server until a signal. Where it cannot start: one line, exit 2.
pub(super) fn serve(flags: ServeFlags) -> ExitCode {
    let file = flags.config;
    let flags = Flags {
        data: flags.data,
        listen: flags.listen,
        admin_listen: flags.admin_listen,
        issuer: flags.issuer,
        store: flags.store,
        bus: flags.bus.map(|url| BusFlag { url }),
        master_key: flags.master_key,
    };
    let config = match load(file.clone(), &flags) {
        Ok(config) => config,
        Err(error) => return failed(&error.0, 2),
    };
    log_to_stderr(&config.log.filter);
    let fixed = match file.as_deref().map(Fixed::read).transpose() {
        Ok(fixed) => fixed,
        Err(line) => return failed(&line, 2),
    };
    let reread = Box::new(move || {
        // What is wrong with the file is said before what has changed.
        let config = load(file.clone(), &flags).map_err(|error| error.0)?;
        let gateway = Gateway::try_from(config.gateway.0).map_err(|error| error.to_string())?;
        if let (Some(fixed), Some(file)) = (&fixed, &file) {
            fixed.same(file)?;
        }
        Ok(gateway)
    });
    in_runtime(async { serve::serve(config, reread).await.map_err(|error| error.to_string()) })
}

/// Runs the demo until a signal.
pub(super) fn demo(flags: DemoFlags) -> ExitCode {
    log_to_stderr("warn");
    in_runtime(demo::run(&flags.listen, start_demo))
}

async fn start_demo(plan: demo::Plan) -> Result<demo::Running, ServeError> {
    let config = Config {
        data: plan.data,
        admin_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        issuer: plan.issuer.parse().ok(),
        gateway: config::Gateway(plan.routes),
        ..Config::default()
    };
    let face = plan.face;
    let extras = Extras {
        listener: Some(plan.listener),
        sign_in_notice: Some(plan.sign_in_notice),
        around: Box::new(move |public| face.around(public)),
        gateway_listener: Some(plan.gateway),
        ..Extras::default()
    };
    let running = start(config, extras).await?;
    Ok(demo::Running {
        admin_url: running.admin_url.clone(),
        admin_token: running.admin_token.clone(),
        stopped: Box::pin(async move {
            if let Err(error) = running.until_signal().await {
                tracing::error!(%error, "the server stopped");
            }
        }),
    })
}

/// `config check` and `config reference`.
pub(super) fn config(command: ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Check { config } => match load(config, &Flags::default()) {
            Ok(_) => super::print(&serde_json::json!({ "ok": true })),
            Err(error) => failed(&error.0, 2),
        },
        ConfigCommand::Reference => match write!(std::io::stdout(), "{}", reference()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
    }
}

pub(super) fn load(file: Option<PathBuf>, flags: &Flags) -> Result<Config, ConfigError> {
    Config::load(file.as_deref(), environment(), flags)
}

/// The variables that are text.
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

pub(super) fn log_to_stderr(filter: &str) {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // Where somebody has set one up already, that one stays.
    let _ = subscriber.try_init();
}

/// Raises the number of files, sockets among them, that may be open to what this process is allowed: many shells begin
/// with 1,024. What cannot be raised stays.
fn open_many() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files stays as it is");
    }
}

pub(super) fn in_runtime(work: impl Future<Output = Result<(), String>>) -> ExitCode {
    open_many();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string(), 2),
    };
    match runtime.block_on(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => failed(&line, 2),
    }
}
