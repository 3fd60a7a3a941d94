use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::judge::Tally;
use super::town::Planted;
use super::{Run, run};

/// The seeds of `cargo test`; `cargo xtask test` says 2,000.
const SEEDS: u64 = 200;
/// Where those of a soak begin, and how many they are: others than any test before it has run.
const SOAK: (u64, u64) = (2_000, 20_000);
/// Seeds in which something was wrong once.
const REGRESSIONS: &[(&str, u64)] = &[
    ("a closing was acknowledged without those before it", 49),
    ("a revocation that was never committed stayed in the memory of the node that had tried it", 51),
];

/// Where a run begins, and how many seeds it takes.
const FIRST: &str = "PORTICO_SIMULATION_FIRST";
const COUNT: &str = "PORTICO_SIMULATION_SEEDS";

/// Runs these seeds on every core; what they prove together, or the first that went wrong.
fn all(seeds: Range<u64>) -> Result<Tally, Run> {
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

/// Runs these seeds, and fails with the history of one that went wrong, or where they prove too little.
#[allow(clippy::print_stdout, reason = "a long run says how far it came")]
fn hold(seeds: Range<u64>) {
    let (count, began) = (seeds.end - seeds.start, std::time::Instant::now());
    let tally = all(seeds).unwrap_or_else(|run| panic!("{}", run.told()));
    println!("{count} seeds in {:?}: {tally:?}", began.elapsed());
    let each = |figure: usize| figure as u64 / count.max(1);
    assert!(each(tally.closed) >= 4, "hardly anything is closed: {tally:?}");
    assert!(each(tally.active) >= 40, "hardly any question is answered: {tally:?}");
    assert!(each(tally.seen_closed) >= 40, "hardly anybody asks about what is closed: {tally:?}");
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn no_answer_is_as_before_a_closing_call_that_has_answered() {
    let first = number(FIRST, 0);
    hold(first..first + number(COUNT, SEEDS));
}

#[test]
#[ignore = "minutes long: cargo xtask soak"]
fn no_answer_of_thousands_of_runs_is_as_before_a_closing_call_that_has_answered() {
    let first = number(FIRST, SOAK.0);
    hold(first..first + number(COUNT, SOAK.1));
}

#[test]
fn what_was_wrong_once_is_right() {
    for (what, seed) in REGRESSIONS {
        let run = run(*seed, Planted::Nothing);
        assert!(run.verdict.is_ok(), "{what}\n{}", run.told());
    }
}

#[test]
fn the_same_seed_has_the_same_history() {
    for seed in 0..8 {
        let (one, other) = (run(seed, Planted::Nothing), run(seed, Planted::Nothing));
        let differ = one.history.iter().zip(&other.history).position(|(one, other)| one != other);
        assert_eq!(differ, None, "{}\n{}", one.told(), other.told());
        assert_eq!(one.history.len(), other.history.len(), "seed {seed}");
    }
}

/// Whether the judge finds answers that break the rule, in one of some seeds from this one on, where this is
/// planted. Which seed it is changes with what the script does; the one that is named is the first to be tried.
fn is_found(planted: Planted, first: u64) -> bool {
    let broken = |run: &Run| run.verdict.as_ref().is_err_and(|why| why.contains("was answered as before"));
    (first..first + 200).any(|seed| broken(&run(seed, planted)))
}

#[test]
fn a_bus_that_says_what_nobody_said_is_found() {
    assert!(is_found(Planted::Flattery, 0));
}

#[test]
fn clocks_that_run_apart_by_more_than_the_margin_are_found() {
    assert!(is_found(Planted::SlowClocks, 0));
}

#[test]
fn an_acknowledgement_that_leaves_out_the_closings_before_is_found() {
    assert!(is_found(Planted::Haste, 134));
}

#[test]
fn a_lease_that_outlives_the_leaving_is_found() {
    assert!(is_found(Planted::Clinging, 133));
}
