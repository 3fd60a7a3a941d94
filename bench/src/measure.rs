//! One run: everything that is measured of one store, in order.

pub(crate) mod among;
pub(crate) mod growth;
pub(crate) mod lists;
pub(crate) mod merchants;
pub(crate) mod pages;
pub(crate) mod question;
pub(crate) mod race;
pub(crate) mod sessions;
pub(crate) mod starts;
pub(crate) mod sync;

use crate::failure::Outcome;
use crate::options::Amount;
use crate::report::{Figure, Run};
use crate::server::{Portico, Serving};
use crate::setup::World;
use question::Questions;
use race::Track;

/// Where and with how much a run measures.
#[derive(Clone, Copy)]
pub(crate) struct Course {
    pub(crate) amount: Amount,
    /// The core of the servers.
    pub(crate) core: usize,
}

/// Measures the requests, warm and cold, and the starts. The server must be running; it is ended and
/// started again on the way, and the last start is given back.
pub(crate) async fn requests_and_starts(
    name: &str,
    portico: &mut Portico,
    serving: Serving,
    world: &World,
    course: Course,
) -> Outcome<(Run, Serving)> {
    let amount = course.amount;
    progress("signing in, consenting, launching");
    let questions = Questions::prepare(&serving, world, amount).await?;
    serving.process.end()?;

    // A fresh process has never seen any of the tokens, whatever launching left in memory.
    let serving = portico.serve()?;
    let mut track = Track::new(&serving, course).await?;
    let mut rows = Vec::new();
    for question in questions.warm() {
        progress(question.name);
        rows.push(track.race(question).await?);
    }
    drop(track);
    serving.process.end()?;

    progress("starts, and cold misses");
    let (mut figures, cold, serving) = starts::measure(portico, &questions, &rows, course).await?;
    rows.extend(cold);
    progress("the operator's lists");
    figures.extend(lists::measure(&serving).await?);
    figures.push(Figure::new("binary", megabytes(portico.binary()?), "MB").at_most(25.0));
    Ok((Run { name: name.into(), beside: "bare", rows, figures }, serving))
}

/// Measures what is not asked per request: commits per sync, growth, and memory of sessions. Ends the
/// server.
pub(crate) async fn stores(
    portico: &mut Portico,
    serving: Serving,
    world: &World,
    course: Course,
) -> Outcome<Vec<Figure>> {
    progress("refreshes");
    let mut figures = sync::measure(&serving, world, course.amount).await?;
    serving.process.end()?;
    progress("the database's growth");
    figures.extend(growth::measure(portico, world, course.amount).await?);
    progress("pages");
    figures.extend(pages::measure(portico, world).await?);
    progress("memory of live sessions");
    figures.extend(sessions::measure(portico, world, course.amount).await?);
    Ok(figures)
}

/// Bytes as MiB.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1024 * 1024)
}

/// Bytes as millions.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Says on standard error what is being done, so that a long run is not a silent one.
#[allow(clippy::print_stderr, reason = "progress belongs to standard error, figures to standard output")]
pub(crate) fn progress(step: &str) {
    eprintln!("bench: {step}");
}
