//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Real nodes under fire: the closing rule, and rolling restarts
#[derive(Parser)]
#[command(name = "portico-siege")]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) part: Part,
}

/// What is tried.
#[derive(Subcommand)]
pub(crate) enum Part {
    /// Clients launch, validate and sign out while nodes and services fail; exit 1 if the closing rule was
    /// broken, or an event or a logout message never came
    Siege(Siege),
    /// A load through HAProxy while each node is restarted in turn; exit 1 if any request failed
    Rolling(Rolling),
}

#[derive(Args)]
pub(crate) struct Siege {
    /// Decides all faults and, but for timing, what clients do
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How long faults come
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(15..))]
    pub(crate) seconds: u64,
    /// Write all figures to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The binary of the nodes [default: `portico` beside this one]
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// One node alone on its embedded store
    #[arg(long)]
    pub(crate) embedded: bool,
    /// The database does not wait for the disk
    #[arg(long)]
    pub(crate) no_fsync: bool,
    /// People at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) people: u32,
    /// Questions a second, beside those that follow each closing
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
}

#[derive(Args)]
pub(crate) struct Rolling {
    /// How often each node is restarted
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// The configuration of HAProxy: `PORTICO_BIND` and `NODE_1` to `NODE_3` are put into its environment
    #[arg(long, value_name = "FILE")]
    pub(crate) haproxy: PathBuf,
    /// The binary of the nodes [default: `portico` beside this one]
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Connections of the load, each with one request in flight
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) connections: u32,
    /// The database does not wait for the disk
    #[arg(long)]
    pub(crate) no_fsync: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
        assert!(CommandLine::try_parse_from(["portico-siege", "siege", "--seconds", "1"]).is_err());
    }
}
