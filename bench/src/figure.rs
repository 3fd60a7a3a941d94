//! What the kernel says about a process and a folder: CPU time, memory, file sizes.

use crate::failure::{During, Failure, Outcome};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The kernel's clock tick for `/proc/PID/stat`: `USER_HZ` is 100 on every Linux architecture in use.
const TICK: Duration = Duration::from_millis(10);

/// CPU time that a process had used at one moment.
pub(crate) struct Cpu {
    threads: BTreeMap<u32, u64>,
    whole: Duration,
}

impl Cpu {
    /// Reads the clock of every thread (nanoseconds) and that of the whole process (10 ms steps).
    pub(crate) fn of(process: u32) -> Outcome<Self> {
        let mut threads = BTreeMap::new();
        for entry in fs::read_dir(format!("/proc/{process}/task")).during("the server's CPU time")?.flatten()
        {
            let times = fs::read_to_string(entry.path().join("schedstat"));
            let id = entry.file_name().to_str().and_then(|id| id.parse().ok());
            if let (Some(id), Ok(times)) = (id, times) {
                let spent = times.split(' ').next().and_then(|spent| spent.parse().ok());
                threads.insert(id, spent.ok_or_else(|| Failure("schedstat without a time".into()))?);
            }
        }
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).during("the server's CPU time")?;
        Ok(Self { threads, whole: whole(&stat).ok_or_else(|| Failure("stat without times".into()))? })
    }

    /// CPU time used since then. Exact while all threads live on; when one has ended (its own clock is
    /// gone with it), the process clock in 10 ms steps is used.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        if earlier.threads.keys().any(|id| !self.threads.contains_key(id)) {
            return self.whole.saturating_sub(earlier.whole);
        }
        let total = |cpu: &Self| cpu.threads.values().sum::<u64>();
        Duration::from_nanos(total(self).saturating_sub(total(earlier)))
    }
}

/// User and system time from the text of `/proc/PID/stat`, whose second field may hold spaces.
fn whole(stat: &str) -> Option<Duration> {
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
    Some(TICK * (ticks(11)? + ticks(12)?))
}

/// Memory of a process, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// Resident now, the mapped program included.
    pub(crate) resident: u64,
    /// The most that was ever resident.
    pub(crate) peak: u64,
}

impl Memory {
    /// Reads `/proc/PID/status`.
    pub(crate) fn of(process: u32) -> Outcome<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).during("the server's memory")?;
        let field = |name| kibibytes(&status, name).ok_or_else(|| Failure(format!("status without {name}")));
        Ok(Self { resident: field("VmRSS:")?, peak: field("VmHWM:")? })
    }
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Bytes of the files in a folder whose names begin so (a database with its write-ahead log, say).
pub(crate) fn bytes_of(folder: &Path, prefix: &str) -> Outcome<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder).during("the store's size")?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            total += entry.metadata().during("the store's size")?.len();
        }
    }
    Ok(total)
}

/// The middle one; of an even number, the upper of the two. 0 for none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// The least one; 0 for none.
pub(crate) fn least(values: &[f64]) -> f64 {
    values.iter().copied().reduce(f64::min).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_brackets() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 10 0 0 0 53 4 0 0 20 0 1 0 5 6 7";
        assert_eq!(whole(stat), Some(Duration::from_millis(570)));
    }

    #[test]
    fn a_thread_that_ended_makes_the_process_clock_count() {
        let earlier = Cpu { threads: BTreeMap::from([(1, 100), (2, 900)]), whole: TICK };
        let grown = Cpu { threads: BTreeMap::from([(1, 150), (2, 950), (3, 5)]), whole: TICK };
        assert_eq!(grown.since(&earlier), Duration::from_nanos(105));
        let ended = Cpu { threads: BTreeMap::from([(1, 150)]), whole: TICK * 3 };
        assert_eq!(ended.since(&earlier), TICK * 2);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(kibibytes("VmPeak:\t 9 kB\nVmRSS:\t    12 kB\n", "VmRSS:"), Some(12 * 1024));
        assert!(Memory::of(std::process::id()).unwrap().resident > 0);
    }

    #[test]
    fn work_shows_in_the_cpu_time() {
        let earlier = Cpu::of(std::process::id()).unwrap();
        let mut sum = 0_u64;
        while Cpu::of(std::process::id()).unwrap().since(&earlier) < Duration::from_millis(1) {
            sum = std::hint::black_box(sum + 1);
        }
    }

    #[test]
    fn a_database_is_counted_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        for (name, size) in [("portico.db", 10), ("portico.db-wal", 5), ("master.key", 99)] {
            fs::write(folder.path().join(name), vec![0; size]).unwrap();
        }
        assert_eq!(bytes_of(folder.path(), "portico.db").unwrap(), 15);
    }

    #[test]
    fn the_median_ignores_the_order() {
        assert_eq!((median(&[3.0, 1.0, 2.0]), least(&[3.0, 1.0, 2.0]), median(&[])), (2.0, 1.0, 0.0));
    }
}
