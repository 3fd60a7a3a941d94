//! HAProxy in front of the nodes.

use portico_bench::failure::{During, Failure, Outcome};
use std::fs;
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
    /// Starts it with the configuration that operators get but for TLS, at this address, before these nodes.
    /// What it is told goes into a file of this folder.
    pub(crate) fn start(
        configuration: &Path,
        folder: &Path,
        at: SocketAddr,
        nodes: &[SocketAddr],
    ) -> Outcome<Self> {
        let text = fs::read_to_string(configuration).during(&configuration.display().to_string())?;
        let file = folder.join("haproxy.cfg");
        fs::write(&file, plain(&text)).during("the balancer's configuration")?;
        let mut command = Command::new("haproxy");
        command.args(["-db", "-f"]).arg(file).env("PORTICO_BIND", at.to_string());
        for (index, node) in nodes.iter().enumerate() {
            command.env(format!("NODE_{}", index + 1), node.to_string());
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

/// The configuration without TLS towards clients, and without the listener for whoever watches the machine.
fn plain(text: &str) -> String {
    let figures = text.find("\nfrontend figures").unwrap_or(text.len());
    let mut plain = String::new();
    for line in text[..figures].lines() {
        plain.push_str(line.split(" ssl crt ").next().unwrap_or(line));
        plain.push('\n');
    }
    plain
}

impl Drop for Balancer {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_loses_its_certificate_and_the_rest_stays() {
        let text =
            "frontend people\n    bind \"${B}\" ssl crt \"${C}\" alpn h2\n    x\n\nfrontend figures\n    y\n";
        assert_eq!(plain(text), "frontend people\n    bind \"${B}\"\n    x\n");
    }
}
