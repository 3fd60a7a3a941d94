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
    let fixed = Fixed::read(&file)?;
    let reread = move || fixed.same(&file).and_then(|()| routes(&file));
    Ok(Alone { config, gateway, reread: Box::new(reread), admin_listen })
}

/// What a configuration file says beside routes: it is read at the start alone.
pub(super) struct Fixed(toml::Table);

impl Fixed {
    /// As the file says it now.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = text(file)?;
        let mut table: toml::Table =
            toml::from_str(&text).map_err(|error: toml::de::Error| in_file(file, error.message()))?;
        table.remove("route");
        if let Some(toml::Value::Table(gateway)) = table.get_mut("gateway") {
            gateway.remove("route");
        }
        Ok(Self(table))
    }

    /// Refuses where the file says something else by now, and names the first key that differs.
    pub(super) fn same(&self, file: &Path) -> Result<(), String> {
        match differing(&self.0, &Self::read(file)?.0) {
            None => Ok(()),
            Some(key) => Err(in_file(
                file,
                &format!("only routes are read anew; `{key}` has changed, which needs a restart"),
            )),
        }
    }
}

/// The first key, with those that it lies in, at which two tables differ.
fn differing(before: &toml::Table, now: &toml::Table) -> Option<String> {
    let keys = before.keys().chain(now.keys());
    keys.filter(|key| before.get(*key) != now.get(*key)).find_map(|key| {
        match (before.get(key), now.get(key)) {
            (Some(toml::Value::Table(before)), Some(toml::Value::Table(now))) => {
                differing(before, now).map(|inner| format!("{key}.{inner}"))
            }
            _ => Some(key.clone()),
        }
    })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_a_route_is_named_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portico.toml");
        let write = |text: &str| std::fs::write(&file, text).unwrap();
        let before =
            "issuer = \"https://a\"\n[sessions]\nidle = \"1 h\"\n[gateway]\nlisten = \"127.0.0.1:1\"\n";
        write(before);
        let fixed = Fixed::read(&file).unwrap();
        write(&format!("{before}[[gateway.route]]\nhost = \"shop\"\n"));
        assert_eq!(fixed.same(&file), Ok(()));
        for (from, to, key) in [
            ("127.0.0.1:1", "127.0.0.1:2", "`gateway.listen`"),
            ("1 h", "2 h", "`sessions.idle`"),
            ("issuer = \"https://a\"\n", "", "`issuer`"),
        ] {
            write(&before.replace(from, to));
            assert!(fixed.same(&file).unwrap_err().contains(key), "{key}");
        }
    }
}
