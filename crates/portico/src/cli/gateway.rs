//! `gateway`, `gateway check` and `gateway try`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use portico_gateway::Gateway;
use portico_gateway::explain::explain;
use portico_gateway::settings::{GatewayFile, GatewaySection};

use super::server::{in_runtime, log_to_stderr};
use super::{failed, trial};
use crate::config::Config;
use crate::serve::{self, Alone};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct GatewayFlags {
    /// The configuration file (TOML): routes, and what makes it a node: issuer, store, bus, master_key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<GatewayCommand>,
}

#[derive(Debug, Subcommand)]
enum GatewayCommand {
    /// Say in words what a configuration does, or what is wrong with it
    Check {
        /// The configuration file (TOML), of a gateway by itself or of a server with [gateway]
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show one request before and after, without sending it anywhere
    Try(trial::TryFlags),
}

/// Runs the gateway until a signal, or looks at a configuration.
pub(super) fn gateway(flags: GatewayFlags) -> ExitCode {
    match (flags.command, flags.config) {
        (Some(GatewayCommand::Check { file }), _) => check(&file),
        (Some(GatewayCommand::Try(flags)), _) => trial::attempt(flags),
        (None, Some(file)) => run(file),
        (None, None) => failed("gateway needs --config FILE", 2),
    }
}

fn check(file: &Path) -> ExitCode {
    match routes(file) {
        Ok(gateway) => match write!(std::io::stdout(), "{}", explain(&gateway)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(line) => failed(&line, 2),
    }
}

fn run(file: PathBuf) -> ExitCode {
    let alone = match alone(file) {
        Ok(alone) => alone,
        Err(line) => return failed(&line, 2),
    };
    log_to_stderr(&alone.config.log.filter);
    in_runtime(async { serve::gateway(alone).await.map_err(|error| error.to_string()) })
}

fn alone(file: PathBuf) -> Result<Alone, String> {
    let keys = GatewayFile::read(&text(&file)?).map_err(|error| in_file(&file, &error.0))?;
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::of_gateway(&file, &keys, environment).map_err(|error| error.0)?;
    let (gateway, admin_listen) = (routes(&file)?, keys.admin_listen);
    Ok(Alone { config, gateway, reread: Box::new(move || routes(&file)), admin_listen })
}

/// The routes of a file: of a gateway by itself, or of a server with `[gateway]`. Files that a relative path names
/// are looked for from where the command runs.
pub(super) fn routes(file: &Path) -> Result<Gateway, String> {
    let text = text(file)?;
    let table: Option<toml::Table> = toml::from_str(&text).ok();
    let section = match table.and_then(|mut table| table.remove("gateway")) {
        Some(section) => {
            section.try_into::<GatewaySection>().map_err(|error| in_file(file, error.message()))?
        }
        None => GatewayFile::read(&text).map_err(|error| in_file(file, &error.0))?.section(),
    };
    Gateway::try_from(section).map_err(|error| in_file(file, &error.0))
}

fn text(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn in_file(file: &Path, line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}: {line}", file.display())
}
