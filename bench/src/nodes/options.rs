//! The command line of the part with several nodes, and how much of everything it does.

use crate::options::Amount;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What can be measured of several nodes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// CPU time per request on a node of three, beside the embedded store
    Requests,
    /// Signing out: how long it takes and whether every node knows, with all nodes well and with one paused
    SignOut,
    /// What a commit costs PostgreSQL, NATS and the nodes
    Costs,
    /// Live sessions and open event streams
    Streams,
    /// Without PostgreSQL for five seconds
    Outage,
}

#[derive(Args)]
pub(crate) struct Options {
    /// Measure this alone; can be said several times [default: everything]
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) only: Vec<Subject>,
    /// Fewer of everything, for a first look
    #[arg(long)]
    pub(crate) quick: bool,
    /// Live sessions that the nodes hold in memory; a million takes an hour and 3 GB [default: 20000; quick 3000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(300..=2_000_000))]
    pub(crate) sessions: Option<u32>,
    /// Live sessions of other people that lie in the store [default: 1000000; quick none]
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    pub(crate) stored: Option<u32>,
    /// Open event streams, spread over the nodes [default: 2000; quick 600]
    #[arg(long, value_parser = clap::value_parser!(u32).range(300..=50_000))]
    pub(crate) streams: Option<u32>,
    /// Rounds of each server, one after the other in turn [default: 15; quick 5]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=99))]
    pub(crate) rounds: Option<u16>,
    /// Connections of the load, each with one request in flight
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(3..=1024))]
    pub(crate) connections: u16,
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
    /// The folder of initdb and pg_ctl [default: the newest under /usr/lib/postgresql]
    #[arg(long, value_name = "DIR")]
    pub(crate) postgres: Option<PathBuf>,
    /// The program nats-server
    #[arg(long, value_name = "FILE", default_value = "nats-server")]
    pub(crate) nats: PathBuf,
}

/// How much of everything one run does.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// The load of the requests, as at one node.
    pub(crate) load: Amount,
    /// Sign-outs, one after the other.
    pub(crate) sign_outs: usize,
    /// Times that a node is paused.
    pub(crate) pauses: usize,
    /// Commits by one caller, one after the other.
    pub(crate) commits: usize,
    /// Commits by all callers together.
    pub(crate) commits_at_once: usize,
    pub(crate) sessions: usize,
    pub(crate) stored: usize,
    pub(crate) streams: usize,
    /// Sign-outs of people whose stream is open at another node.
    pub(crate) told: usize,
}

impl Options {
    /// Whether this is to be measured.
    pub(crate) fn wants(&self, subject: Subject) -> bool {
        self.only.is_empty() || self.only.contains(&subject)
    }

    /// The extent that goes with these options.
    pub(crate) fn extent(&self) -> Extent {
        let pick = |quick, whole| if self.quick { quick } else { whole };
        let named = |named: Option<u32>, otherwise| named.map_or(otherwise, |named| named as usize);
        let load = Amount {
            people: pick(200, 1_000),
            apps: pick(20, 100),
            rounds: self.rounds.map_or(pick(5, 15), usize::from),
            light: pick(6_000, 15_000),
            heavy: pick(1_500, 3_000),
            connections: usize::from(self.connections),
            sleep: false,
            sessions: 0,
            launches: 0,
            refreshes: 0,
            links: 0,
            among: 0,
            codes: 0,
            starts: 0,
        };
        Extent {
            load,
            sign_outs: pick(200, 1_000),
            pauses: pick(2, 7),
            commits: pick(100, 500),
            commits_at_once: pick(1_000, 5_000),
            sessions: named(self.sessions, pick(3_000, 20_000)),
            stored: named(self.stored, pick(0, 1_000_000)),
            streams: named(self.streams, pick(600, 2_000)),
            told: pick(100, 300),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::options::{CommandLine, Part};
    use clap::Parser;

    fn options(arguments: &[&str]) -> Options {
        let words = ["portico-bench", "nodes"].iter().chain(arguments);
        match CommandLine::try_parse_from(words).unwrap().part {
            Some(Part::Nodes(options)) => options,
            _ => panic!("another part"),
        }
    }

    #[test]
    fn everything_is_measured_unless_something_is_named() {
        assert!(options(&[]).wants(Subject::Outage));
        let two = options(&["--only", "sign-out", "--only", "costs"]);
        assert!(two.wants(Subject::SignOut) && two.wants(Subject::Costs) && !two.wants(Subject::Streams));
    }

    #[test]
    fn what_is_named_beats_what_goes_with_the_kind_of_run() {
        let extent = options(&["--quick", "--streams", "10000"]).extent();
        assert_eq!((extent.streams, extent.sessions, extent.load.rounds), (10_000, 3_000, 5));
    }
}
