//! The real server: its binary, its data folder, its two addresses.

use crate::failure::{During, Failure, Outcome};
use crate::figure;
use crate::process::{self, Process};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A data folder that is thrown away at the end, and the way to serve it.
pub(crate) struct Portico {
    program: PathBuf,
    cores: String,
    /// What is said on the command line beside data folder and listeners.
    more: Vec<String>,
    /// The issuer that is said there; without one, the server takes its address.
    issuer: Option<String>,
    folder: TempDir,
    /// The address of the first start: later starts keep it, and with it the issuer of all tokens.
    listen: Option<SocketAddr>,
}

/// One run of the server.
pub(crate) struct Serving {
    pub(crate) process: Process,
    pub(crate) public: SocketAddr,
    pub(crate) admin: SocketAddr,
    /// The bearer token of the admin API.
    pub(crate) admin_token: String,
    issuer: String,
}

impl Portico {
    /// A fresh, empty data folder for this binary.
    pub(crate) fn new(program: PathBuf, cores: &str) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("portico-bench-").tempdir().during("a data folder")?;
        Ok(Self { program, cores: cores.into(), more: Vec::new(), issuer: None, folder, listen: None })
    }

    /// The same as one node of many: with this issuer, and with what else is to be said to each of them.
    pub(crate) fn among(mut self, issuer: &str, more: &[&str]) -> Self {
        self.more = ["--issuer", issuer].iter().chain(more).map(|&word| word.into()).collect();
        self.issuer = Some(issuer.into());
        self
    }

    /// The same with this configuration file.
    pub(crate) fn configured(mut self, file: &Path) -> Self {
        self.more.extend(["--config".into(), file.to_string_lossy().into_owned()]);
        self
    }

    /// Holds later starts to these cores.
    pub(crate) fn hold_to(&mut self, cores: &str) {
        self.cores = cores.into();
    }

    /// Starts it on this folder and waits until it is ready.
    pub(crate) fn serve(&mut self) -> Outcome<Serving> {
        let data = self.data();
        let (data_text, log) = (data.to_string_lossy(), self.folder.path().join("log"));
        let listen = self.listen.map_or("127.0.0.1:0".into(), |address| address.to_string());
        let mut arguments =
            vec!["serve", "--data", &data_text, "--listen", &listen, "--admin-listen", "127.0.0.1:0"];
        arguments.extend(self.more.iter().map(String::as_str));
        let process = Process::start(&self.cores, &self.program, &arguments, &log)?;
        let addresses = process::addresses(&process.ready);
        let &[public, admin] = addresses.as_slice() else {
            return Err(Failure(format!("the ready line names no two addresses: {}", process.ready)));
        };
        self.listen = Some(public);
        let admin_token = fs::read_to_string(data.join("admin.token")).during("reading admin.token")?;
        let issuer = self.issuer.clone().unwrap_or_else(|| format!("http://{public}"));
        Ok(Serving { process, public, admin, admin_token: admin_token.trim().into(), issuer })
    }

    /// Bytes of the database with its write-ahead log.
    pub(crate) fn database(&self) -> Outcome<u64> {
        figure::bytes_of(&self.data(), "portico.db")
    }

    /// The file of the embedded store.
    pub(crate) fn store(&self) -> PathBuf {
        self.data().join("portico.db")
    }

    /// Bytes of the binary.
    pub(crate) fn binary(&self) -> Outcome<u64> {
        Ok(fs::metadata(&self.program).during("the binary's size")?.len())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Serving {
    /// The issuer that the server names itself by.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// From the start of the process to the ready line.
    pub(crate) fn start(&self) -> Duration {
        self.process.start
    }
}

/// The server's release binary beside this one, built now when cargo runs the bench, so that no stale
/// binary is measured.
pub(crate) fn release_binary() -> Outcome<PathBuf> {
    let own = std::env::current_exe().during("finding the server's binary")?;
    let program = own.with_file_name("portico");
    if let Some(cargo) = std::env::var_os("CARGO") {
        build(Path::new(&cargo), &own)?;
    }
    if !program.is_file() {
        return Err(Failure(format!("no {}: cargo build --release -p portico", program.display())));
    }
    Ok(program)
}

fn build(cargo: &Path, own: &Path) -> Outcome<()> {
    let release = own.parent().ok_or_else(|| Failure("the bench has no folder".into()))?;
    let target = release.parent().ok_or_else(|| Failure("the bench has no target folder".into()))?;
    if !release.ends_with("release") {
        return Err(Failure(
            "a figure of a debug build means nothing: cargo run --release -p portico-bench".into(),
        ));
    }
    let mut build = Command::new(cargo);
    build
        .args(["build", "--release", "--package", "portico", "--bin", "portico", "--target-dir"])
        .arg(target);
    if let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") {
        build.current_dir(manifest);
    }
    if build.status().during("building the server")?.success() {
        return Ok(());
    }
    Err(Failure("the server does not build".into()))
}
