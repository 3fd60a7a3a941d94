//! The packages for npm: what is committed is what their sources build to, and their own tests.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::command::{program, run};
use crate::repository::Repository;
use crate::tally::{Runner, Tally};
use crate::tools;

/// Each package with the scripts that test it.
const SDKS: [(&str, [&str; 2]); 2] =
    [("sdk/web", ["test", "test:browser"]), ("sdk/node", ["test", "test:story"])];

pub(crate) fn check(repository: &Repository) -> Tally {
    let mut tally = Tally::default();
    for (sdk, scripts) in SDKS {
        tally += rebuilt(repository, sdk).unwrap_or_else(|error| Tally::failed(format!("{sdk}: {error}")));
        for script in scripts {
            let mut npm = program("npm", &repository.at(sdk));
            npm.args(["run", "--silent", script]).env("CHROMIUM", tools::chromium());
            let finished = run(npm);
            tally += Tally::of_runner(Runner::Node, &finished.output, finished.success);
        }
        tally += packed(repository, sdk);
    }
    tally
}

/// Whether npm would make a package of it.
fn packed(repository: &Repository, sdk: &str) -> Tally {
    let mut npm = program("npm", &repository.at(sdk));
    npm.args(["pack", "--dry-run", "--silent"]);
    Tally::of_check(run(npm).success, &format!("`npm pack` refuses {sdk}"))
}

/// Builds a copy of the package and compares its `dist` with the committed one, byte for byte.
fn rebuilt(repository: &Repository, sdk: &str) -> io::Result<Tally> {
    let source = repository.at(sdk);
    let copy = repository.target.join(sdk.replace('/', "-"));
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_folder(&source, &copy, &["node_modules", "dist"])?;
    std::os::unix::fs::symlink(source.join("node_modules"), copy.join("node_modules"))?;
    let mut npm = program("npm", &copy);
    npm.args(["run", "--silent", "build"]);
    if !run(npm).success {
        return Ok(Tally::failed(format!("{sdk} does not build")));
    }
    let differing = differing(&contents(&copy.join("dist"))?, &contents(&source.join("dist"))?);
    if differing.is_empty() {
        return Ok(Tally::passed());
    }
    let note = format!("{sdk}/dist is not what its sources build to ({})", differing.join(", "));
    println!("{note}; `npm run build` in {sdk} renews it");
    Ok(Tally::failed(note))
}

fn copy_folder(from: &Path, to: &Path, without: &[&str]) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if without.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to.join(name), &[])?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Every file below a folder, by its path from there.
fn contents(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_path_buf(), fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn differing(built: &BTreeMap<PathBuf, Vec<u8>>, committed: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let mut names: Vec<&PathBuf> = built.keys().chain(committed.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| built.get(*name) != committed.get(*name));
    names.into_iter().map(|name| name.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
        entries.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_changed_a_missing_and_an_extra_file_are_named() {
        let built = files(&[("a.js", "1"), ("b.js", "2"), ("c.js", "3")]);
        let committed = files(&[("a.js", "1"), ("b.js", "other"), ("d.js", "4")]);
        assert_eq!(differing(&built, &committed), ["b.js", "c.js", "d.js"]);
        assert!(differing(&built, &built).is_empty());
    }
}
