//! NATS with JetStream.

use std::path::Path;

use super::{Services, free_port, unprivileged};

/// Where Debian puts it.
const PROGRAM: &str = "/usr/sbin/nats-server";

pub(crate) fn is_installed() -> bool {
    Path::new(PROGRAM).is_file()
}

pub(super) fn start(services: &mut Services) -> Result<(), String> {
    let (folder, port) = (services.folder("nats")?, free_port()?);
    let mut server = unprivileged(PROGRAM);
    server.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(folder);
    services.run("nats-server", server, port)?;
    services.tell("PORTICO_TEST_NATS", format!("nats://127.0.0.1:{port}"));
    Ok(())
}
