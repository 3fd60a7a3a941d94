//! Real nodes under fire, and how long the long runs are.

use crate::command::{cargo, program, run};
use crate::repository::Repository;
use crate::services::Services;
use crate::stage::long;
use crate::tally::{Runner, Tally};

/// How long the ordinary run of all checks lets faults come.
const TEST: &str = "120";
/// How long a soak does.
const SOAK: &str = "1800";

/// The two minutes of `cargo xtask test`.
pub(crate) fn siege(repository: &Repository) -> Tally {
    besiege(repository, &["--seconds", TEST, "--no-fsync"])
}

/// `cargo xtask siege`: the release binary with these arguments.
pub(crate) fn besiege(repository: &Repository, arguments: &[&str]) -> Tally {
    perform(repository, &[&["siege"], arguments].concat())
}

/// The rolling restart, behind the load balancer that operators get.
pub(crate) fn rolling(repository: &Repository) -> Tally {
    let balancer = repository.at("deploy/haproxy.cfg");
    let balancer = balancer.to_string_lossy();
    perform(repository, &["rolling", "--no-fsync", "--haproxy", &balancer])
}

/// `cargo xtask soak`: the tests that take minutes, then half an hour of siege.
pub(crate) fn soak(repository: &Repository, seed: Option<&str>) -> Tally {
    let mut tally = long_tests(repository);
    let seed = seed.map_or(vec![], |seed| vec!["--seed", seed]);
    tally += besiege(repository, &[&["--seconds", SOAK], &seed[..]].concat());
    tally
}

/// The tests that an ordinary run leaves out, optimised, since they count states and seeds.
fn long_tests(repository: &Repository) -> Tally {
    let names = match long::tests(repository) {
        Ok(names) => names,
        Err(line) => return Tally::failed(line),
    };
    if names.is_empty() {
        return Tally::failed("no test is marked as minutes long");
    }
    let services = match Services::start() {
        Ok(services) => services,
        Err(line) => return Tally::failed(line),
    };
    let arguments = ["test", "--locked", "--release", "--workspace", "--no-fail-fast", "--", "--ignored"];
    let mut command = cargo(repository, &arguments);
    command.args(names).envs(services.variables());
    let finished = run(command);
    Tally::of_runner(Runner::Cargo, &finished.output, finished.success)
}

fn perform(repository: &Repository, arguments: &[&str]) -> Tally {
    // With all of the workspace's features, as the tests have built what it stands on.
    let build = cargo(repository, &["build", "--locked", "--workspace", "--bin", "portico-siege"]);
    if !run(build).success {
        return Tally::failed("portico-siege was not built");
    }
    let mut siege = program(repository.target.join("debug/portico-siege"), &repository.root);
    siege.args(arguments).arg("--server").arg(repository.portico());
    let finished = run(siege);
    // Its last line is its verdict, or why it could not come to one.
    Tally::of_check(finished.success, finished.output.lines().last().unwrap_or("portico-siege said nothing"))
}
