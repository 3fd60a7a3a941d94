//! What befalls the nodes, by the dice.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::history::Entry;
use super::script::pause;
use super::store::{Stage, Way};
use super::town::{NODES, Planted, Town};
use super::wires::Weather;

/// One misfortune after the other, for about so many milliseconds.
pub async fn reign(town: &Arc<Town>, millis: u64) {
    let until = tokio::time::Instant::now() + std::time::Duration::from_millis(millis);
    // Some runs are calm, others are not.
    let most = *town.dice.pick(&[200, 600, 2000]);
    while tokio::time::Instant::now() < until {
        pause(town.dice.between(20, most)).await;
        befall(town);
    }
}

fn note(town: &Town, what: String) {
    town.history.note(Entry::Chaos(what));
}

/// Undoes this after a while that the dice decide.
fn later(town: &Arc<Town>, most: u64, what: String, undo: impl FnOnce(&Arc<Town>) + Send + 'static) {
    let (town, after) = (town.clone(), town.dice.between(10, most));
    tokio::spawn(async move {
        pause(after).await;
        note(&town, what);
        undo(&town);
    });
}

fn befall(town: &Arc<Town>) {
    let number = town.dice.index(NODES);
    match town.dice.below(16) {
        0..3 => stop(town, number),
        3 => kill(town, number),
        4 => leave(town, number, town.dice.one_in(2)),
        5..8 => cut_off(town, number),
        8 => weather(town),
        9 => silence(town, number),
        10 => {
            // No two further apart than half an hour: what a clock further behind commits is too old to be told
            // to a feed that begins anew.
            let ahead = i64::try_from(town.dice.below(1600)).unwrap() - 800;
            note(town, format!("the wall clock of node {number} is {ahead} s ahead"));
            town.places[number].wall.set(ahead * 1000);
        }
        11..14 => ambush(town, number),
        14 => leave_in_the_midst(town, number),
        _ => slow_down(town, number),
    }
}

/// Makes the database slow for the node at a place.
pub fn slow_down(town: &Arc<Town>, number: usize) {
    if town.peace.load(Ordering::Relaxed) {
        return;
    }
    let slowest = town.dice.between(20, 1500);
    note(town, format!("the database is slow for node {number}: up to {slowest} ms each way"));
    town.places[number].wire.slow(slowest);
    mend_later(town, number);
}

fn stop(town: &Arc<Town>, number: usize) {
    let Some(process) = town.places[number].process() else { return };
    note(town, format!("node {number} is stopped"));
    process.stop();
    later(town, 4000, format!("node {number} goes on"), move |_| process.go_on());
}

fn kill(town: &Arc<Town>, number: usize) {
    if town.places[number].process().is_none() {
        return;
    }
    note(town, format!("node {number} is killed"));
    town.kill(number);
    later(town, 3000, format!("node {number} starts"), move |town| start_where_none_runs(town, number));
}

/// The calls to the database at which something may lie in wait.
const CALLS: [&str; 11] = [
    "commit",
    "commit",
    "commit",
    "commit",
    "renew",
    "enter",
    "standing",
    "closings_after",
    "session",
    "client",
    "consents",
];

/// What happens in the worst moment.
fn ambush(town: &Arc<Town>, number: usize) {
    let (call, stage) = (*town.dice.pick(&CALLS), *town.dice.pick(&[Stage::Sent, Stage::Done]));
    let there = town.clone();
    let spring = move || {
        note(&there, format!("node {number} has {stage:?} a {call}"));
        match there.dice.below(7) {
            0 => stop(&there, number),
            1 | 2 => kill(&there, number),
            3 => leave(&there, number, false),
            _ => cut_off(&there, number),
        }
    };
    town.places[number].wire.lay_trap(call, stage, spring);
}

fn start_where_none_runs(town: &Arc<Town>, number: usize) {
    if town.places[number].process().is_none() {
        town.start(number);
    }
}

fn leave(town: &Arc<Town>, number: usize, with_care: bool) {
    let Some(node) = town.places[number].node() else { return };
    note(town, format!("node {number} leaves"));
    let town = town.clone();
    let lingers = *town.dice.pick(&[0, 20, 500, 1500]);
    tokio::spawn(async move {
        let leaving = async {
            match town.planted {
                Planted::Clinging => node.seem_to_leave().await,
                _ => node.leave(with_care).await,
            }
        };
        let left = tokio::time::timeout(std::time::Duration::from_secs(5), leaving).await;
        // A process that has left may take its time to end, and be asked meanwhile.
        pause(lingers).await;
        // Something else may have befallen it meanwhile.
        if town.places[number].node().is_some_and(|there| Arc::ptr_eq(&there, &node)) {
            note(&town, format!("node {number} is gone{}", if left.is_err() { ", at last" } else { "" }));
            town.kill(number);
            start_where_none_runs(&town, number);
        }
    });
}

