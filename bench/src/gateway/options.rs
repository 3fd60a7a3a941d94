//! The command line of the gateway's part.

use crate::options::Amount;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What can be measured of the gateway.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// CPU time per request that is passed on unchanged
    PassThrough,
    /// CPU time per request whose token is validated and whose OpenID is swapped, there and back
    Swap,
    /// Memory under many kept connections and under a large body
    Memory,
}

#[derive(Args)]
pub(crate) struct Options {
    /// Measure this alone; can be said several times [default: everything]
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) only: Vec<Subject>,
    /// Fewer of everything, for a first look
    #[arg(long)]
    pub(crate) quick: bool,
    /// Rounds of each proxy, one after the other in turn [default: 15; quick 5]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=99))]
    pub(crate) rounds: Option<u16>,
    /// Connections of the load, each with one request in flight
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: u16,
    /// Kept connections for the memory figure [default: 10000; quick 2000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub(crate) clients: Option<u32>,
    /// Write all figures to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Print Markdown tables instead of plain ones
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Exit with 1 when a figure is over its limit
    #[arg(long)]
    pub(crate) check: bool,
    /// The server's binary [default: the release binary beside this one, built first]
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// The program node; without `npm ci` in bench/gateway, proxies of Node.js are left out
    #[arg(long, value_name = "FILE", default_value = "node")]
    pub(crate) node: PathBuf,
    /// The program nginx
    #[arg(long, value_name = "FILE", default_value = "/usr/sbin/nginx")]
    pub(crate) nginx: PathBuf,
}

impl Options {
    /// Whether this is to be measured.
    pub(crate) fn wants(&self, subject: Subject) -> bool {
        self.only.is_empty() || self.only.contains(&subject)
    }

    /// The amounts that go with these options.
    pub(crate) fn amount(&self) -> Amount {
        let pick = |quick, whole| if self.quick { quick } else { whole };
        Amount {
            people: pick(50, 200),
            apps: 2,
            rounds: self.rounds.map_or(pick(5, 15), usize::from),
            light: pick(6_000, 15_000),
            heavy: pick(3_000, 8_000),
            connections: usize::from(self.connections),
            sleep: false,
            sessions: 0,
            launches: 0,
            refreshes: 0,
            starts: 0,
            links: 0,
            among: 0,
            codes: 0,
        }
    }

    /// Kept connections for the memory figure.
    pub(crate) fn clients(&self) -> usize {
        self.clients.map_or(if self.quick { 2_000 } else { 10_000 }, |clients| clients as usize)
    }
}
