//! A throw-away NATS server.

use portico_bench::failure::{During, Failure, Outcome};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message server in a folder; stopped when dropped.
pub(crate) struct Nats {
    folder: PathBuf,
    address: SocketAddr,
    child: Option<Child>,
}

impl Nats {
    /// Starts one at this address.
    pub(crate) fn make(folder: &Path, host: Ipv4Addr, port: u16) -> Outcome<Self> {
        let mut server = Self { folder: folder.to_owned(), address: (host, port).into(), child: None };
        server.start()?;
        Ok(server)
    }

    /// The address of the bus for a node.
    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it and waits until it listens.
    pub(crate) fn start(&mut self) -> Outcome<()> {
        let (host, port) = (self.address.ip().to_string(), self.address.port().to_string());
        let mut command = Command::new("nats-server");
        command.args(["-a", &host, "-p", &port, "-l"]).arg(self.folder.join("nats.log"));
        command.arg("-P").arg(self.folder.join("nats.pid"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().during("starting nats-server")?);
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if TcpStream::connect_timeout(&self.address, PATIENCE).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(Failure("nats-server does not listen".into()))
    }

    /// Ends it at once.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.stop();
    }
}
