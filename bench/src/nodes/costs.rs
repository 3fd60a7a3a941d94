//! What commits cost PostgreSQL, NATS and the nodes: the figures to plan with.

use super::cluster::Cluster;
use super::nats::Traffic;
use super::options::Extent;
use crate::failure::{During, Failure, Outcome};
use crate::figure::Cpu;
use crate::report::Figure;
use crate::setup::{World, crowd, launch, sign_in};
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

/// What nodes cost that do nothing, and what each kind of commit costs by one caller and by many.
pub(crate) async fn measure(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    let sync = cluster.postgres.sync_time()?.as_secs_f64() * 1e3;
    let mut figures = vec![Figure::new("a sync of PostgreSQL's disk", sync, "ms")];
    let quiet = Reading::begin(cluster).await?;
    tokio::time::sleep(QUIET).await;
    let quiet = quiet.end(cluster)?;
    let idle = quiet.traffic.times(1.0 / quiet.wall.as_secs_f64());
    let each_second = |spent: Duration| spent.as_secs_f64() / quiet.wall.as_secs_f64() * 1e6;
    figures.push(Figure::new("bus of three idle nodes, to nodes", idle.bytes_out, "bytes/s"));
    figures.push(Figure::new("three idle nodes", each_second(quiet.nodes), "µs CPU/s"));
    figures.push(Figure::new("PostgreSQL under them", each_second(quiet.postgres), "µs CPU/s"));
    let mut first = NUMBERS;
    for (callers, count) in [(ONE, extent.commits), (extent.load.connections, extent.commits_at_once)] {
        let people = People { cluster, world, callers, first, count };
        figures.extend(people.commits(idle).await?);
        first += count;
    }
    Ok(figures)
}

/// People who all do the same, and so many of them at once.
struct People<'a> {
    cluster: &'a Cluster,
    world: &'a World,
    callers: usize,
    first: usize,
    count: usize,
}

impl People<'_> {
    /// Signing in, launching for the first time, refreshing, signing out: a commit each.
    async fn commits(&self, idle: Traffic) -> Outcome<Vec<Figure>> {
        let name = |what: &str| format!("{what}, {} at once", self.callers);
        let (signed_in, spent) = self
            .each(async |connection, index| {
                sign_in::sign_in(connection, &self.world.signer, self.first + index).await
            })
            .await?;
        let mut figures = told(&name("sign-ins"), self.count, &spent);
        let (_, spent) = self
            .each(async |connection, index| {
                let app = &self.world.apps[index % self.world.apps.len()];
                launch::launch(connection, app, &signed_in[index].access, "openid").await
            })
            .await?;
        figures.extend(told(&name("first launches"), self.count, &spent));
        let (_, spent) = self
            .each(async |connection, index| {
                let request = sign_in::refresh_request(connection.address(), &signed_in[index].refresh);
                sign_in::tokens(&connection.ask(&request).await?.json(200..=200, "refreshing")?)
            })
            .await?;
        figures.extend(told(&name("refreshes"), self.count, &spent));
        let (_, spent) = self
            .each(async |connection, index| sign_in::sign_out(connection, &signed_in[index]).await)
            .await?;
        figures.extend(told(&name("sign-outs"), self.count, &spent));
        let own = spent.traffic.since(idle.times(spent.wall.as_secs_f64()));
        figures.extend(carried(&name("sign-outs"), self.count, &own, spent.nats));
        Ok(figures)
    }

    /// One caller at one node, or many spread over all; and what it cost.
    async fn each<T>(
        &self,
        job: impl AsyncFn(&mut Connection, usize) -> Outcome<T>,
    ) -> Outcome<(Vec<T>, Spent)> {
        let before = Reading::begin(self.cluster).await?;
        let done = match self.callers {
            ONE => crowd::each(self.cluster.nodes[0].public, ONE, self.count, job).await?,
            many => self.cluster.spread(many, self.count, 0, job).await?,
        };
        Ok((done, before.end(self.cluster)?))
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
