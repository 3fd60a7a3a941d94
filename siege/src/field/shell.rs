//! Programs of the system, run to their end.

use portico_bench::failure::{During, Failure, Outcome};
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a program and gives what it printed; a failure names it with the last line of what it complained of.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Outcome<String> {
    feed(program, arguments, "")
}

/// The same, with this on its standard input.
pub(crate) fn feed(program: &str, arguments: &[&str], input: &str) -> Outcome<String> {
    let step = format!("{program} {}", arguments.join(" "));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .during(&step)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that needs no input may be gone already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().during(&step)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("{step}: {}", complaint.lines().last().unwrap_or("it said nothing"))))
}

/// Runs work that blocks on a thread of its own.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.during("a thread")?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn input_is_read_and_a_complaint_is_told() {
        assert_eq!(feed("cat", &[], "a\nb").unwrap(), "a\nb");
        let failure = run("sh", &["-c", "echo one >&2; echo two >&2; exit 1"]).unwrap_err();
        assert!(failure.0.ends_with("exit 1: two"), "{failure}");
    }
}
