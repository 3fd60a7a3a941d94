//! Pictures of the running server: those of the README, and every page to look at.

use crate::command::{cargo, program, run};
use crate::repository::Repository;
use crate::tools;

/// Which pictures are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// The demo, for the README, into `docs/images`.
    Readme,
    /// Every page in every language, theme and size, into `target/screenshots`.
    Pages,
}

/// Builds the release binary and photographs it.
pub(crate) fn take(repository: &Repository, pictures: Pictures) -> Result<bool, String> {
    tools::provide(repository, false, &["release", "browser"])?;
    if !run(cargo(repository, &["build", "--locked", "--release", "-p", "portico"])).success {
        return Ok(false);
    }
    let (script, folder) = match pictures {
        Pictures::Readme => ("browser/screenshots.mjs", "docs/images"),
        Pictures::Pages => ("browser/page-pictures.mjs", "target/screenshots"),
    };
    let mut node = program("node", &repository.at("tests"));
    node.arg(script)
        .arg(repository.at(folder))
        .env("PORTICO_BIN", repository.portico())
        .env("CHROMIUM", tools::chromium());
    Ok(run(node).success)
}
