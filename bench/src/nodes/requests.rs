//! The same load at a node of three and at a server alone, in turn, on the same core.

use super::cluster::Cluster;
use crate::failure::Outcome;
use crate::figure::Cpu;
use crate::load::{Load, Round, Slice};
use crate::measure::progress;
use crate::measure::question::{Question, Questions};
use crate::measure::race::Rounds;
use crate::options::Amount;
use crate::report::Row;
use crate::server::{Portico, Serving};
use crate::setup::World;
use std::time::Duration;

/// What validating and launching from memory may cost at a node, beside a server alone.
const LIMIT: f64 = 1.1;

/// How long servers are left alone after the last round, so that writes put off to the background are
/// counted there as they are in the rounds before.
const AFTER: Duration = Duration::from_millis(200);

/// A server under load, and the reading at the beginning of its round.
struct Server<'a> {
    process: u32,
    load: Load,
    questions: &'a Questions,
    begun: Option<(Cpu, Round)>,
    rounds: Rounds,
}

impl<'a> Server<'a> {
    async fn new(serving: &Serving, questions: &'a Questions, amount: Amount) -> Outcome<Self> {
        let load = Load::open(serving.public, amount.connections, amount.sleep).await?;
        Ok(Self { process: serving.process.id(), load, questions, begun: None, rounds: Rounds::default() })
    }

    fn question(&self, row: usize) -> &'a Question {
        self.questions.warm()[row]
    }

    /// Closes the round before this one, and begins the next.
    async fn round(&mut self, row: usize, number: usize) -> Outcome<()> {
        self.close(row)?;
        let question = self.question(row);
        let slice = Slice { first: 1 + number * question.count, count: question.count };
        let begin = Cpu::of(self.process)?;
        let seen = self.load.round(&question.requests, slice, question.expected).await?;
        self.begun = Some((begin, seen));
        Ok(())
    }

    fn close(&mut self, row: usize) -> Outcome<()> {
        if let Some((begin, seen)) = self.begun.take() {
            let spent = Cpu::of(self.process)?.since(&begin);
            self.rounds.add(&seen, spent, self.question(row).count);
        }
        Ok(())
    }

    /// Puts what the row's requests need into memory.
    async fn warm(&mut self, row: usize) -> Outcome<()> {
        let question = self.question(row);
        let whole = Slice { first: 0, count: question.before.len() };
        self.load.round(&question.before, whole, question.expected).await.map(drop)
    }
}

/// The rows of the requests, the first node's cost beside that of the server alone.
pub(crate) async fn measure(
    cluster: &mut Cluster,
    world: &World,
    alone: &mut Portico,
    amount: Amount,
    core: &str,
) -> Outcome<Vec<Row>> {
    progress("signing in, consenting, launching, at a node and at a server alone");
    let at_node = Questions::prepare(&cluster.nodes[0], world, amount).await?;
    let serving = alone.serve()?;
    let own = World::register(&serving, amount).await?;
    let at_one = Questions::prepare(&serving, &own, amount).await?;
    serving.process.end()?;

    // Fresh processes have never seen any of the tokens, whatever launching left in memory.
    cluster.restart(core).await?;
    let serving = alone.serve()?;
    let mut rows = Vec::new();
    for row in 0..at_node.warm().len() {
        let mut node = Server::new(&cluster.nodes[0], &at_node, amount).await?;
        let mut one = Server::new(&serving, &at_one, amount).await?;
        let name = node.question(row).name;
        progress(name);
        node.warm(row).await?;
        one.warm(row).await?;
        for number in 0..amount.rounds {
            node.round(row, number).await?;
            one.round(row, number).await?;
        }
        tokio::time::sleep(AFTER).await;
        node.close(row)?;
        one.close(row)?;
        let limit = matches!(name, "validate, warm" | "launch").then_some(LIMIT);
        rows.push(Row::new(name, limit, node.rounds.cost(), one.rounds.cost()));
    }
    serving.process.end()?;
    Ok(rows)
}
