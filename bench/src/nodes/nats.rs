//! A NATS server of the bench's own.

use super::postgres::free_port;
use crate::failure::{During, Failure, Outcome};
use crate::figure::Cpu;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server; ended when dropped.
pub(crate) struct Nats {
    child: Child,
    port: u16,
    monitor: u16,
}

/// What has gone over the server so far, its own protocol's words not counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traffic {
    /// Messages from nodes.
    pub(crate) messages_in: f64,
    /// Messages to nodes: one for each that receives.
    pub(crate) messages_out: f64,
    pub(crate) bytes_in: f64,
    pub(crate) bytes_out: f64,
}

impl Nats {
    /// Starts a server on free ports of loopback.
    pub(crate) fn start(program: &Path) -> Outcome<Self> {
        let (port, monitor) = (free_port()?, free_port()?);
        let ports = ["-p", &port.to_string(), "-m", &monitor.to_string()];
        let child = Command::new(program)
            .args(["-a", "127.0.0.1"])
            .args(ports)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .during("nats-server (apt-get install nats-server, or --nats FILE)")?;
        let nats = Self { child, port, monitor };
        let begin = Instant::now();
        while nats.traffic().is_err() {
            if begin.elapsed() > PATIENCE {
                return Err(Failure("nats-server does not start".into()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(nats)
    }

    /// The address of the bus.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// CPU time of the server so far.
    pub(crate) fn cpu(&self) -> Outcome<Cpu> {
        Cpu::of(self.child.id())
    }

    /// Its counters.
    pub(crate) fn traffic(&self) -> Outcome<Traffic> {
        let told = self.monitored("/varz").during("the monitoring of nats-server")?;
        let (_, body) = told.split_once("\r\n\r\n").unwrap_or_default();
        let told: Value = serde_json::from_str(body).during("the monitoring of nats-server")?;
        let number =
            |name: &str| told[name].as_f64().ok_or_else(|| Failure(format!("nats-server: no {name}")));
        Ok(Traffic {
            messages_in: number("in_msgs")?,
            messages_out: number("out_msgs")?,
            bytes_in: number("in_bytes")?,
            bytes_out: number("out_bytes")?,
        })
    }

    /// HTTP/1.0, so that the answer comes in one piece and ends with the connection.
    fn monitored(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.monitor)))?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Traffic {
    /// What has gone over it since then.
    pub(crate) fn since(self, earlier: Self) -> Self {
        self.with(earlier, |now, then| now - then)
    }

    /// The same number of times this.
    pub(crate) fn times(self, factor: f64) -> Self {
        self.with(self, |own, _| own * factor)
    }

    fn with(self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            messages_in: of(self.messages_in, other.messages_in),
            messages_out: of(self.messages_out, other.messages_out),
            bytes_in: of(self.bytes_in, other.bytes_in),
            bytes_out: of(self.bytes_out, other.bytes_out),
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
