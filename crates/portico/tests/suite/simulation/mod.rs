//! The real code in simulation: real routes, rules and memory of several nodes in one process, on one thread,
//! over a store and a bus that fail by the dice. Time and chance are handed in, so that a seed says everything.

mod cast;
mod chaos;
mod deeds;
mod dice;
mod ending;
mod feed;
mod history;
mod judge;
mod node;
mod process;
mod script;
mod store;
mod tests;
mod town;
mod wires;

use std::sync::atomic::Ordering;

use self::cast::APPS;
use self::feed::BackEnd;
use self::history::{Entry, Line};
use self::judge::{Tally, judge};
pub use self::node::house;
pub use self::process::Wall;
use self::town::{NODES, Planted, Town};

/// How long everything goes wrong, in milliseconds.
const CHAOS: u64 = 8_000;
/// How long it takes at most until everything is as it was, in milliseconds: a node that leaves while it is
/// cut off takes five seconds and lingers for one and a half, the others wait two for its lease.
const SETTLED: u64 = 10_000;

/// How long it takes at most until a back end has found a node and heard what it missed, in milliseconds.
const HEARD: u64 = 4_000;

/// What came of a run.
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// What happened.
    pub history: Vec<Line>,
    /// What it proves, or what was wrong.
    pub verdict: Result<Tally, String>,
}

/// Runs the town of this seed.
pub fn run(seed: u64, planted: Planted) -> Run {
    // Made in a runtime of its own, before this one.
    cast::cast();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    let (mut history, ending) = runtime.block_on(live(seed, planted));
    let verdict = match judge(&history) {
        Err(violation) => {
            history.truncate(violation.place + 1);
            let (question, closing) = (violation.question, violation.closing);
            Err(format!(
                "call #{question} was answered as before call #{closing}, which had answered when it was sent"
            ))
        }
        Ok(tally) => ending.map(|()| tally),
    };
    Run { seed, history, verdict }
}

async fn live(seed: u64, planted: Planted) -> (Vec<Line>, Result<(), String>) {
    let town = Town::new(seed, planted).await;
    (0..NODES).for_each(|number| town.start(number));
    // Every node has read the list of all of them.
    script::pause(1_000).await;
    let over = script::Over::default();
    let clients = script::begin(&town, &over);
    let back_ends: Vec<_> = (0..APPS.len()).map(|app| BackEnd::begin(&town, app)).collect();
    if planted == Planted::SlowClocks {
        // Nothing else is needed for it than a bus that carries nothing.
        (0..NODES).for_each(|number| town.wires.hold_back(number));
        script::pause(CHAOS).await;
    } else {
        chaos::reign(&town, CHAOS).await;
    }
    over.store(true, Ordering::Relaxed);
    chaos::peace(&town);
    for client in clients {
        client.await.expect("nobody who calls panics");
    }
    script::pause(SETTLED).await;
    // The back end of a suspended app hears nothing.
    for app in 0..APPS.len() {
        script::resume(&town, app).await;
    }
    script::pause(HEARD).await;
    town.history.note(Entry::Chaos("the end".to_owned()));
    let mut ending = ending::look(&town).await;
    for back_end in back_ends {
        ending = ending.and(back_end.missed(&town).await);
    }
    (town.history.lines(), ending)
}

impl Run {
    /// What is needed to understand it.
    pub fn told(&self) -> String {
        let lines: Vec<_> = self.history.iter().map(|line| format!("{line}\n")).collect();
        let what = self.verdict.as_ref().err().map_or("all is well", String::as_str);
        format!("{}seed {}: {what}", lines.concat(), self.seed)
    }
}