/// What a renewal reads after it was counted: the closings that are missing, or all that is held whole
/// where the lease had lapsed.
const READINGS: [&str; 4] = ["closings_after", "scopes", "signing_keys", "revoked_tokens"];

/// Lets a node leave while a renewal is under way, at a time when the database is slow for it and it may
/// hear nothing.
fn leave_in_the_midst(town: &Arc<Town>, number: usize) {
    let (call, stage) = (*town.dice.pick(&READINGS), *town.dice.pick(&[Stage::Sent, Stage::Done]));
    let (there, slowest, deaf) = (town.clone(), town.dice.between(5, 40), town.dice.one_in(2));
    let spring = move || {
        note(&there, format!("node {number} has {stage:?} {call}, and has up to {slowest} ms to wait"));
        there.places[number].wire.slow(slowest);
        mend_later(&there, number);
        if deaf {
            (0..NODES).for_each(|other| there.wires.cut(other, number));
            later(&there, 3500, "the bus is mended".to_owned(), |town| town.wires.mend());
        }
        leave(&there, number, false);
    };
    town.places[number].wire.lay_trap(call, stage, spring);
    let Some(process) = town.places[number].process().filter(|_| town.dice.one_in(2)) else { return };
    note(town, format!("node {number} is stopped until its lease is over"));
    process.stop();
    let (town, after) = (town.clone(), town.dice.between(2100, 2600));
    tokio::spawn(async move {
        pause(after).await;
        note(&town, format!("node {number} goes on"));
        process.go_on();
    });
}

/// Lets the node at a place learn that its next commit failed, though it did not.
pub fn lose_the_next_answer(town: &Arc<Town>, number: usize) {
    if town.peace.load(Ordering::Relaxed) || town.places[number].wire.is_trapped() {
        return;
    }
    let there = town.clone();
    let spring = move || {
        note(&there, format!("node {number} does not learn of its commit"));
        there.places[number].wire.cut(Way::Open, Way::Failing);
        mend_later(&there, number);
    };
    town.places[number].wire.lay_trap("commit", Stage::Done, spring);
}

fn cut_off(town: &Arc<Town>, number: usize) {
    let ways = [Way::Open, Way::Failing, Way::Hanging];
    let (there, back) = (*town.dice.pick(&ways), *town.dice.pick(&ways));
    note(town, format!("the database for node {number}: requests {there:?}, answers {back:?}"));
    town.places[number].wire.cut(there, back);
    mend_later(town, number);
}

fn mend_later(town: &Arc<Town>, number: usize) {
    later(town, 3500, format!("the database is back for node {number}"), move |town| {
        town.places[number].wire.mend();
    });
}

fn weather(town: &Arc<Town>) {
    let weather = Weather {
        lost: town.dice.below(5),
        doubled: town.dice.below(4),
        slowest: *town.dice.pick(&[2, 50, 600, 3000]),
    };
    note(town, format!("the bus: {weather:?}"));
    town.wires.weather(weather);
}

fn silence(town: &Arc<Town>, number: usize) {
    let other = (number + 1 + town.dice.index(NODES - 1)) % NODES;
    match town.dice.below(4) {
        0 => {
            note(town, format!("the bus takes nothing from node {number}"));
            town.wires.hold_back(number);
        }
        1 => {
            note(town, format!("the bus is cut between nodes {number} and {other}"));
            town.wires.cut(number, other);
            town.wires.cut(other, number);
        }
        _ => {
            note(town, format!("the bus carries nothing from node {number} to node {other}"));
            town.wires.cut(number, other);
        }
    }
    later(town, 3500, "the bus is mended".to_owned(), |town| town.wires.mend());
}

/// Everything is well again, and stays so.
pub fn peace(town: &Arc<Town>) {
    note(town, "peace".to_owned());
    town.peace.store(true, Ordering::Relaxed);
    town.wires.mend();
    for (number, place) in town.places.iter().enumerate() {
        place.wire.take_trap();
        place.wire.mend();
        place.wall.set(0);
        match place.process() {
            Some(process) => process.go_on(),
            None => town.start(number),
        }
    }
}
