//! The stages, in the order in which they run: what is quick comes first.

use std::time::Instant;

use crate::report::{self, Row};
use crate::repository::Repository;
use crate::stage::{browser, clients, deploy, docs, rust, sdk, siege};
use crate::tally::Tally;
use crate::tools;

/// One named part of `cargo xtask test`.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Stages without which this one cannot tell anything.
    needs: &'static [&'static str],
    run: fn(&Repository) -> Tally,
}

/// Every stage. `deny` is left out of a run where cargo-deny is not installed: it takes ten minutes to
/// build, and the summary says so.
pub(crate) const STAGES: &[Stage] = &[
    Stage { name: "fmt", about: "cargo fmt --check", needs: &[], run: rust::fmt },
    Stage {
        name: "docs",
        about: "links in *.md, no path of one machine in any file",
        needs: &[],
        run: docs::check,
    },
    Stage {
        name: "deploy",
        about: "the files in deploy/, by haproxy, NATS, PostgreSQL, Compose and systemd",
        needs: &[],
        run: deploy::check,
    },
    Stage { name: "clippy", about: "cargo clippy, warnings are errors", needs: &[], run: rust::clippy },
    Stage { name: "doc", about: "cargo doc, warnings are errors", needs: &[], run: rust::doc },
    Stage {
        name: "test",
        about: "cargo test: rules, stores, routes, stories; PostgreSQL, pgbouncer and NATS run beside it",
        needs: &[],
        run: rust::test,
    },
    Stage { name: "release", about: "cargo build --release -p portico", needs: &[], run: rust::release },
    Stage {
        name: "sdk",
        about: "the packages in sdk/: each built, tested against the binary, documented and packed",
        needs: &["release"],
        run: sdk::check,
    },
    Stage {
        name: "clients",
        about: "OIDC clients as they are published; the commands in the guides",
        needs: &["release"],
        run: clients::check,
    },
    Stage {
        name: "machine",
        about: "full disk, read-only mount, SIGKILL",
        needs: &["release"],
        run: clients::machine,
    },
    Stage {
        name: "siege",
        about: "the closing rule on three nodes under fire, two minutes",
        needs: &["release"],
        run: siege::siege,
    },
    Stage {
        name: "rolling",
        about: "every node restarted behind HAProxy, and no request fails",
        needs: &["release"],
        run: siege::rolling,
    },
    Stage {
        name: "browser",
        about: "the demo and the pages in Chromium",
        needs: &["release"],
        run: browser::check,
    },
    Stage { name: "deny", about: "cargo deny check", needs: &[], run: rust::deny },
];

/// The stage's name, or a message that lists the known ones.
pub(crate) fn known(name: &str) -> Result<&'static str, String> {
    STAGES.iter().map(|stage| stage.name).find(|known| *known == name).ok_or_else(|| {
        let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        format!("no stage is called `{name}`; there are {}", names.join(", "))
    })
}

/// Runs the stages named in `only` (all, where it is empty) with those that they need.
///
/// True if nothing failed. Where a tool is missing, nothing runs and the error names all that is missing.
pub(crate) fn run(repository: &Repository, install: bool, only: &[String]) -> Result<bool, String> {
    let deny = rust::deny_is_installed();
    if !deny && only.iter().any(|name| name == "deny") {
        return Err("missing: cargo-deny (cargo install --locked cargo-deny)".to_owned());
    }
    let stages: Vec<&Stage> =
        STAGES.iter().filter(|stage| chosen(stage, only) && (stage.name != "deny" || deny)).collect();
    let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();

    let start = Instant::now();
    tools::provide(repository, install, &names)?;
    let mut rows = vec![Row { stage: "tools", time: start.elapsed(), tally: Tally::passed() }];
    for stage in stages {
        println!("\n== {}: {}", stage.name, stage.about);
        let start = Instant::now();
        let tally = match broken_need(stage, &rows) {
            Some(need) => Tally::failed(format!("could not run: stage `{need}` failed")),
            None => (stage.run)(repository),
        };
        let time = start.elapsed();
        println!(
            "== {}: {} passed, {} failed, {}",
            stage.name,
            tally.passed,
            tally.failed,
            report::shown(time)
        );
        rows.push(Row { stage: stage.name, time, tally });
    }
    let notes: &[String] = if deny || !only.is_empty() {
        &[]
    } else {
        &["cargo-deny is not installed here, so `cargo deny check` was not run".into()]
    };
    print!("{}", report::summary(&rows, notes));
    Ok(rows.iter().all(|row| row.tally.failed == 0))
}

/// Runs something longer than a stage, with the tools and the release binary that these stages need.
///
/// True if nothing failed.
pub(crate) fn run_beside(
    repository: &Repository,
    install: bool,
    stages: &[&str],
    work: impl FnOnce() -> Tally,
) -> Result<bool, String> {
    tools::provide(repository, install, stages)?;
    let mut tally = rust::release(repository);
    if tally.failed == 0 {
        tally += work();
    }
    tally.notes.iter().for_each(|note| println!("note: {note}"));
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn chosen(stage: &Stage, only: &[String]) -> bool {
    let named = |name: &str| only.iter().any(|chosen| chosen == name);
    only.is_empty()
        || named(stage.name)
        || STAGES.iter().any(|other| named(other.name) && other.needs.contains(&stage.name))
}

fn broken_need(stage: &Stage, rows: &[Row]) -> Option<&'static str> {
    rows.iter().find(|row| stage.needs.contains(&row.stage) && row.tally.failed > 0).map(|row| row.stage)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(only: &[&str]) -> Vec<&'static str> {
        let only: Vec<String> = only.iter().map(ToString::to_string).collect();
        STAGES.iter().filter(|stage| chosen(stage, &only)).map(|stage| stage.name).collect()
    }

    #[test]
    fn what_a_stage_needs_runs_with_it_and_before_it() {
        assert_eq!(names(&["browser"]), ["release", "browser"]);
        assert_eq!(names(&["fmt", "docs"]), ["fmt", "docs"]);
        assert_eq!(names(&[]).len(), STAGES.len());
    }

    #[test]
    fn every_need_is_a_stage_that_stands_earlier() {
        for (place, stage) in STAGES.iter().enumerate() {
            for need in stage.needs {
                assert!(STAGES[..place].iter().any(|earlier| earlier.name == *need), "{}", stage.name);
            }
        }
    }

    #[test]
    fn a_stage_whose_need_failed_is_not_run() {
        let clients = STAGES.iter().find(|stage| stage.name == "clients").unwrap();
        let mut rows = vec![Row { stage: "release", time: Default::default(), tally: Tally::passed() }];
        assert_eq!(broken_need(clients, &rows), None);
        rows[0].tally = Tally::failed("it did not compile");
        assert_eq!(broken_need(clients, &rows), Some("release"));
    }
}
