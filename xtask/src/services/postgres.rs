//! PostgreSQL, with a certificate for `localhost` from an authority made for this run.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, Services, free_port, quietly, unprivileged};
use crate::command::program;

/// Where Debian puts the latest server that is installed.
pub(crate) fn bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let latest = versions.map(|entry| entry.path()).max_by_key(|path| number(path))?;
    Some(latest.join("bin")).filter(|bin| bin.join("initdb").is_file())
}

/// Starts it and answers its port. Nothing in it outlives the run, so nothing waits for the disk.
pub(super) fn start(services: &mut Services) -> Result<u16, String> {
    let bin = bin().ok_or("PostgreSQL is not installed")?;
    let folder = services.folder("postgres")?;
    let data = folder.join("data");
    quietly(unprivileged(bin.join("initdb")).args(["-A", "trust", "-U", "postgres", "-N", "-D"]).arg(&data))?;
    let authority = certify(&folder)?;
    let port = free_port()?;
    let mut server = unprivileged(bin.join("postgres"));
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for (name, value) in [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "500"),
        ("fsync", "off"),
        ("ssl", "on"),
        ("ssl_cert_file", &folder.join("server.pem").to_string_lossy()),
        ("ssl_key_file", &folder.join("server.key").to_string_lossy()),
    ] {
        server.args(["-c", &format!("{name}={value}")]);
    }
    services.run("postgres", server, port)?;
    let begun = Instant::now();
    let address = ["-q", "-h", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned);
    while quietly(program(bin.join("pg_isready"), Path::new("/")).args(&address)).is_err() {
        if begun.elapsed() > PATIENCE {
            return Err("postgres does not become ready".to_owned());
        }
        thread::sleep(Duration::from_millis(50));
    }
    services.tell("PORTICO_TEST_POSTGRES", format!("postgres://postgres@127.0.0.1:{port}/postgres"));
    services.tell("PORTICO_TEST_POSTGRES_CA", authority.to_string_lossy());
    Ok(port)
}

/// An authority and what it signed for the server. The server takes a key only from its own user.
fn certify(folder: &Path) -> Result<PathBuf, String> {
    let openssl = |line: &str| {
        let mut command = unprivileged("openssl");
        quietly(command.args(line.split(' ')).current_dir(folder))
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority \
         -addext basicConstraints=critical,CA:TRUE"
    ))?;
    openssl(&format!(
        "req -x509 {key} -keyout server.key -out server.pem -days 2 -subj /CN=localhost -CA ca.pem \
         -CAkey ca.key -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
    ))?;
    Ok(folder.join("ca.pem"))
}
