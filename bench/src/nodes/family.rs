//! A process with its children: a server that has one process for each connection.

use crate::failure::{During, Failure, Outcome};
use std::fs;
use std::time::Duration;

/// The kernel's clock tick for `/proc/PID/stat`.
const TICK: Duration = Duration::from_millis(10);

/// The process and its children, itself first.
pub(crate) fn of(process: u32) -> Outcome<Vec<u32>> {
    let mut family = vec![process];
    for entry in fs::read_dir("/proc").during("the processes")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that has just ended is no child any more.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if field(&stat, PARENT) == Some(process) {
            family.push(id);
        }
    }
    Ok(family)
}

/// CPU time of such a family so far, in steps of 10 ms a process; children that have ended are counted.
pub(crate) fn cpu(family: &[u32]) -> Outcome<Duration> {
    let mut ticks = 0;
    for (index, process) in family.iter().enumerate() {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"));
        match (stat, index) {
            (Ok(stat), 0) => ticks += sum(&stat, &[OWN, OWN + 1, ENDED, ENDED + 1])?,
            (Ok(stat), _) => ticks += sum(&stat, &[OWN, OWN + 1])?,
            (Err(error), 0) => return Err(Failure(format!("a server's CPU time: {error}"))),
            // It ended between the list and the look.
            (Err(_), _) => {}
        }
    }
    Ok(TICK * ticks)
}

/// Places of numbers in the text of `/proc/PID/stat`, counted behind the name: see proc(5).
const PARENT: usize = 1;
/// User and system time of the process.
const OWN: usize = 11;
/// User and system time of children that have ended.
const ENDED: usize = 13;

fn sum(stat: &str, places: &[usize]) -> Outcome<u32> {
    let fields = places.iter().map(|&place| field(stat, place));
    fields.sum::<Option<u32>>().ok_or_else(|| Failure("stat without times".into()))
}

fn field(stat: &str, place: usize) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn a_child_is_found_while_it_lives() {
        let own = std::process::id();
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert!(of(own).unwrap().contains(&child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!of(own).unwrap().contains(&child.id()));
    }

    #[test]
    fn the_time_of_children_that_have_ended_counts_at_the_first_alone() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 10 0 0 0 53 4 20 3 20 0 1 0 5 6 7";
        assert_eq!(field(stat, PARENT), Some(1));
        assert_eq!(sum(stat, &[OWN, OWN + 1]).unwrap(), 57);
        assert_eq!(sum(stat, &[OWN, OWN + 1, ENDED, ENDED + 1]).unwrap(), 80);
    }
}
