//! Starting on an existing store, again and again: time to ready, idle memory, and the first requests of
//! a process with nothing in memory.

use super::question::{Question, Questions};
use super::race::Rounds;
use super::{Course, megabytes};
use crate::failure::Outcome;
use crate::figure::{Cpu, Memory, median};
use crate::load::{Load, Slice};
use crate::report::{Figure, Row};
use crate::server::{Portico, Serving};
use std::time::Duration;

/// How long a server is left alone before its idle memory is read.
const IDLE: Duration = Duration::from_millis(500);

/// The figures of the starts, one cold row per kind, and the server of the last start.
///
/// The bare server's cost is taken from the warm row of the same kind: it is the same request.
pub(crate) async fn measure(
    portico: &mut Portico,
    questions: &Questions,
    warm: &[Row],
    course: Course,
) -> Outcome<(Vec<Figure>, Vec<Row>, Serving)> {
    let cold = questions.cold();
    let mut rounds = [Rounds::default(), Rounds::default(), Rounds::default()];
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for number in 0..course.amount.starts.max(cold.len()) {
        let serving = portico.serve()?;
        starts.push(serving.start().as_secs_f64() * 1e3);
        tokio::time::sleep(IDLE).await;
        idle.push(megabytes(Memory::of(serving.process.id())?.resident));
        let kind = number % cold.len();
        once(&serving, &cold[kind], course, &mut rounds[kind]).await?;
        serving.process.end()?;
    }
    let row = |(question, rounds): (&Question, &Rounds)| {
        let (same, _) = warm.iter().zip(questions.warm()).find(|(_, warm)| warm.kind == question.kind)?;
        Some(Row::new(question.name, None, rounds.cost(), same.beside))
    };
    let rows = cold.iter().zip(&rounds).filter_map(row).collect();
    let figures = vec![
        Figure::new("start to ready, existing store", median(&starts), "ms").at_most(100.0),
        Figure::new("idle memory", median(&idle), "MB").at_most(30.0),
    ];
    Ok((figures, rows, portico.serve()?))
}

async fn once(serving: &Serving, question: &Question, course: Course, rounds: &mut Rounds) -> Outcome<()> {
    let mut load = Load::open(serving.public, course.amount.connections, course.amount.sleep).await?;
    let slice = Slice { first: 0, count: question.count };
    let begin = Cpu::of(serving.process.id())?;
    let seen = load.round(&question.requests, slice, question.expected).await?;
    rounds.add(&seen, Cpu::of(serving.process.id())?.since(&begin), slice.count);
    Ok(())
}
