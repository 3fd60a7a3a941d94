//! What the figures were measured on.

use serde::Serialize;
use std::fs;

/// The machine and the moment of a run.
#[derive(Default, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) kernel: String,
    pub(crate) cores: usize,
    /// Seconds since 1970.
    pub(crate) measured_at: u64,
}

impl Machine {
    /// This machine, now; what cannot be read stays empty.
    pub(crate) fn this() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let models =
            || processors.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self {
            processor: models().next().map(|(_, model)| model.into()).unwrap_or_default(),
            kernel: kernel.trim().into(),
            cores: processors.lines().filter(|line| line.starts_with("processor")).count(),
            measured_at: now.map(|now| now.as_secs()).unwrap_or_default(),
        }
    }
}
