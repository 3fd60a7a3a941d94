//! The services that some tests need: started for a run, known to the tests by variables, stopped
//! at its end. Every one listens on a free port of loopback and keeps its files in a folder that
//! goes with it.

pub(crate) mod nats;
pub(crate) mod pgbouncer;
pub(crate) mod postgres;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{printed, program};

/// How long a service has to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Services that run. They are stopped when this is dropped.
pub(crate) struct Services {
    folder: PathBuf,
    /// In the order in which they were started.
    running: Vec<Child>,
    variables: Vec<(&'static str, String)>,
}

impl Services {
    /// Starts all of them. The error is one line.
    pub(crate) fn start() -> Result<Self, String> {
        // Others than this user must get through to it: PostgreSQL refuses to run as root.
        let folder = Path::new("/var/tmp").join(format!("portico-services-{}", std::process::id()));
        let mut services = Self { folder, running: Vec::new(), variables: Vec::new() };
        fs::create_dir(&services.folder)
            .map_err(|error| format!("{}: {error}", services.folder.display()))?;
        let server = postgres::start(&mut services)?;
        pgbouncer::start(&mut services, server)?;
        nats::start(&mut services)?;
        Ok(services)
    }

    /// What the tests are told.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }

    fn tell(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    /// A folder of this service's own, which the user that it runs as may write to.
    fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.folder.join(name);
        let mut command = program("install", Path::new("."));
        command.arg("-d");
        if is_root() {
            command.args(["-o", "postgres", "-g", "postgres"]);
        }
        quietly(command.arg(&folder))?;
        Ok(folder)
    }

    /// Starts a service and waits until it answers on this port.
    fn run(&mut self, name: &str, mut command: Command, port: u16) -> Result<(), String> {
        let log = self.folder.join(format!("{name}.log"));
        let file = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let to_log = || file.try_clone().map(Stdio::from).map_err(|error| error.to_string());
        command.stdout(to_log()?).stderr(to_log()?);
        let child = command.spawn().map_err(|error| format!("{name} cannot be started: {error}"))?;
        self.running.push(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.running.last_mut().and_then(|child| child.try_wait().ok().flatten());
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let last = said.lines().last().unwrap_or("it said nothing");
                return Err(format!("{name} did not start: {last}"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // Whoever was started last may use whoever was started before.
        while let Some(mut child) = self.running.pop() {
            stop(&mut child);
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            println!("{}: {error}", self.folder.display());
        }
    }
}

/// Asks it to stop, and does not ask where that is not heard.
fn stop(child: &mut Child) {
    let mut ask = program("kill", Path::new("."));
    ask.args(["-INT", &child.id().to_string()]);
    let asked = quietly(&mut ask);
    let begun = Instant::now();
    while asked.is_ok() && begun.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            _ => return,
        }
    }
    // It may have ended by itself by now.
    let _ = child.kill();
    let _ = child.wait();
}

/// A program as a user that is not root.
fn unprivileged(name: impl AsRef<Path>) -> Command {
    let name = name.as_ref();
    if !is_root() {
        return program(name, Path::new("/"));
    }
    let mut command = program("setpriv", Path::new("/"));
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(name);
    command
}

fn is_root() -> bool {
    printed("id", &["-u"]).is_some_and(|id| id.trim() == "0")
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}

/// Runs to the end; what it says is only told if it fails.
fn quietly(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} cannot be started: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{name}: {}", said.lines().last().unwrap_or("it failed")))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    #[ignore = "needs PostgreSQL, pgbouncer and NATS: cargo xtask test"]
    fn services_answer_while_they_run_and_leave_nothing_behind() {
        let services = Services::start().unwrap();
        let names: Vec<_> = services.variables().map(|(name, _)| name).collect();
        for name in ["POSTGRES", "POSTGRES_CA", "PGBOUNCER", "NATS"] {
            assert!(names.contains(&format!("PORTICO_TEST_{name}").as_str()), "{names:?}");
        }
        let port =
            |address: &str| address.rsplit(':').next().unwrap().split('/').next().unwrap().parse::<u16>();
        let ports: Vec<_> = services.variables().filter_map(|(_, value)| port(value).ok()).collect();
        assert_eq!(ports.len(), 3);
        let folder = services.folder.clone();
        assert!(folder.join("postgres/ca.pem").is_file());
        drop(services);
        assert!(!folder.exists());
        for port in ports {
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{port}");
        }
    }
}
