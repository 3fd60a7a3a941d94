//! What `deploy/` holds, asked of the programs that would read it: each checks its own configuration
//! without starting anything.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{program, run, succeeds};
use crate::repository::Repository;
use crate::services::postgres;
use crate::tally::Tally;

/// One check for each program, over certificates and secrets that the scripts make.
pub(crate) fn check(repository: &Repository) -> Tally {
    let deploy = repository.at("deploy");
    let folder = repository.target.join("deploy-check");
    // What an earlier run left is made anew; there may be nothing.
    let _ = fs::remove_dir_all(&folder);
    let made = folder.join("made");
    if let Err(error) = fs::create_dir_all(&made) {
        return Tally::failed(format!("{}: {error}", made.display()));
    }
    let mut tally = Tally::default();
    for script in ["certificates.sh", "secrets.sh"] {
        let script = program(deploy.join(script), &repository.root);
        tally += passes(script, &[&text(&made)], "a script of deploy/");
    }
    let signed = ["verify", "-CAfile", "ca.pem", "postgres.pem", "nats.pem", "haproxy.pem"];
    tally += passes(program("openssl", &made), &signed, "a certificate is not signed by its authority");

    let mut haproxy = program("/usr/sbin/haproxy", &deploy);
    haproxy.env("PORTICO_CERTIFICATE", made.join("haproxy-both.pem"));
    tally += passes(haproxy, &["-c", "-f", "haproxy.cfg"], "deploy/haproxy.cfg");

    tally += nats(&deploy, &made);
    tally += postgres_settings(&deploy, &folder);
    tally += compose(&deploy, &made);
    tally += units(&deploy, &folder);
    tally
}

fn nats(deploy: &Path, made: &Path) -> Tally {
    if let Err(error) = fs::copy(deploy.join("nats.conf"), made.join("nats.conf")) {
        return Tally::failed(format!("deploy/nats.conf: {error}"));
    }
    passes(program("/usr/sbin/nats-server", made), &["-t", "-c", "nats.conf"], "deploy/nats.conf")
}

/// PostgreSQL reads its whole configuration to print one setting of it.
fn postgres_settings(deploy: &Path, folder: &Path) -> Tally {
    let Some(bin) = postgres::bin() else { return Tally::failed("PostgreSQL is not installed") };
    let file = format!("config_file={}", text(&deploy.join("postgres/portico.conf")));
    let read = ["-C", "synchronous_commit", "-D", ".", "-c", &file];
    passes(program(bin.join("postgres"), folder), &read, "deploy/postgres/portico.conf")
}

/// Compose reads its file, and the scripts make what it hands to containers.
fn compose(deploy: &Path, made: &Path) -> Tally {
    let text = fs::read_to_string(deploy.join("compose.yaml")).unwrap_or_default();
    let named = text.split("./made/").skip(1).filter_map(|rest| rest.split([':', '\n']).next());
    if let Some(missing) = named.into_iter().find(|name| !made.join(name).is_file()) {
        return Tally::failed(format!("deploy/compose.yaml: no script makes {missing}"));
    }
    let read = ["compose", "-f", "compose.yaml", "config", "--quiet"];
    match succeeds("docker", &["compose", "version"]) {
        true => passes(program("docker", deploy), &read, "deploy/compose.yaml"),
        false => passes(program("docker-compose", deploy), &read[1..], "deploy/compose.yaml"),
    }
}

/// The units, with a program in place of the one that would be installed.
fn units(deploy: &Path, folder: &Path) -> Tally {
    let portico = "/usr/local/bin/portico";
    let mut verify = program("systemd-analyze", folder);
    verify.arg("verify");
    for (unit, shown) in [("portico.service", "portico.service"), ("portico@.service", "portico@1.service")] {
        let copied = fs::read_to_string(deploy.join("systemd").join(unit))
            .and_then(|text| fs::write(folder.join(shown), text.replace(portico, "/usr/bin/true")));
        if let Err(error) = copied {
            return Tally::failed(format!("deploy/systemd/{unit}: {error}"));
        }
        verify.arg(format!("./{shown}"));
    }
    let finished = run(verify);
    // What is unknown to it, it only mentions.
    let clean = finished.success && !finished.output.contains("portico");
    Tally::of_check(clean, "systemd-analyze verify objects to deploy/systemd")
}

fn passes(mut command: Command, arguments: &[&str], what: &str) -> Tally {
    command.args(arguments);
    Tally::of_check(run(command).success, what)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
