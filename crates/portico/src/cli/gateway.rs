//! `gateway`, `gateway check` and `gateway try`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use portico_gateway::Gateway;
use portico_gateway::explain::explain;
use portico_gateway::settings::{GatewayFile, GatewaySection};

use super::server::{environment, in_runtime, load, log_to_stderr};
use super::{failed, trial};
use crate::config::{Config, Flags};
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
    let (gateway, lacking) = match routes(file).and_then(|gateway| Ok((gateway, lacking(file)?))) {
        Ok(whole) => whole,
        Err(line) => return failed(&line, 2),
    };
    in_runtime(async {
        serve::usable(&gateway).map_err(|line| in_file(file, &line))?;
        let mut said = explain(&gateway);
        if !lacking.is_empty() {
            let keys = lacking.join(", ");
            said += &format!("\nTo run by itself it still needs {keys}, the same as the servers have.\n");
        }
        write!(std::io::stdout(), "{said}").map_err(|error| error.to_string())
    })
}

/// What the file and the environment lack for a gateway by itself; nothing of a server's. Refuses what neither would
/// start with.
fn lacking(file: &Path) -> Result<Vec<&'static str>, String> {
    let text = text(file)?;
    if toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.contains_key("gateway")) {
        return load(Some(file.to_owned()), &Flags::default()).map(|_| vec![]).map_err(|error| error.0);
    }
    let (_, config) = of_node(file)?;
    serve::lacking(&config).map_err(|error| in_file(file, &error.to_string()))
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
    let (keys, config) = of_node(&file)?;
    let (gateway, admin_listen) = (routes(&file)?, keys.admin_listen);
    let fixed = Fixed::read(&file)?;
    // What is wrong with the file is said before what has changed.
    let reread = move || routes(&file).and_then(|gateway| fixed.same(&file).map(|()| gateway));
    Ok(Alone { config, gateway, reread: Box::new(reread), admin_listen })
}

/// What a gateway's own file says of it, and of it as a node.
fn of_node(file: &Path) -> Result<(GatewayFile, Config), String> {
    let keys = GatewayFile::read(&text(file)?).map_err(|error| in_file(file, &error.0))?;
    let config = Config::of_gateway(file, &keys, environment()).map_err(|error| error.0)?;
    Ok((keys, config))
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
    format!("{}: {}", file.display(), slip(&line).unwrap_or(line))
}

/// An unknown key with the nearest known one in place of all of them, as the server's configuration says it.
fn slip(line: &str) -> Option<String> {
    let (place, rest) = line.split_once("unknown field `")?;
    let (key, known) = rest.split_once("`, expected ")?;
    let like = |known: &str| strsim::jaro_winkler(known, key);
    let nearest = known.split('`').skip(1).step_by(2).max_by(|a, b| like(a).total_cmp(&like(b)))?;
    Some(format!("{place}unknown key '{key}'; did you mean '{nearest}'?"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_known_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.toml");
        for (text, said) in [
            ("[[route]]\nhots = \"x\"\n", "line 2: unknown key 'hots'; did you mean 'host'?"),
            ("[gateway]\nlisen = \"x\"\n", "unknown key 'lisen'; did you mean 'listen'?"),
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(routes(&file).unwrap_err(), format!("{}: {said}", file.display()));
        }
    }

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
