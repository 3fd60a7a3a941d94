use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::judge::Tally;
use super::town::Planted;
use super::{Run, run};

/// The seeds of the ordinary run.
const SEEDS: std::ops::Range<u64> = 0..100;

/// Runs these seeds on every core; what they prove together, or the first that went wrong.
fn all(seeds: std::ops::Range<u64>) -> Result<Tally, Run> {
    let (next, sum, wrong) = (AtomicU64::new(seeds.start), Mutex::new(Tally::default()), Mutex::new(None));
    let work = || {
        while wrong.lock().is_none() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let run = run(seed, Planted::Nothing);
            match run.verdict {
                Ok(tally) => *sum.lock() += tally,
                Err(_) => *wrong.lock() = Some(run),
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner();
    wrong.map_or_else(|| Ok(sum.into_inner()), Err)
}

#[test]
fn no_answer_is_as_before_a_closing_call_that_has_answered() {
    let began = std::time::Instant::now();
    match all(SEEDS) {
        Ok(tally) => eprintln!("{tally:?} in {:?}", began.elapsed()),
        Err(run) => panic!("{}", run.told()),
    }
}

#[test]
fn the_same_seed_has_the_same_history() {
    for seed in 0..10 {
        let (one, other) = (run(seed, Planted::Nothing), run(seed, Planted::Nothing));
        let differ = one.history.iter().zip(&other.history).position(|(one, other)| one != other);
        assert_eq!(differ, None, "{}\n{}", one.told(), other.told());
        assert_eq!(one.history.len(), other.history.len());
    }
}

/// The first of a few seeds in which the judge finds something.
fn found(planted: Planted) -> Option<Run> {
    (0..20).map(|seed| run(seed, planted)).find(|run| run.verdict.is_err())
}

#[test]
fn a_bus_that_says_what_nobody_said_is_found() {
    let run = found(Planted::Flattery).expect("the judge finds nothing");
    assert!(run.verdict.is_err_and(|why| why.contains("was answered as before")));
}

#[test]
fn clocks_that_run_apart_by_more_than_the_margin_are_found() {
    let run = found(Planted::SlowClocks).expect("the judge finds nothing");
    assert!(run.verdict.is_err_and(|why| why.contains("was answered as before")));
}
