//! Writes the table of the demo's front ends and of the web package's built files, so that the binary holds them.

#![allow(clippy::print_stdout)] // Cargo reads it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?).join("../..");
    let root = root.canonicalize()?;
    let mut files = Vec::new();
    for (name, folder, only) in [("", "demo", None), ("sdk/", "sdk/web/dist", Some("js"))] {
        let folder = root.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &folder, name, only, &mut files)?;
    }
    files.sort();
    let mut table = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in &files {
        writeln!(table, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("front_ends.rs"), table)
}

/// The files under `folder`, named by their path below `top`; those with the extension `only`, where one is given.
fn collect(
    top: &Path,
    folder: &Path,
    prefix: &str,
    only: Option<&str>,
    files: &mut Vec<(String, PathBuf)>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(top, &path, prefix, only, files)?;
        } else if only.is_none() || path.extension().and_then(|e| e.to_str()) == only {
            let below = path.strip_prefix(top).map_err(io::Error::other)?;
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.push((format!("{prefix}{}", parts.join("/")), path));
        }
    }
    Ok(())
}
