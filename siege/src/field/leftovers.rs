//! What runs that ended badly left behind.

use super::network::{LINK, PREFIX};
use super::shell::run;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the folders of runs lie: a database's own user must be able to come here.
const PLACE: &str = "/var/tmp";

/// The folder of a run.
pub(crate) fn folder(run_id: u32) -> PathBuf {
    Path::new(PLACE).join(format!("{PREFIX}{run_id}"))
}

/// Ends the processes of runs that are no more, and removes their namespaces, links and folders.
pub(crate) fn clear() {
    let names = run("ip", &["netns", "list"]).unwrap_or_default();
    for name in names.lines().filter_map(|line| line.split(' ').next()) {
        let Some(run_id) = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()) else {
            continue;
        };
        if is_over(run_id) {
            let pids = run("ip", &["netns", "pids", name]).unwrap_or_default();
            pids.lines().for_each(end);
            let _ = run("ip", &["netns", "del", name]);
        }
    }
    let links = run("ip", &["-o", "link", "show"]).unwrap_or_default();
    let links = links.lines().filter_map(|line| line.split(": ").nth(1)?.split('@').next());
    for link in links.filter(|link| link.starts_with(LINK)) {
        if link[LINK.len()..].split('n').next().is_some_and(is_over) {
            let _ = run("ip", &["link", "del", link]);
        }
    }
    let entries = fs::read_dir(PLACE).into_iter().flatten().flatten();
    for folder in entries.map(|entry| entry.path()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.strip_prefix(PREFIX).is_some_and(is_over) {
            clear_folder(&folder);
        }
    }
}

/// Ends the services whose ids are noted in this folder, and removes it.
fn clear_folder(folder: &Path) {
    for note in ["nats.pid", "pg/postmaster.pid"] {
        let text = fs::read_to_string(folder.join(note)).unwrap_or_default();
        let Some(pid) = text.lines().next() else { continue };
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        // The number may be somebody else's by now.
        if String::from_utf8_lossy(&command).contains(&*folder.to_string_lossy()) {
            end(pid);
        }
    }
    let _ = fs::remove_dir_all(folder);
}

fn end(pid: &str) {
    let _ = run("kill", &["-9", pid.trim()]);
}

fn is_over(run_id: &str) -> bool {
    let number = run_id.parse::<u32>().is_ok();
    let name = fs::read_to_string(format!("/proc/{run_id}/comm")).unwrap_or_default();
    number && name.trim() != "portico-siege"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_over_when_no_process_of_that_number_is_one() {
        assert!(is_over(&std::process::id().to_string()), "a test is no run");
        assert!(is_over("4000000000") && !is_over("mine"));
    }
}
