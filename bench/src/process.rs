//! A server process of its own, held to a core or several.

use crate::failure::{During, Failure, Outcome};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a server may take to say that it is ready, or to end when asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; ended when dropped.
pub(crate) struct Process {
    child: Child,
    /// What its ready line said behind the word `ready`.
    pub(crate) ready: String,
    /// From the start of the process to its ready line.
    pub(crate) start: Duration,
}

impl Process {
    /// Starts a program on these cores (`0`, or `0,1`) and waits for the line `…: ready on …` on its
    /// standard output. Its standard error goes to the file `log`.
    pub(crate) fn start(cores: &str, program: &Path, arguments: &[&str], log: &Path) -> Outcome<Self> {
        let step = format!("starting {}", program.display());
        let begin = Instant::now();
        let mut child = Command::new("taskset")
            .args(["-c", cores])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log).during(&step)?)
            .spawn()
            .during(&format!("{step} with taskset (util-linux)"))?;
        let output = child.stdout.take().ok_or_else(|| Failure(format!("{step}: no standard output")))?;
        let line = ready_line(output);
        let mut process = Self { child, ready: String::new(), start: Duration::ZERO };
        match line {
            Some((ready, at)) => (process.ready, process.start) = (ready, at - begin),
            None => return Err(Failure(format!("{step}: not ready: {}", last_line(log)))),
        }
        Ok(process)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end (SIGTERM) and waits until it has; fails when it does not end well.
    pub(crate) fn end(mut self) -> Outcome<()> {
        signal("TERM", &[self.id()])?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            match self.child.try_wait().during("ending a server")? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Failure(format!("a server asked to end gave {status}"))),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        Err(Failure(format!("a server asked to end did not within {} s", PATIENCE.as_secs())))
    }

    /// Ends it at once; for servers that keep nothing.
    pub(crate) fn stop(self) {}
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The ready line and when it came. The pipe is read to its end by a thread, so that the server never
/// waits for a reader.
fn ready_line(output: ChildStdout) -> Option<(String, Instant)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, ready)) = line.split_once(": ready on ") {
                let _ = sender.send((ready.to_owned(), Instant::now()));
            }
        }
    });
    receiver.recv_timeout(PATIENCE).ok()
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("it said nothing").to_owned()
}

/// The addresses in a text such as `http://127.0.0.1:8080 (admin http://127.0.0.1:8081)`.
pub(crate) fn addresses(ready: &str) -> Vec<SocketAddr> {
    let parts = ready.split("http://").skip(1);
    parts
        .filter_map(|part| {
            part.trim_end().trim_end_matches([')', ' ']).split([' ', ',']).next()?.parse().ok()
        })
        .collect()
}

/// Sends a signal (`TERM`, `STOP`, `CONT`) to processes that this one, or a child of it, has started.
pub(crate) fn signal(name: &str, processes: &[u32]) -> Outcome<()> {
    let ids: Vec<String> = processes.iter().map(u32::to_string).collect();
    let send = format!("kill -{name} {}", ids.join(" "));
    Command::new("sh").args(["-c", &send]).status().during("sending a signal").map(drop)
}

/// Holds this process, the sender of the load, to cores; threads started later inherit it.
pub(crate) fn hold_self(cores: &str) -> Outcome<()> {
    let own = std::process::id().to_string();
    let output =
        Command::new("taskset").args(["-c", "-p", cores, &own]).output().during("taskset (util-linux)")?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure(format!("cores {cores}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// Lets this process, and those that it starts from now on, hold as many files open as the system
/// allows, and says how many that is.
pub(crate) fn open_many_files() -> Outcome<u64> {
    let own = std::process::id().to_string();
    let ask = ["--pid", &own, "--nofile", "--noheadings", "--raw", "--output", "HARD"];
    let hard = Command::new("prlimit").args(ask).output().during("prlimit (util-linux)")?;
    let hard = String::from_utf8_lossy(&hard.stdout).trim().to_owned();
    let raise = format!("--nofile={hard}:{hard}");
    Command::new("prlimit").args(["--pid", &own, &raise]).status().during("prlimit (util-linux)")?;
    Ok(hard.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_ready_line_names_both_addresses() {
        let found = addresses("http://127.0.0.1:8080 (admin http://127.0.0.1:8081)");
        assert_eq!(found, ["127.0.0.1:8080".parse().unwrap(), "127.0.0.1:8081".parse().unwrap()]);
        assert_eq!(addresses("http://127.0.0.1:9"), ["127.0.0.1:9".parse().unwrap()]);
    }

    #[test]
    fn a_program_that_ends_before_it_is_ready_is_named_with_its_last_word() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-c", "echo first >&2; echo no room >&2; exit 2"];
        let started = Process::start("0", Path::new("/bin/sh"), &arguments, &folder.path().join("log"));
        assert_eq!(started.err().unwrap().0, "starting /bin/sh: not ready: no room");
    }

    #[test]
    fn a_server_asked_to_end_must_end_well() {
        let folder = tempfile::tempdir().unwrap();
        for (code, well) in [(0, true), (3, false)] {
            let script =
                format!("trap 'exit {code}' TERM; echo 'x: ready on y'; while :; do sleep 0.01; done");
            let started =
                Process::start("0", Path::new("/bin/sh"), &["-c", &script], &folder.path().join("log"));
            let process = started.unwrap();
            assert_eq!(process.ready, "y");
            assert_eq!(process.end().is_ok(), well);
        }
    }
}
