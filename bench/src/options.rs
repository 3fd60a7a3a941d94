//! The command line, and how much of everything a run does.

use crate::gateway::options::Options as Gateway;
use crate::gateway::relay::Relay;
use crate::measure::among;
use crate::nodes::options::Options as Nodes;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// CPU time per request of the real server, beside a bare hyper server on the same core in the same run.
#[derive(Parser)]
#[command(name = "portico-bench")]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What else the program does.
#[derive(Subcommand)]
pub(crate) enum Part {
    /// Three nodes over a PostgreSQL and a NATS that are started and thrown away
    Nodes(Nodes),
    /// The gateway in front of one upstream, beside nginx and others
    Gateway(Gateway),
    /// The bare server: reads each request whole and answers a constant
    Bare {
        /// The constant, as JSON: {"status": 200, "headers": [["name", "value"]], "bytes": 120}
        constant: String,
    },
    /// A proxy that passes everything on to one upstream
    Relay {
        /// Which
        relay: Relay,
        /// The upstream's address
        upstream: SocketAddr,
    },
}

#[derive(Args)]
pub(crate) struct Options {
    /// Fewer rounds and people: under half a minute, for a first look
    #[arg(long, conflicts_with = "scale")]
    pub(crate) quick: bool,
    /// Also fill the store with 100,000 apps and 1,000,000 people and measure again
    #[arg(long)]
    pub(crate) scale: bool,
    /// Measure only what merchants' back ends ask
    #[arg(long, conflicts_with = "scale")]
    pub(crate) merchants: bool,
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
    /// Connections of the load, each with one request in flight
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: u16,
    /// Let the sender of the load sleep while no answer is there; servers then pay for waking it
    #[arg(long)]
    pub(crate) sleep: bool,
    /// Rounds of each server, one after the other in turn
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=99))]
    pub(crate) rounds: Option<u16>,
    /// Sessions to create for the memory figure [default: 20000; quick 5000; scale 100000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1000..=1_000_000))]
    pub(crate) sessions: Option<u32>,
    /// Launches for the database's growth [default: 100000; quick 20000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1000..=10_000_000))]
    pub(crate) launches: Option<u32>,
    /// OpenIDs from elsewhere to import [default: 20000; quick 5000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1000..=10_000_000))]
    pub(crate) links: Option<u32>,
    /// With --merchants: look one OpenID from elsewhere up among so many besides
    #[arg(long, requires = "merchants", value_parser = clap::value_parser!(u32).range(1000..=100_000_000))]
    pub(crate) among: Option<u32>,
    /// Apps in the full store of --scale
    #[arg(long, default_value_t = 100_000, requires = "scale")]
    pub(crate) scale_apps: u32,
    /// People in the full store of --scale
    #[arg(long, default_value_t = 1_000_000, requires = "scale")]
    pub(crate) scale_people: u32,
    /// The core of the servers
    #[arg(long, default_value_t = 0)]
    pub(crate) core: usize,
    /// The core of the load
    #[arg(long, default_value_t = 1)]
    pub(crate) load_core: usize,
}

/// How much of everything one run does.
#[derive(Clone, Copy)]
pub(crate) struct Amount {
    /// People who are signed in and launch, one pair of person and app each.
    pub(crate) people: usize,
    /// Apps that they launch.
    pub(crate) apps: usize,
    pub(crate) rounds: usize,
    /// Requests of a round that does no signing.
    pub(crate) light: usize,
    /// Requests of a round that signs or verifies.
    pub(crate) heavy: usize,
    pub(crate) connections: usize,
    /// Whether the sender may sleep.
    pub(crate) sleep: bool,
    pub(crate) sessions: usize,
    pub(crate) launches: usize,
    pub(crate) refreshes: usize,
    /// OpenIDs from elsewhere that are imported.
    pub(crate) links: usize,
    /// Among how many one is looked up besides; 0 for not.
    pub(crate) among: usize,
    /// Codes that a round redeems.
    pub(crate) codes: usize,
    /// Starts on an existing store.
    pub(crate) starts: usize,
}

impl Options {
    /// The amounts that go with these options.
    pub(crate) fn amount(&self) -> Amount {
        let mut amount = Amount {
            people: 1_000,
            apps: 100,
            rounds: 15,
            light: 15_000,
            heavy: 3_000,
            connections: usize::from(self.connections),
            sleep: self.sleep,
            sessions: 20_000,
            launches: 100_000,
            refreshes: 10_000,
            links: 20_000,
            among: 0,
            codes: 1_000,
            starts: 7,
        };
        if self.quick {
            let (people, apps, rounds, light, heavy) = (200, 20, 5, 6_000, 1_500);
            let (sessions, launches, refreshes, starts) = (5_000, 20_000, 2_000, 3);
            let (links, codes) = (5_000, 500);
            amount = Amount {
                people,
                apps,
                rounds,
                light,
                heavy,
                sessions,
                launches,
                refreshes,
                starts,
                links,
                codes,
                ..amount
            };
        }
        if self.scale {
            amount = Amount { people: 10_000, apps: 10_000, sessions: 100_000, ..amount };
        }
        amount.rounds = self.rounds.map_or(amount.rounds, usize::from);
        amount.sessions = self.sessions.map_or(amount.sessions, |sessions| sessions as usize);
        amount.links = self.links.map_or(amount.links, |links| links as usize);
        if let Some(among) = self.among {
            amount.among = among as usize;
            amount.links = amount.links.max(among::ASKED);
        }
        amount.launches = self.launches.map_or(amount.launches, |launches| launches as usize);
        amount
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    fn amount(arguments: &[&str]) -> Amount {
        let words = ["portico-bench"].iter().chain(arguments);
        CommandLine::try_parse_from(words).unwrap().options.amount()
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
        assert!(CommandLine::try_parse_from(["portico-bench", "--quick", "--scale"]).is_err());
        assert!(CommandLine::try_parse_from(["portico-bench", "--connections", "0"]).is_err());
    }

    #[test]
    fn what_is_named_beats_what_goes_with_the_kind_of_run() {
        assert_eq!(amount(&["--scale"]).sessions, 100_000);
        assert_eq!(amount(&["--scale", "--sessions", "2000"]).sessions, 2_000);
        assert_eq!(amount(&["--quick", "--rounds", "9"]).rounds, 9);
        assert_eq!(amount(&["--scale"]).people, 10_000);
    }
}
