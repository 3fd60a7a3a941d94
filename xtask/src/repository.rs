//! Where things stand in this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root folder and the folder that Cargo builds into.
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

impl Repository {
    pub(crate) fn find() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .ok_or("xtask lies outside a repository")?
            .to_path_buf();
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
            .current_dir(&root)
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).map_err(|_| "cargo metadata gave no JSON".to_owned())?;
        let target =
            metadata["target_directory"].as_str().ok_or("cargo metadata names no target directory")?;
        Ok(Self { root, target: target.into() })
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The release binary that the stories are told with.
    pub(crate) fn portico(&self) -> PathBuf {
        self.target.join("release").join("portico")
    }

    /// The Python environment of `tests/clients`, kept with what Cargo builds.
    pub(crate) fn venv(&self) -> PathBuf {
        self.target.join("clients-venv")
    }

    /// Every file that is tracked or would be, relative to the root.
    pub(crate) fn files(&self) -> Result<Vec<String>, String> {
        let output = Command::new("git")
            .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .map_err(|error| format!("git cannot be started: {error}"))?;
        if !output.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let names = String::from_utf8_lossy(&output.stdout);
        Ok(names
            .split('\0')
            .filter(|name| !name.is_empty() && self.at(name).is_file())
            .map(str::to_owned)
            .collect())
    }
}
