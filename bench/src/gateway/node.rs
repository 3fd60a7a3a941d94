//! Proxies of Node.js that swap the same OpenIDs: `bench/gateway/*.mjs`.

use super::contest::Contender;
use super::options::Options;
use super::swap::Caller;
use crate::failure::{During, Failure, Outcome};
use crate::measure::progress;
use crate::process::{self, Process};
use std::net::SocketAddr;
use std::path::Path;

/// Starts both, if what they need is installed.
pub(crate) fn start(
    options: &Options,
    cores: &str,
    upstream: SocketAddr,
    callers: &[Caller],
    folder: &Path,
) -> Outcome<Vec<Contender>> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway");
    if !scripts.join("node_modules").is_dir() {
        progress("no proxies of Node.js: npm ci in bench/gateway");
        return Ok(Vec::new());
    }
    let pairs: Vec<(&str, &str)> =
        callers.iter().map(|caller| (caller.at_app.as_str(), caller.at_upstream.as_str())).collect();
    let file = folder.join("pairs.json");
    std::fs::write(&file, serde_json::json!(pairs).to_string()).during("the pairs of OpenIDs")?;
    let one = |name: &'static str| {
        let script = scripts.join(format!("{name}.mjs"));
        let arguments =
            [script.to_string_lossy(), format!("http://{upstream}").into(), file.to_string_lossy()];
        let arguments = [&*arguments[0], &*arguments[1], &*arguments[2]];
        let process = Process::start(cores, &options.node, &arguments, &folder.join(name))?;
        let address = process::addresses(&process.ready).first().copied();
        let address = address.ok_or_else(|| Failure(format!("{name} names no address")))?;
        Ok(Contender { name, process, address })
    };
    Ok(vec![one("undici")?, one("express")?])
}
