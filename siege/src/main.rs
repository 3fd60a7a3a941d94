//! Real nodes under fire: `cargo xtask siege` and `cargo xtask rolling`.

mod actor;
mod chance;
mod check;
mod fault;
mod field;
mod figures;
mod history;
mod inflict;
mod ledger;
mod options;
mod pool;
mod report;
mod requests;
mod rolling;
mod schedule;
mod setup;
mod siege;
mod time;
mod world;

use clap::Parser;
use options::{CommandLine, Part};
use portico_bench::failure::{During, Failure, Outcome};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

/// How many parts of this program have panicked: one that is gone would not be missed.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        told(panic);
    }));
    let line = CommandLine::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.during("the runtime").and_then(|runtime| {
        // Everything that a run has made goes when its future does, whatever ends it.
        LocalSet::new().block_on(&runtime, async {
            tokio::select! {
                outcome = perform(&line.part) => outcome,
                interrupted = interruption() => Err(interrupted),
            }
        })
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(&failure.to_string());
            ExitCode::from(2)
        }
    }
}

/// True if nothing was wrong.
async fn perform(part: &Part) -> Outcome<bool> {
    match part {
        Part::Siege(options) => {
            let report = siege::run(options).await?;
            report.lines().iter().for_each(|line| say(line));
            if let Some(file) = &options.json {
                let text = serde_json::to_string_pretty(&report.json()).during("writing JSON")?;
                std::fs::write(file, text).during(&format!("writing {}", file.display()))?;
            }
            Ok(report.is_clean())
        }
        Part::Rolling(options) => rolling::run(options).await,
    }
}

/// Answers when somebody wants the run to end.
async fn interruption() -> Failure {
    let signals =
        || Ok::<_, std::io::Error>((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?));
    let Ok((mut interrupt, mut terminate)) = signals() else { return std::future::pending().await };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Failure("interrupted; everything is taken down".into())
}

/// The binary of the nodes: this one, or the one beside the program.
fn binary(given: Option<&Path>) -> Outcome<PathBuf> {
    let own = std::env::current_exe().during("finding the node's binary")?;
    let program = given.map_or_else(|| own.with_file_name("portico"), Path::to_owned);
    if program.is_file() {
        return Ok(program);
    }
    Err(Failure(format!("no {}: cargo build --release -p portico", program.display())))
}

/// What to complain of where parts of this program have panicked.
fn panics() -> Option<String> {
    let count = PANICS.load(Ordering::Relaxed);
    (count > 0).then(|| format!("the harness: {count} of its parts panicked"))
}

/// Says one thing to whoever watches.
#[allow(clippy::print_stdout, reason = "what is said is the program's output")]
fn say(text: &str) {
    println!("{text}");
}
