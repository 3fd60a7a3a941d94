//! The stages that are Cargo's own.
//!
//! All but the release build use the development profile with the same features, so each crate is
//! compiled once to be checked and once to be run.

use std::path::Path;

use crate::command::{cargo, run, succeeds};
use crate::repository::Repository;
use crate::services::Services;
use crate::stage::long;
use crate::tally::{Runner, Tally};

/// How many seeds the simulation runs: about two minutes of one core.
const SEEDS: (&str, &str) = ("PORTICO_SIMULATION_SEEDS", "2000");

pub(crate) fn fmt(repository: &Repository) -> Tally {
    check(repository, &["fmt", "--all", "--check"], "run `cargo fmt`")
}

pub(crate) fn clippy(repository: &Repository) -> Tally {
    let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    check(repository, &arguments, "clippy objects")
}

pub(crate) fn doc(repository: &Repository) -> Tally {
    let mut command = cargo(repository, &["doc", "--locked", "--workspace", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    Tally::of_check(run(command).success, "the documentation has errors")
}

pub(crate) fn test(repository: &Repository) -> Tally {
    let services = match Services::start() {
        Ok(services) => services,
        Err(line) => return Tally::failed(line),
    };
    let long = match long::tests(repository) {
        Ok(names) => names,
        Err(line) => return Tally::failed(line),
    };
    // The package for other people's code has a stage with the others of its kind.
    let all = ["test", "--locked", "--workspace", "--exclude", "portico-sdk", "--no-fail-fast"];
    let mut command = cargo(repository, &all);
    command
        .args(["--", "--include-ignored"])
        .args(long.iter().flat_map(|name| ["--skip", name]))
        .envs(services.variables())
        .env(SEEDS.0, SEEDS.1);
    let finished = run(command);
    Tally::of_runner(Runner::Cargo, &finished.output, finished.success)
}

pub(crate) fn release(repository: &Repository) -> Tally {
    let built = run(cargo(repository, &["build", "--locked", "--release", "-p", "portico"])).success;
    let there = repository.portico().is_file();
    Tally::of_check(built && there, "the release binary was not built")
}

pub(crate) fn deny(repository: &Repository) -> Tally {
    check(repository, &["deny", "--all-features", "check"], "cargo deny objects")
}

pub(crate) fn deny_is_installed() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let in_home = home.is_some_and(|home| Path::new(&home).join("bin/cargo-deny").is_file());
    in_home || succeeds("cargo-deny", &["--version"])
}

fn check(repository: &Repository, arguments: &[&str], note: &str) -> Tally {
    Tally::of_check(run(cargo(repository, arguments)).success, note)
}
