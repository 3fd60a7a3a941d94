//! Which faults a run has, from its seed.

use crate::chance::Chance;
use crate::fault::{Cut, Fault, Trouble};
use std::time::Duration;

/// What a schedule may draw from.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// How many nodes there are.
    pub(crate) nodes: usize,
    /// Whether the nodes share a database and a bus.
    pub(crate) services: bool,
    /// Whether the nodes' wall clocks can be set.
    pub(crate) clock: bool,
    /// When everything is mended.
    pub(crate) length: Duration,
}

/// How long it is quiet at the beginning, so that there is something to compare with.
const FIRST_QUIET: u64 = 8_000;
/// How long a quiet stretch in between lasts, in milliseconds.
const QUIET: u64 = 7_000;
/// How many in a hundred stretches between two faults are quiet ones.
const QUIET_SHARE: u64 = 25;
/// How many in a hundred faults are joined by a second one.
const SECOND_SHARE: u64 = 25;
/// By how many seconds a clock jumps at most, either way: a delivery may be put off for so long.
const JUMP: u64 = 60;

/// The faults of this seed, in the order in which they begin. At most two are there at a time, never of one
/// node or one service.
pub(crate) fn schedule(seed: u64, bounds: Bounds) -> Vec<Fault> {
    let chance = Chance::of(seed, 0);
    let length = u64::try_from(bounds.length.as_millis()).unwrap_or(u64::MAX);
    let (mut at, mut faults) = (FIRST_QUIET, Vec::new());
    loop {
        let first = one(&chance, bounds, at);
        let end = millis(first.until);
        if end > length {
            return faults;
        }
        faults.push(first);
        if chance.percent(SECOND_SHARE) {
            let second = one(&chance, bounds, chance.within(at..end));
            let apart = second.trouble.node() != first.trouble.node();
            if apart && millis(second.until) <= length {
                faults.push(second);
            }
        }
        let end = faults.iter().map(|fault| millis(fault.until)).max().unwrap_or(end);
        let quiet = if chance.percent(QUIET_SHARE) { QUIET } else { 0 };
        at = end + chance.within(500..2_500) + quiet;
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn one(chance: &Chance, bounds: Bounds, from: u64) -> Fault {
    let node = chance.below(bounds.nodes);
    let (trouble, lasts) = loop {
        // Drawn by weight; what is not to be had here is drawn again.
        match chance.within(0..100) {
            0..20 => break (Trouble::Killed(node), chance.within(300..4_000)),
            20..45 => break (Trouble::Paused(node), chance.within(1_000..10_001)),
            45..75 if bounds.services => {
                break (Trouble::Cut(cut(chance, node)), chance.within(1_000..8_000));
            }
            75..81 if bounds.services => break (Trouble::StoreDown, chance.within(300..5_000)),
            81..88 if bounds.services => break (Trouble::BusDown, chance.within(300..5_000)),
            88..94 => break (Trouble::Restarted(node), chance.within(300..2_000)),
            94..100 if bounds.clock => {
                let seconds = i64::try_from(chance.within(1..2 * JUMP + 1)).unwrap_or(1) - JUMP as i64;
                break (Trouble::Clock(node, seconds), chance.within(2_000..8_000));
            }
            _ => {}
        }
    };
    Fault { from: Duration::from_millis(from), until: Duration::from_millis(from + lasts), trouble }
}

fn cut(chance: &Chance, node: usize) -> Cut {
    let (store, bus) = [(true, false), (false, true), (true, true)][chance.below(3)];
    let (out, back) = [(true, false), (false, true), (true, true)][chance.below(3)];
    Cut { node, store, bus, out, back }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { nodes: 3, services: true, clock: true, length: Duration::from_secs(600) };

    #[test]
    fn a_seed_gives_one_schedule() {
        assert_eq!(schedule(5, BOUNDS), schedule(5, BOUNDS));
        assert_ne!(schedule(5, BOUNDS), schedule(6, BOUNDS));
    }

    #[test]
    fn at_most_two_faults_are_there_at_once_and_never_of_one_node() {
        for seed in 0..200 {
            let faults = schedule(seed, BOUNDS);
            for fault in &faults {
                assert!(fault.from < fault.until && fault.until <= BOUNDS.length, "seed {seed}: {fault}");
                let there = |other: &&Fault| other.from <= fault.from && fault.from < other.until;
                let there: Vec<_> = faults.iter().filter(there).collect();
                assert!(there.len() <= 2, "seed {seed} at {fault}");
                if let [one, other] = there[..] {
                    assert_ne!(one.trouble.node(), other.trouble.node(), "seed {seed} at {fault}");
                }
            }
        }
    }

    #[test]
    fn every_kind_of_fault_comes_up_in_half_an_hour() {
        let faults = schedule(1, Bounds { length: Duration::from_secs(1800), ..BOUNDS });
        let mut kinds: Vec<_> = faults.iter().map(|fault| fault.trouble.kind()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 9, "{kinds:?}");
    }

    #[test]
    fn a_node_alone_has_no_fault_of_services() {
        let alone = Bounds { nodes: 1, services: false, clock: false, ..BOUNDS };
        for fault in schedule(3, alone) {
            assert!(matches!(fault.trouble, Trouble::Killed(0) | Trouble::Paused(0) | Trouble::Restarted(0)));
        }
    }
}
