//! Several proxies in front of one upstream, asked in turn.

use crate::bare;
use crate::failure::{During, Failure, Outcome};
use crate::figure::Cpu;
use crate::load::{Expected, Load, Slice};
use crate::measure::race::Rounds;
use crate::options::Amount;
use crate::process::{self, Process};
use crate::report::Cost;
use bytes::Bytes;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// A proxy under load.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

/// What is asked of all of them.
pub(crate) struct Task {
    pub(crate) requests: Arc<[Bytes]>,
    /// Requests of one round.
    pub(crate) count: usize,
    pub(crate) expected: Expected,
}

impl Contender {
    /// A process of this program that passes on to this upstream: a role of `relay`.
    pub(crate) fn relay(
        name: &'static str,
        role: &str,
        cores: &str,
        upstream: SocketAddr,
        folder: &Path,
    ) -> Outcome<Self> {
        let (process, address) = own(cores, &["relay", role, &upstream.to_string()], &folder.join(role))?;
        Ok(Self { name, process, address })
    }
}

/// An upstream that answers with so many bytes.
pub(crate) fn upstream(cores: &str, bytes: usize, folder: &Path) -> Outcome<(Process, SocketAddr)> {
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    own(cores, &["bare", &bare::constant(200, &headers, bytes)], &folder.join("upstream"))
}

/// An upstream that answers with what it was sent.
pub(crate) fn echo(cores: &str, folder: &Path) -> Outcome<(Process, SocketAddr)> {
    own(cores, &["relay", "echo", "127.0.0.1:0"], &folder.join("echo"))
}

/// A process of this program.
fn own(cores: &str, arguments: &[&str], log: &Path) -> Outcome<(Process, SocketAddr)> {
    let own = std::env::current_exe().during("this program")?;
    let process = Process::start(cores, &own, arguments, log)?;
    let address = process::addresses(&process.ready).first().copied();
    let address = address.ok_or_else(|| Failure(format!("{} names no address", arguments[0])))?;
    Ok((process, address))
}

/// What each of them costs, in their order.
pub(crate) async fn run(contenders: &[Contender], task: &Task, amount: Amount) -> Outcome<Vec<Cost>> {
    let slice = Slice { first: 0, count: task.count };
    let mut loads = Vec::new();
    for contender in contenders {
        let mut load = Load::open(contender.address, amount.connections, amount.sleep).await?;
        load.round(&task.requests, slice, task.expected).await.during(contender.name)?;
        loads.push((load, Rounds::default()));
    }
    for _ in 0..amount.rounds {
        for (contender, (load, rounds)) in contenders.iter().zip(&mut loads) {
            let begin = Cpu::of(contender.process.id())?;
            let seen = load.round(&task.requests, slice, task.expected).await.during(contender.name)?;
            rounds.add(&seen, Cpu::of(contender.process.id())?.since(&begin), task.count);
        }
    }
    Ok(loads.iter().map(|(_, rounds)| rounds.cost()).collect())
}
