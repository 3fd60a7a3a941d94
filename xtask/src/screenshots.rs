//! The pictures of the README, taken from the running demo.

use crate::command::{cargo, program, run};
use crate::repository::Repository;
use crate::tools;

/// Builds the release binary and photographs its demo into `docs/images`.
pub(crate) fn take(repository: &Repository) -> Result<bool, String> {
    tools::provide(repository, false, &["release", "browser"])?;
    if !run(cargo(repository, &["build", "--locked", "--release", "-p", "portico"])).success {
        return Ok(false);
    }
    let mut node = program("node", &repository.at("tests"));
    node.arg("browser/screenshots.mjs")
        .arg(repository.at("docs/images"))
        .env("PORTICO_BIN", repository.portico())
        .env("CHROMIUM", tools::chromium());
    Ok(run(node).success)
}
