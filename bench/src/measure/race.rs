//! Rounds of the real server and of the bare one, in turn, on the same core.

use super::Course;
use super::question::Question;
use crate::bare;
use crate::failure::{During, Failure, Outcome};
use crate::figure::{Cpu, least, median};
use crate::load::{Load, Round, Slice};
use crate::process::{self, Process};
use crate::report::{Cost, Row};
use crate::server::Serving;
use crate::wire::Connection;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;

/// The running server with its open connections.
pub(crate) struct Track {
    course: Course,
    process: u32,
    public: SocketAddr,
    load: Load,
    /// For the bare server's log.
    folder: TempDir,
}

/// The rounds of one server, one value per round.
#[derive(Default)]
pub(crate) struct Rounds {
    cpu: Vec<f64>,
    busy: Vec<f64>,
    per_second: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Rounds {
    /// Adds a round of this many requests.
    pub(crate) fn add(&mut self, round: &Round, cpu: Duration, count: usize) {
        let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
        self.cpu.push(micros(cpu) / count as f64);
        self.busy.push(cpu.as_secs_f64() / round.wall.as_secs_f64());
        self.per_second.push(count as f64 / round.wall.as_secs_f64());
        self.p50.push(round.latency.quantile(0.5) as f64 / 1e3);
        self.p99.push(round.latency.quantile(0.99) as f64 / 1e3);
    }

    /// The medians, and the least CPU time.
    pub(crate) fn cost(&self) -> Cost {
        Cost {
            cpu_us: median(&self.cpu),
            cpu_us_least: least(&self.cpu),
            core_busy: median(&self.busy).min(1.0),
            per_second: median(&self.per_second),
            p50_us: median(&self.p50),
            p99_us: median(&self.p99),
        }
    }
}

impl Track {
    /// Opens the connections to the server.
    pub(crate) async fn new(serving: &Serving, course: Course) -> Outcome<Self> {
        let load = Load::open(serving.public, course.amount.connections, course.amount.sleep).await?;
        let folder = tempfile::tempdir().during("a folder for the bare server's log")?;
        Ok(Self { course, process: serving.process.id(), public: serving.public, load, folder })
    }

    /// Warms up, then measures round by round: the real server, the bare server, the real server …
    pub(crate) async fn race(&mut self, question: &Question) -> Outcome<Row> {
        let whole = Slice { first: 0, count: question.before.len() };
        self.load.round(&question.before, whole, question.expected).await?;
        let (bare, address) = self.bare(question).await?;
        let mut floor = Load::open(address, self.course.amount.connections, self.course.amount.sleep).await?;
        floor.round(&question.requests, Slice { first: 0, count: question.count }, question.expected).await?;

        let (mut ours, mut theirs) = (Rounds::default(), Rounds::default());
        for round in 0..self.course.amount.rounds {
            // The first request has been spent on the sample.
            let slice = Slice { first: 1 + round * question.count, count: question.count };
            let begin = Cpu::of(self.process)?;
            let seen = self.load.round(&question.requests, slice, question.expected).await?;
            let floor_begin = Cpu::of(bare.id())?;
            let floor_seen = floor.round(&question.requests, slice, question.expected).await?;
            theirs.add(&floor_seen, Cpu::of(bare.id())?.since(&floor_begin), slice.count);
            // Up to here, so that writes put off to the background are counted.
            ours.add(&seen, Cpu::of(self.process)?.since(&begin), slice.count);
        }
        bare.stop();
        Ok(Row::new(question.name, question.limit, ours.cost(), theirs.cost()))
    }

    /// A bare server that answers what the real one answers to the first request: the same status and
    /// headers, and a body of the same length.
    async fn bare(&self, question: &Question) -> Outcome<(Process, SocketAddr)> {
        let mut connection = Connection::open(self.public).await?;
        let sample = connection.ask(&question.requests[0]).await?;
        if !question.expected.is(&sample) {
            return Err(sample.refused(question.name));
        }
        let constant = bare::constant(sample.status, &sample.headers(), sample.body.len());
        let own = std::env::current_exe().during("the bare server")?;
        let log = self.folder.path().join("log");
        let process = Process::start(&self.course.core.to_string(), &own, &["bare", &constant], &log)?;
        let address = process::addresses(&process.ready).first().copied();
        Ok((process, address.ok_or_else(|| Failure("the bare server names no address".into()))?))
    }
}
