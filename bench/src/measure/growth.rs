//! The database must not grow with launches.

use super::mebibytes;
use super::question::Questions;
use crate::failure::Outcome;
use crate::load::{Load, Slice};
use crate::options::Amount;
use crate::report::Figure;
use crate::server::Portico;
use crate::setup::World;

/// Launches of the same apps by the same people: the size of the database with its log before and after,
/// at rest (server ended) and while it runs. Begins and ends with no server running.
pub(crate) async fn measure(portico: &mut Portico, world: &World, amount: Amount) -> Outcome<Vec<Figure>> {
    // The log first grows to its working size, whatever is written.
    let serving = portico.serve()?;
    let questions = Questions::prepare(&serving, world, Amount { rounds: 1, ..amount }).await?;
    serving.process.end()?;
    let rest = portico.database()?;

    let serving = portico.serve()?;
    let [.., launch] = questions.warm();
    let mut load = Load::open(serving.public, amount.connections, amount.sleep).await?;
    let tenth = amount.launches / 10;
    load.round(&launch.requests, Slice { first: 0, count: tenth }, launch.expected).await?;
    let running = portico.database()?;
    for _ in 0..10 {
        load.round(&launch.requests, Slice { first: 0, count: tenth }, launch.expected).await?;
    }
    let grown = portico.database()?;
    serving.process.end()?;
    let name = |how: &str| format!("database growth over {} launches, {how}", tenth * 10);
    let change = |before: u64, after: u64| mebibytes(after) - mebibytes(before);
    Ok(vec![
        Figure::new(&name("at rest"), change(rest, portico.database()?), "MiB").at_most(1.0),
        Figure::new(&name("running, log included"), change(running, grown), "MiB").at_most(1.0),
        Figure::new("database at rest", mebibytes(rest), "MiB"),
    ])
}
