//! The packages for other people's code. Each has one command that builds, tests, documents and packs it, and ends with
//! the runner's own totals.

use crate::command::{program, run};
use crate::repository::Repository;
use crate::tally::{Runner, Tally};
use crate::tools;

const SDKS: [&str; 7] = ["web", "node", "rust", "python", "java", "react-native", "flutter"];

pub(crate) fn check(repository: &Repository) -> Tally {
    let mut tally = Tally::default();
    for sdk in SDKS {
        let mut check = program("./check", &repository.at("sdk").join(sdk));
        check.env("PORTICO_BIN", repository.portico()).env("CHROMIUM", tools::chromium());
        let finished = run(check);
        // Of what runs inside, only the last line is the whole.
        let last = finished.output.lines().rfind(|line| line.starts_with(&format!("{sdk}: ")));
        let mut package = Tally::of_runner(Runner::Check, last.unwrap_or_default(), finished.success);
        for note in &mut package.notes {
            note.insert_str(0, &format!("{sdk}: "));
        }
        tally += package;
    }
    tally
}
