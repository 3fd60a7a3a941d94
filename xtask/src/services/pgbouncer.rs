//! pgbouncer in transaction mode: it leads to any database of the server by its name.

use std::fs;
use std::path::Path;

use super::{Services, free_port, unprivileged};

/// Where Debian puts it.
const PROGRAM: &str = "/usr/sbin/pgbouncer";

pub(crate) fn is_installed() -> bool {
    Path::new(PROGRAM).is_file()
}

pub(super) fn start(services: &mut Services, server: u16) -> Result<(), String> {
    let port = free_port()?;
    let file = services.folder.join("pgbouncer.ini");
    let settings = format!(
        "[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
max_client_conn = 400
autodb_idle_timeout = 5
server_idle_timeout = 2
"
    );
    fs::write(&file, settings).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut proxy = unprivileged(PROGRAM);
    proxy.arg(&file);
    services.run("pgbouncer", proxy, port)?;
    services.tell("PORTICO_TEST_PGBOUNCER", format!("postgres://postgres@127.0.0.1:{port}/postgres"));
    Ok(())
}
