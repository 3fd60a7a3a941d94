//! A throw-away PostgreSQL.

use super::shell::run;
use portico_bench::failure::{During, Failure, Outcome};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Its own user: the server refuses root.
const USER: &str = "postgres";

/// A database server in a folder; stopped at once when dropped.
#[derive(Clone)]
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    sync: bool,
}

impl Postgres {
    /// Makes a database in `folder` and serves it at this address, for the network around it. Without
    /// `sync` it does not wait for the disk.
    pub(crate) fn make(folder: &Path, host: Ipv4Addr, port: u16, sync: bool) -> Outcome<Self> {
        let server =
            Self { programs: programs()?, folder: folder.join("pg"), address: (host, port).into(), sync };
        let data = server.folder.to_string_lossy();
        run("install", &["-d", "-o", USER, &data])?;
        server.as_user("initdb", &["-A", "trust", "-N", "-U", USER, "-D", &data])?;
        let hba = server.folder.join("pg_hba.conf");
        let mut text = fs::read_to_string(&hba).during("reading pg_hba.conf")?;
        text.push_str("host all all samenet trust\n");
        fs::write(&hba, text).during("writing pg_hba.conf")?;
        server.start()?;
        Ok(server)
    }

    /// The address of the store for a node.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@{}/{USER}", self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it and waits until it serves.
    pub(crate) fn start(&self) -> Outcome<()> {
        let sync = if self.sync { "on" } else { "off" };
        let (data, log) = (self.folder.to_string_lossy(), self.folder.join("log"));
        let options = format!(
            "-p {} -c listen_addresses={} -c unix_socket_directories={data} -c fsync={sync} \
             -c max_connections=200 -c shared_buffers=256MB",
            self.address.port(),
            self.address.ip()
        );
        let log = log.to_string_lossy();
        self.as_user("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "start"])
    }

    /// Ends it at once, as a crash does; what was committed is there when it starts again.
    pub(crate) fn stop(&self) -> Outcome<()> {
        self.as_user("pg_ctl", &["-D", &self.folder.to_string_lossy(), "-m", "immediate", "-w", "stop"])
    }

    fn as_user(&self, program: &str, arguments: &[&str]) -> Outcome<()> {
        let program = self.programs.join(program);
        let program = program.to_string_lossy();
        let script = r#"cd / && exec "$0" "$@" >/dev/null"#;
        let all = [&["-u", USER, "--", "sh", "-c", script, &program], arguments].concat();
        run("runuser", &all).map(drop)
    }
}

/// The server programs of the newest version that is installed.
fn programs() -> Outcome<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|entry| entry.path()).collect();
    versions.sort();
    let newest = versions.pop().ok_or_else(|| Failure("no PostgreSQL: apt-get install postgresql".into()))?;
    Ok(newest.join("bin"))
}
