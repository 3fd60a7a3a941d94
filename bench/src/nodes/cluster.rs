//! Three nodes of the real binary over one PostgreSQL and one NATS.

use super::nats::Nats;
use super::options::Options;
use super::postgres::{Postgres, free_port};
use crate::failure::{During, Failure, Outcome};
use crate::server::{Portico, Serving};
use crate::setup::crowd;
use crate::wire::{Connection, Request};
use futures_util::future::try_join_all;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many nodes there are.
pub(crate) const NODES: usize = 3;

/// How long nodes may take until all of them are ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// Nodes that run, and what they need.
pub(crate) struct Cluster {
    // Dropped in this order: nodes first, then what they stand on.
    pub(crate) nodes: Vec<Serving>,
    binaries: Vec<Portico>,
    pub(crate) nats: Nats,
    pub(crate) postgres: Postgres,
    /// Holds the master key.
    _folder: TempDir,
}

impl Cluster {
    /// Starts PostgreSQL and NATS, and three nodes, held to these cores, with an empty store.
    pub(crate) async fn start(program: &Path, options: &Options, cores: &str) -> Outcome<Self> {
        let postgres = Postgres::start(options.postgres.as_deref())?;
        let nats = Nats::start(&options.nats)?;
        let folder = tempfile::tempdir().during("a folder for the master key")?;
        let key = folder.path().join("master.key");
        let issuer = format!("http://localhost:{}", free_port()?);
        let (store, bus, key) = (postgres.url(), nats.url(), key.to_string_lossy());
        let more = ["--store", &store, "--bus", &bus, "--master-key", &key];
        let binaries: Outcome<Vec<_>> =
            (0..NODES).map(|_| Ok(Portico::new(program.to_owned(), cores)?.among(&issuer, &more))).collect();
        let mut cluster = Self { nodes: Vec::new(), binaries: binaries?, nats, postgres, _folder: folder };
        cluster.serve().await?;
        Ok(cluster)
    }

    /// Ends the nodes and starts them again, held to these cores.
    pub(crate) async fn restart(&mut self, cores: &str) -> Outcome<()> {
        self.end_nodes()?;
        self.binaries.iter_mut().for_each(|binary| binary.hold_to(cores));
        self.serve().await
    }

    /// Ends everything in good order.
    pub(crate) fn end(mut self) -> Outcome<()> {
        self.end_nodes()
    }

    /// Waits until every node is ready.
    pub(crate) async fn ready(&self) -> Outcome<()> {
        for node in &self.nodes {
            let begin = Instant::now();
            let mut connection = Connection::open(node.public).await?;
            let look = Request::new("GET", "/health/ready", node.public).bytes();
            while connection.ask(&look).await?.status != 200 {
                if begin.elapsed() > PATIENCE {
                    return Err(Failure("a node does not become ready".into()));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// A connection to each node.
    pub(crate) async fn connect(&self) -> Outcome<Vec<Connection>> {
        try_join_all(self.nodes.iter().map(|node| Connection::open(node.public))).await
    }

    /// Runs the job for every number below `count`, number `n` at node `n + turn` modulo their count,
    /// over so many connections in all, and gives the results in order.
    pub(crate) async fn spread<T>(
        &self,
        connections: usize,
        count: usize,
        turn: usize,
        job: impl AsyncFn(&mut Connection, usize) -> Outcome<T>,
    ) -> Outcome<Vec<T>> {
        let job = &job;
        let each = connections.div_ceil(NODES);
        let parts = (0..NODES).map(async |first| {
            let node = &self.nodes[(first + turn) % NODES];
            let numbers = count.saturating_sub(first).div_ceil(NODES);
            crowd::each(node.public, each, numbers, async |connection, index| {
                job(connection, first + index * NODES).await
            })
            .await
        });
        let mut parts: Vec<_> = try_join_all(parts).await?.into_iter().map(Vec::into_iter).collect();
        Ok((0..count).filter_map(|number| parts[number % NODES].next()).collect())
    }

    async fn serve(&mut self) -> Outcome<()> {
        for binary in &mut self.binaries {
            self.nodes.push(binary.serve()?);
        }
        self.ready().await
    }

    fn end_nodes(&mut self) -> Outcome<()> {
        self.nodes.drain(..).try_for_each(|node| node.process.end())
    }
}
