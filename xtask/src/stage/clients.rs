//! Client libraries as others publish them, and what a hard machine does to a running server.

use std::process::Command;

use crate::command::{program, run};
use crate::repository::Repository;
use crate::tally::{Runner, Tally};
use crate::tools;

/// authlib, requests-oauthlib and PyJWT, then openid-client and Apache with mod_auth_openidc.
pub(crate) fn check(repository: &Repository) -> Tally {
    let mut python = program(repository.venv().join("bin/python"), &repository.root);
    pytest(&mut python, &["tests/clients", "--ignore", "tests/clients/test_machine.py"]);
    let mut tally = finish(repository, python, Runner::Pytest);
    tally += node(repository, "clients");
    tally
}

/// Full disks and read-only mounts, in mounts of its own.
pub(crate) fn machine(repository: &Repository) -> Tally {
    let Some(way) = tools::own_mounts() else { return Tally::failed("no mount namespace") };
    let mut unshare = program(way[0], &repository.root);
    unshare.args(&way[1..]).arg(repository.venv().join("bin/python"));
    pytest(&mut unshare, &["tests/clients/test_machine.py"]);
    finish(repository, unshare, Runner::Pytest)
}

/// The `*.test.mjs` files of one folder of `tests`, one after the other.
pub(crate) fn node(repository: &Repository, folder: &str) -> Tally {
    let mut files: Vec<_> = match std::fs::read_dir(repository.at("tests").join(folder)) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => return Tally::failed(format!("tests/{folder}: {error}")),
    };
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut node = program("node", &repository.at("tests"));
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=600000"])
        .args(files);
    finish(repository, node, Runner::Node)
}

fn pytest(command: &mut Command, arguments: &[&str]) {
    command.args(["-B", "-m", "pytest", "-p", "no:cacheprovider"]).args(arguments);
}

fn finish(repository: &Repository, mut command: Command, runner: Runner) -> Tally {
    command.env("PORTICO_BIN", repository.portico()).env("CHROMIUM", tools::chromium());
    let finished = run(command);
    Tally::of_runner(runner, &finished.output, finished.success)
}
