//! Carrying out a schedule of faults.

use crate::fault::{Fault, Place, Trouble};
use crate::time::Time;
use crate::world::World;
use portico_bench::failure::Outcome;
use std::collections::HashMap;
use std::rc::Rc;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A fault as it was carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inflicted {
    /// What was done.
    pub(crate) trouble: Trouble,
    /// When it began.
    pub(crate) from: Time,
    /// When it was mended; a process that was started again is ready then.
    pub(crate) until: Option<Time>,
}

/// Carries out the whole schedule, which begins now, and answers when everything is mended.
///
/// A node that starts slowly is in trouble for longer than was planned. What comes next for it waits until it
/// is well, and lasts as long as planned from then.
pub(crate) async fn inflict(world: &Rc<World>, faults: Vec<Fault>) {
    let begin = Instant::now();
    let mut turns: HashMap<Place, Rc<Mutex<()>>> = HashMap::new();
    let mut under_way = JoinSet::new();
    for fault in faults {
        let world = Rc::clone(world);
        let turn = Rc::clone(turns.entry(fault.trouble.place()).or_default());
        under_way.spawn_local(async move {
            tokio::time::sleep_until(begin + fault.from).await;
            let _turn = turn.lock().await;
            let until = Instant::now() + (fault.until - fault.from);
            let done = carry_out(&world, fault, until).await;
            if let Err(failure) = done {
                world.complain(format!("the harness: {}: {failure}", fault.trouble));
            }
        });
    }
    while under_way.join_next().await.is_some() {}
}

async fn carry_out(world: &World, fault: Fault, until: Instant) -> Outcome<()> {
    let index = {
        let mut faults = world.faults.borrow_mut();
        faults.push(Inflicted { trouble: fault.trouble, from: world.clock.now(), until: None });
        faults.len() - 1
    };
    let begun = begin(world, fault.trouble).await;
    tokio::time::sleep_until(until).await;
    // Mended in any case: what half began must not stay.
    let mended = mend(world, fault.trouble).await;
    world.faults.borrow_mut()[index].until = Some(world.clock.now());
    begun.and(mended)
}

async fn begin(world: &World, trouble: Trouble) -> Outcome<()> {
    let field = &world.field;
    match trouble {
        Trouble::Killed(node) => field.kill(node),
        Trouble::Restarted(node) => field.end(node).await?,
        Trouble::Paused(node) => field.pause(node)?,
        Trouble::Cut(cut) => {
            if cut.store {
                field.cut_store(cut.node, cut.out, cut.back).await?;
            }
            if cut.bus {
                field.cut_bus(cut.node, cut.out, cut.back).await?;
            }
        }
        Trouble::StoreDown => field.stop_store().await?,
        Trouble::BusDown => field.stop_bus(),
        Trouble::Clock(node, seconds) => field.set_clock(node, seconds)?,
    }
    Ok(())
}

async fn mend(world: &World, trouble: Trouble) -> Outcome<()> {
    let field = &world.field;
    match trouble {
        Trouble::Killed(node) | Trouble::Restarted(node) => field.start(node).await,
        Trouble::Paused(node) => field.go_on(node),
        Trouble::Cut(cut) => {
            field.cut_store(cut.node, false, false).await?;
            field.cut_bus(cut.node, false, false).await
        }
        Trouble::StoreDown => field.start_store().await,
        Trouble::BusDown => field.start_bus(),
        Trouble::Clock(node, _) => field.set_clock(node, 0),
    }
}
