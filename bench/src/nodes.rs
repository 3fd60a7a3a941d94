//! Several nodes: the real binary three times over one PostgreSQL and one NATS, all started here.

mod cluster;
mod costs;
mod family;
mod guest;
mod listener;
mod nats;
pub(crate) mod options;
mod outage;
mod postgres;
mod requests;
mod sign_out;
mod streams;

use crate::failure::Outcome;
use crate::measure::progress;
use crate::process;
use crate::report::machine::Machine;
use crate::report::{Figure, Report, Row, Run};
use crate::server::{self, Portico};
use crate::setup::World;
use cluster::Cluster;
use options::{Extent, Options, Subject};

/// The core of the servers while requests are compared, and that of the load.
const SERVERS: &str = "0";
const LOAD: &str = "1";

/// Everything that is asked for, in order.
pub(crate) async fn measure(options: &Options) -> Outcome<Report> {
    let program = options.server.clone().map_or_else(server::release_binary, Ok)?;
    let machine = Machine::this();
    let extent = options.extent();
    let all = format!("0-{}", machine.cores.saturating_sub(1));
    let compared = options.wants(Subject::Requests);
    progress("PostgreSQL, NATS and three nodes");
    let mut cluster = Cluster::start(&program, options, if compared { SERVERS } else { &all }).await?;
    let world = World::register(&cluster.nodes[0], extent.load).await?;
    let mut runs = Vec::new();
    if compared {
        process::hold_self(LOAD)?;
        let mut alone = Portico::new(program, SERVERS)?;
        let rows = requests::measure(&mut cluster, &world, &mut alone, extent.load, SERVERS).await?;
        runs.push(run("requests at one node of three, beside a server alone", rows, Vec::new()));
        process::hold_self(&all)?;
        cluster.restart(&all).await?;
    }
    runs.extend(figures(&cluster, &world, options, extent).await?);
    cluster.end()?;
    let (connections, rounds) = (extent.load.connections, extent.load.rounds);
    let arrangement = "three nodes, PostgreSQL, NATS and the load on one machine; \
                       requests are compared with the servers on one core and the load on another";
    Ok(Report { machine, arrangement, connections, rounds, runs, changes: Vec::new() })
}

async fn figures(cluster: &Cluster, world: &World, options: &Options, extent: Extent) -> Outcome<Vec<Run>> {
    let mut runs = Vec::new();
    let mut add = |name, figures| runs.push(run(name, Vec::new(), figures));
    if options.wants(Subject::SignOut) {
        progress("sign-outs");
        add("signing out", sign_out::measure(cluster, world, extent).await?);
    }
    if options.wants(Subject::Costs) {
        progress("what commits cost");
        add("what commits cost", costs::measure(cluster, world, extent).await?);
    }
    if options.wants(Subject::Streams) {
        add("live sessions and event streams", streams::measure(cluster, world, extent).await?);
    }
    if options.wants(Subject::Costs) {
        add("rows in PostgreSQL", costs::rows(cluster)?);
    }
    if options.wants(Subject::Outage) {
        add("without PostgreSQL for five seconds", outage::measure(cluster, world, extent).await?);
    }
    Ok(runs)
}

fn run(name: &str, rows: Vec<Row>, figures: Vec<Figure>) -> Run {
    Run { name: name.into(), beside: "alone", rows, figures }
}
