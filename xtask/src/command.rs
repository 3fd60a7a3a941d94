//! Starts programs, shows what they print and keeps it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use crate::repository::Repository;

/// What a program printed (both streams, in order of arrival) and whether it succeeded.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// A program that runs in `folder`, without what `cargo run` tells only its own child.
///
/// Cargo's own variables would differ from a plain `cargo test` and make build scripts run again.
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder).stdin(Stdio::null());
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&variable);
        }
    }
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        command.envs([
            ("CARGO_INCREMENTAL", "0"),
            ("CARGO_PROFILE_DEV_DEBUG", "0"),
            ("CARGO_PROFILE_TEST_DEBUG", "0"),
        ]);
    }
    command
}

/// Cargo, in the repository's root.
pub(crate) fn cargo(repository: &Repository, arguments: &[&str]) -> Command {
    let mut command = program("cargo", &repository.root);
    command.args(arguments);
    command
}

/// Runs to the end; what it prints is passed on at once and kept.
pub(crate) fn run(mut command: Command) -> Finished {
    println!("$ {}", shown(&command));
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            let output = format!("{} cannot be started: {error}", command.get_program().to_string_lossy());
            println!("{output}");
            return Finished { success: false, output };
        }
    };
    let kept = Mutex::new(String::new());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| stdout.map(|stream| pass_on(stream, &kept)));
        scope.spawn(|| stderr.map(|stream| pass_on(stream, &kept)));
    });
    let success = child.wait().is_ok_and(|status| status.success());
    Finished { success, output: kept.into_inner().unwrap_or_default() }
}

/// Whether a program can be started and succeeds; nothing is shown.
pub(crate) fn succeeds(name: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    printed(name, arguments).is_some()
}

/// What a program prints to standard output, if it succeeds.
pub(crate) fn printed(name: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = program(name, Path::new(".")).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn pass_on(stream: impl Read, kept: &Mutex<String>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        // The last line of one stream may lack its end (Maven's is a bare escape code); the next line kept may be the
        // other stream's, and must be a line of its own.
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        let text = String::from_utf8_lossy(&line);
        let mut out = std::io::stdout().lock();
        // A closed terminal must not end the checks.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if let Ok(mut kept) = kept.lock() {
            kept.push_str(&text);
        }
        line.clear();
    }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Finished {
        let mut command = program("sh", Path::new("."));
        command.args(["-c", script]);
        run(command)
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let finished = shell("echo one; echo two >&2; exit 3");
        assert!(!finished.success);
        assert!(finished.output.contains("one\n") && finished.output.contains("two\n"));
        assert!(shell("true").success);
    }

    #[test]
    fn a_last_line_without_its_end_does_not_run_into_the_other_stream() {
        let kept = Mutex::new(String::new());
        pass_on(b"\x1b[0m".as_slice(), &kept);
        pass_on(b"flutter: 2 passed, 0 failed\n".as_slice(), &kept);
        assert!(kept.into_inner().unwrap().lines().any(|line| line == "flutter: 2 passed, 0 failed"));
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_failure() {
        let finished = run(program("no-such-program-here", Path::new(".")));
        assert!(!finished.success && finished.output.contains("no-such-program-here"));
    }
}
