//! A PostgreSQL server of the bench's own, with every commit on disk; thrown away at the end.

use super::family;
use crate::failure::{During, Failure, Outcome};
use crate::process;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Debian keeps each version's programs here, out of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The account that runs the server where this program is root, which PostgreSQL refuses to be.
const ACCOUNT: &str = "postgres";

/// What is set apart from the defaults: room for the nodes' connections, for a million sessions, and
/// for checkpoints that do not fall into every measurement.
const SETTINGS: &str = "-c max_connections=200 -c shared_buffers=512MB -c max_wal_size=4GB";

/// A running server.
pub(crate) struct Postgres {
    programs: PathBuf,
    port: u16,
    folder: TempDir,
}

impl Postgres {
    /// Makes an empty database and starts its server on a free port of loopback.
    pub(crate) fn start(programs: Option<&Path>) -> Outcome<Self> {
        let programs = programs.map_or_else(newest, |folder| Ok(folder.to_owned()))?;
        let mut folder = tempfile::Builder::new();
        // The server's account must be able to pass.
        let folder = folder.prefix("portico-bench-postgres-").permissions(Permissions::from_mode(0o755));
        let postgres = Self { programs, port: free_port()?, folder: folder.tempdir().during("a folder")? };
        postgres.make()?;
        postgres.go_on()?;
        postgres.ask_in("postgres", "create database portico")?;
        Ok(postgres)
    }

    /// The address of the store.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{ACCOUNT}@127.0.0.1:{}/portico?sslmode=disable", self.port)
    }

    /// What the server answers to a query, one line a row and `|` between columns.
    pub(crate) fn ask(&self, query: &str) -> Outcome<String> {
        self.ask_in("portico", query)
    }

    /// The processes of the server, the first of which is the father of the others.
    pub(crate) fn processes(&self) -> Outcome<Vec<u32>> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).during("postmaster.pid")?;
        let first = text.lines().next().and_then(|line| line.trim().parse().ok());
        let first = first.ok_or_else(|| Failure("postmaster.pid names no process".into()))?;
        family::of(first)
    }

    /// CPU time of the server so far, connections that are closed included.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        family::cpu(&self.processes()?)
    }

    /// Bytes that the server has written to its log so far.
    pub(crate) fn log_written(&self) -> Outcome<u64> {
        let written = self.ask("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")?;
        written.parse().during("the server's log")
    }

    /// Ends the server as an administrator does; it disconnects everybody.
    pub(crate) fn stop(&self) -> Outcome<()> {
        self.control(&["-m", "fast", "-w", "stop"])
    }

    /// Starts it, again or for the first time, and waits until it takes connections.
    pub(crate) fn go_on(&self) -> Outcome<()> {
        let own = self.own();
        let own = own.to_string_lossy();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={own} {SETTINGS}",
            self.port
        );
        let log = format!("{own}/log");
        self.control(&["-o", &options, "-l", &log, "-w", "start"])
    }

    /// The median time of writing a page to the disk that the database lies on.
    pub(crate) fn sync_time(&self) -> Outcome<Duration> {
        use std::io::{Seek, SeekFrom, Write};
        const TIMES: usize = 200;
        let mut file = fs::File::create(self.folder.path().join("sync")).during("a file to sync")?;
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let begin = std::time::Instant::now();
            file.seek(SeekFrom::Start(0)).during("a file to sync")?;
            file.write_all(&[7; 8192]).during("a file to sync")?;
            file.sync_data().during("a file to sync")?;
            times.push(begin.elapsed());
        }
        times.sort_unstable();
        Ok(times[TIMES / 2])
    }

    fn ask_in(&self, database: &str, query: &str) -> Outcome<String> {
        let port = self.port.to_string();
        let place = ["-h", "127.0.0.1", "-p", &port, "-U", ACCOUNT, "-d", database];
        let mut psql = Command::new(self.program("psql"));
        let output = psql.args(place).args(["-XAtqc", query]).output().during("psql")?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(Failure(format!("psql: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }

    fn make(&self) -> Outcome<()> {
        let own = self.own();
        fs::create_dir(&own).during("a folder for the database")?;
        if is_root()? {
            let chown = Command::new("chown").arg(ACCOUNT).arg(&own).status().during("chown")?;
            if !chown.success() {
                return Err(Failure(format!("no account {ACCOUNT}: apt-get install postgresql")));
            }
        }
        let data = self.data();
        self.run("initdb", &["-A", "trust", "-U", ACCOUNT, "-N", "-D", &data.to_string_lossy()])
    }

    fn control(&self, arguments: &[&str]) -> Outcome<()> {
        let data = self.data();
        let data = data.to_string_lossy();
        let all: Vec<&str> = ["-D", &data].iter().chain(arguments).copied().collect();
        self.run("pg_ctl", &all)
    }

    /// Runs one of the server's programs as somebody who may.
    fn run(&self, program: &str, arguments: &[&str]) -> Outcome<()> {
        let path = self.program(program);
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", ACCOUNT, "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let quiet = command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        if quiet.status().during(program)?.success() {
            return Ok(());
        }
        let log = fs::read_to_string(self.own().join("log")).unwrap_or_default();
        Err(Failure(format!("{program} failed: {}", log.lines().last().unwrap_or("it said nothing"))))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    fn own(&self) -> PathBuf {
        self.folder.path().join("own")
    }

    fn data(&self) -> PathBuf {
        self.own().join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that was paused does not hear that it is to end.
        let _ = self.processes().and_then(|all| process::signal("CONT", &all));
        let _ = self.control(&["-m", "immediate", "-w", "stop"]);
    }
}

fn newest() -> Outcome<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter(|path| path.join("bin/initdb").is_file()).max_by_key(number);
    let none = || Failure("no PostgreSQL server: apt-get install postgresql, or --postgres DIR".into());
    newest.map(|path| path.join("bin")).ok_or_else(none)
}

fn is_root() -> Outcome<bool> {
    Ok(fs::metadata("/proc/self").during("this program's account")?.uid() == 0)
}

/// A port of loopback that nobody listens on.
pub(crate) fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").during("a free port")?;
    Ok(listener.local_addr().during("a free port")?.port())
}
