//! What commits cost PostgreSQL, NATS and the nodes: the figures to plan with.

use super::cluster::Cluster;
use super::nats::Traffic;
use super::options::Extent;
use crate::failure::{During, Failure, Outcome};
use crate::figure::Cpu;
use crate::report::Figure;
use crate::setup::{World, crowd, sign_in};
use crate::wire::Connection;
use std::time::{Duration, Instant};

/// Numbers of people that no other part of the run uses.
const NUMBERS: usize = 30_000_000;
/// Those who do it one after the other.
const ONE: usize = 1;
/// How long the bus is watched while nothing happens.
const QUIET: Duration = Duration::from_secs(3);

/// What has been spent so far.
struct Reading {
    at: Instant,
    postgres: Duration,
    nats: Cpu,
    nodes: Vec<Cpu>,
    log: u64,
    traffic: Traffic,
}

/// What was spent between two readings.
struct Spent {
    wall: Duration,
    postgres: Duration,
    nats: Duration,
    nodes: Duration,
    log: u64,
    traffic: Traffic,
}

impl Reading {
    /// The log's counter is asked for first here and last in the end, so that asking is not counted.
    async fn begin(cluster: &Cluster) -> Outcome<Self> {
        let log = cluster.postgres.log_written()?;
        // The connection that asked ends by itself.
        tokio::time::sleep(Duration::from_millis(100)).await;
        Self::now(cluster, log)
    }

    fn end(&self, cluster: &Cluster) -> Outcome<Spent> {
        let now = Self::now(cluster, 0)?;
        let nodes = now.nodes.iter().zip(&self.nodes).map(|(now, then)| now.since(then));
        Ok(Spent {
            wall: now.at - self.at,
            postgres: now.postgres.saturating_sub(self.postgres),
            nats: now.nats.since(&self.nats),
            nodes: nodes.sum(),
            traffic: now.traffic.since(self.traffic),
            log: cluster.postgres.log_written()? - self.log,
        })
    }

    fn now(cluster: &Cluster, log: u64) -> Outcome<Self> {
        Ok(Self {
            at: Instant::now(),
            postgres: cluster.postgres.cpu()?,
            nats: cluster.nats.cpu()?,
            nodes: cluster.nodes.iter().map(|node| Cpu::of(node.process.id())).collect::<Outcome<_>>()?,
            log,
            traffic: cluster.nats.traffic()?,
        })
    }
}

/// Sign-ins and sign-outs by one caller and by many, and what they cost; then the size of rows.
pub(crate) async fn measure(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    let sync = cluster.postgres.sync_time()?.as_secs_f64() * 1e3;
    let mut figures = vec![Figure::new("a sync of PostgreSQL's disk", sync, "ms")];
    let quiet = Reading::begin(cluster).await?;
    tokio::time::sleep(QUIET).await;
    let quiet = quiet.end(cluster)?;
    let idle = quiet.traffic.times(1.0 / quiet.wall.as_secs_f64());
    figures.push(Figure::new("bus of three idle nodes, to nodes", idle.bytes_out, "bytes/s"));
    let idle_cpu = |spent: Duration| spent.as_secs_f64() / quiet.wall.as_secs_f64() * 1e6;
    figures.push(Figure::new("three idle nodes", idle_cpu(quiet.nodes), "µs CPU/s"));
    figures.push(Figure::new("PostgreSQL under them", idle_cpu(quiet.postgres), "µs CPU/s"));

    let many = extent.load.connections;
    let mut first = NUMBERS;
    for (callers, count) in [(ONE, extent.commits), (many, extent.commits_at_once)] {
        let before = Reading::begin(cluster).await?;
        let signed_in = each(cluster, callers, count, async |connection, index| {
            sign_in::sign_in(connection, &world.signer, first + index).await
        })
        .await?;
        figures.extend(told(&format!("sign-ins, {callers} at once"), count, &before.end(cluster)?));
        first += count;

        let before = Reading::begin(cluster).await?;
        each(cluster, callers, count, async |connection, index| {
            sign_in::sign_out(connection, &signed_in[index]).await
        })
        .await?;
        let spent = before.end(cluster)?;
        let name = format!("sign-outs, {callers} at once");
        figures.extend(told(&name, count, &spent));
        let own = spent.traffic.since(idle.times(spent.wall.as_secs_f64()));
        figures.extend(carried(&name, count, &own, spent.nats));
    }
    Ok(figures)
}

/// One caller at one node, or many spread over all.
async fn each<T>(
    cluster: &Cluster,
    callers: usize,
    count: usize,
    job: impl AsyncFn(&mut Connection, usize) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    match callers {
        ONE => crowd::each(cluster.nodes[0].public, ONE, count, job).await,
        many => cluster.spread(many, count, 0, job).await,
    }
}

fn told(name: &str, count: usize, spent: &Spent) -> Vec<Figure> {
    let each = |spent: Duration| spent.as_secs_f64() * 1e6 / count as f64;
    vec![
        Figure::new(name, count as f64 / spent.wall.as_secs_f64(), "/s"),
        Figure::new(&format!("{name}: the nodes"), each(spent.nodes), "µs CPU each"),
        Figure::new(&format!("{name}: PostgreSQL"), each(spent.postgres), "µs CPU each"),
        Figure::new(&format!("{name}: PostgreSQL's log"), spent.log as f64 / count as f64, "bytes each"),
    ]
}

/// What the bus carried beyond what it carries when nothing happens.
fn carried(name: &str, count: usize, traffic: &Traffic, nats: Duration) -> Vec<Figure> {
    let each =
        |value: f64, what: &str, unit| Figure::new(&format!("{name}: {what}"), value / count as f64, unit);
    vec![
        each(nats.as_secs_f64() * 1e6, "NATS", "µs CPU each"),
        each(traffic.messages_in, "messages to the bus", "each"),
        each(traffic.messages_out, "messages from the bus", "each"),
        each(traffic.bytes_in, "bytes to the bus", "each"),
        each(traffic.bytes_out, "bytes from the bus", "each"),
    ]
}

/// Tables whose rows are counted: those that grow with people, with what they allow, and with time.
const TABLES: [&str; 12] = [
    "person",
    "person_key",
    "link",
    "handle",
    "session",
    "session_client",
    "family",
    "used_assertion",
    "consent_standing",
    "consent_history",
    "event",
    "closing",
];

/// Fewer rows than this say little about one.
const ENOUGH: f64 = 500.0;

/// Bytes of a row, its indexes and the room between rows included.
pub(crate) fn rows(cluster: &Cluster) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for table in TABLES {
        let told = cluster
            .postgres
            .ask(&format!("select pg_total_relation_size('{table}'), (select count(*) from {table})"))?;
        let (size, count) = told.split_once('|').ok_or_else(|| Failure(format!("no size of {table}")))?;
        let (size, count): (f64, f64) = (size.parse().during(table)?, count.parse().during(table)?);
        if count >= ENOUGH {
            figures.push(Figure::new(&format!("a row of {table}, with its indexes"), size / count, "bytes"));
        }
    }
    Ok(figures)
}
