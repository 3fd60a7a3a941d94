//! HAProxy in front of the nodes.

use portico_bench::failure::{During, Failure, Outcome};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A load balancer; stopped when dropped.
pub(crate) struct Balancer(Child);

impl Balancer {
    /// Starts it with the configuration that operators get, at this address, before these nodes.
    pub(crate) fn start(configuration: &Path, at: SocketAddr, nodes: &[SocketAddr]) -> Outcome<Self> {
        let mut command = Command::new("haproxy");
        command.args(["-db", "-f"]).arg(configuration).env("PORTICO_BIND", at.to_string());
        for (index, node) in nodes.iter().enumerate() {
            command.env(format!("PORTICO_NODE_{}", index + 1), node.to_string());
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut balancer = Self(command.spawn().during("starting haproxy (apt-get install haproxy)")?);
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if balancer.0.try_wait().during("starting haproxy")?.is_some() {
                break;
            }
            if TcpStream::connect_timeout(&at, PATIENCE).is_ok() {
                return Ok(balancer);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(Failure(format!("haproxy does not listen; does it take {}?", configuration.display())))
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
