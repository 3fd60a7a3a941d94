//! What a live session costs in memory.

use super::megabytes;
use crate::failure::Outcome;
use crate::figure::Memory;
use crate::options::Amount;
use crate::report::Figure;
use crate::server::{Portico, Serving};
use crate::setup::{World, crowd, launch, sign_in};
use std::time::Instant;

/// People signed in before the first reading, so that what grows once (connections, caches' tables,
/// the allocator's arenas) has grown.
const FIRST: usize = 1_000;

/// Apps that they launch: few, so that what is held for an app is in memory before the first reading.
const APPS: usize = 100;

/// Numbers of people that no other part of the run uses.
const NUMBERS: usize = 10_000_000;

/// Signs this many new people in, each on a session of their own that then launches one app, and reads
/// the memory before and after. Begins and ends with no server running.
pub(crate) async fn measure(portico: &mut Portico, world: &World, amount: Amount) -> Outcome<Vec<Figure>> {
    let serving = portico.serve()?;
    live(&serving, world, amount.connections, NUMBERS, FIRST).await?;
    let before = Memory::of(serving.process.id())?.resident;
    let begin = Instant::now();
    live(&serving, world, amount.connections, NUMBERS + FIRST, amount.sessions).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let after = Memory::of(serving.process.id())?;
    serving.process.end()?;
    let per_hundred_thousand = (megabytes(after.resident) - megabytes(before)) * 1e5 / amount.sessions as f64;
    let name = format!("memory per 100,000 live sessions (of {})", amount.sessions);
    Ok(vec![
        Figure::new(&name, per_hundred_thousand, "MB"),
        Figure::new("peak memory with them", megabytes(after.peak), "MB"),
        Figure::new("sign-ins with a first launch", amount.sessions as f64 / seconds, "/s"),
    ])
}

async fn live(
    serving: &Serving,
    world: &World,
    connections: usize,
    first: usize,
    count: usize,
) -> Outcome<()> {
    crowd::each(serving.public, connections, count, async |connection, index| {
        let tokens = sign_in::sign_in(connection, &world.signer, first + index).await?;
        let app = &world.apps[index % world.apps.len().min(APPS)];
        launch::launch(connection, app, &tokens.access, "openid").await.map(drop)
    })
    .await
    .map(drop)
}
