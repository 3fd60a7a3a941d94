//! What `deploy/` says to the binary, the binary understands.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const UNITS: [&str; 2] = ["systemd/portico.service", "systemd/portico@.service"];

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(deploy().join(name)).unwrap()
}

fn portico(arguments: &[&str], variables: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).envs(variables.iter().cloned()).output().unwrap()
}

/// The variables that a unit sets, as they are in its first instance.
fn variables(unit: &str) -> Vec<(String, String)> {
    let text = read(unit).replace("%i", "1").replace("%d", "/run/credentials").replace("%H", "here");
    let assignments = text.lines().filter_map(|line| line.strip_prefix("Environment="));
    let pairs = assignments.map(|assignment| assignment.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Flags in words, of which the first is `serve`.
fn assert_serve_knows<'a>(words: impl Iterator<Item = &'a str>, whose: &str) {
    let help = String::from_utf8(portico(&["serve", "--help"], &[]).stdout).unwrap();
    let words: Vec<_> = words.collect();
    assert_eq!(words.first(), Some(&"serve"), "{whose}");
    let flags: Vec<_> = words.iter().filter(|word| word.starts_with("--")).collect();
    assert!(!flags.is_empty(), "{whose}");
    for flag in flags {
        assert!(help.contains(&format!("{flag} ")), "{whose}: {flag}");
    }
}

#[test]
fn the_configuration_of_the_nodes_can_be_started_with() {
    let file = deploy().join("portico.toml");
    let check = ["config", "check", "--config", file.to_str().unwrap()];
    let nothing = Vec::new();
    for variables in [nothing, variables(UNITS[0]), variables(UNITS[1])] {
        let output = portico(&check, &variables);
        assert!(output.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let unknown = [("PORTICO_POSTGRES__PASSWORD_FIL".to_owned(), "x".to_owned())];
    assert!(!portico(&check, &unknown).status.success(), "the check finds an unknown variable");
}

#[test]
fn each_unit_hands_over_every_secret_that_it_names() {
    for unit in UNITS {
        let text = read(unit);
        let named = text.split("%d/").skip(1).map(|rest| rest.split_whitespace().next().unwrap());
        let named: Vec<_> = named.collect();
        assert_eq!(named.len(), 4, "{unit}: {named:?}");
        for name in named {
            assert!(text.contains(&format!("LoadCredential={name}:")), "{unit}: {name}");
        }
    }
}

#[test]
fn units_and_containers_serve_with_flags_that_exist() {
    for unit in UNITS {
        let text = read(unit);
        let start = text.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/portico "));
        assert_serve_knows(start.unwrap().split(' '), unit);
    }
    let compose = read("compose.yaml");
    let command = compose.lines().find_map(|line| line.trim().strip_prefix(r#"command: ["serve""#));
    let words = command.unwrap().trim_end_matches(']').split(", ").map(|word| word.trim_matches('"'));
    assert_serve_knows(std::iter::once("serve").chain(words.filter(|word| !word.is_empty())), "compose.yaml");
}

#[test]
fn every_file_that_a_container_is_given_is_there_or_made() {
    let (compose, ignored) = (read("compose.yaml"), read("../.gitignore"));
    let given = compose.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let mounted: Vec<_> = given.filter_map(|mount| mount.strip_prefix("./")?.split(':').next()).collect();
    assert!(mounted.len() > 10, "{mounted:?}");
    for file in mounted {
        assert!(file.starts_with("made/") || deploy().join(file).is_file(), "{file}");
    }
    assert!(ignored.contains("/deploy/made"), "secrets are never committed");
}

/// What stands of one service in the Compose file.
fn service(name: &str) -> String {
    let compose = read("compose.yaml");
    let (_, rest) = compose.split_once(&format!("\n  {name}:\n")).unwrap();
    rest.split("\n\n").next().unwrap().to_owned()
}

fn value(service: &str, name: &str) -> String {
    let line = service.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
    line.trim_start_matches(": ").trim_matches('"').to_owned()
}

#[test]
fn figures_of_every_container_are_asked_for_on_a_network_that_is_not_peoples() {
    let compose = read("compose.yaml");
    let watch = compose.split_once("\n  watch:\n").unwrap().1;
    assert_eq!(watch.lines().next().unwrap().trim(), "internal: true");
    let file = deploy().join("portico.toml");
    let check = ["config", "check", "--config", file.to_str().unwrap()];
    let figures = ["node-1", "node-2", "node-3"].map(|node| (node, "PORTICO_ADMIN_LISTEN"));
    let mut found = std::collections::BTreeSet::new();
    for (name, variable) in figures.into_iter().chain([("haproxy", "PORTICO_FIGURES")]) {
        let service = service(name);
        let address = value(&service, variable);
        let (ip, _) = address.split_once(':').unwrap();
        assert!(service.contains(&format!("watch: {{ ipv4_address: {ip} }}")), "{name}: {address}");
        assert!(ip.parse::<std::net::Ipv4Addr>().unwrap().is_private());
        assert!(found.insert(ip.to_owned()), "{name} has an address of its own");
        if variable == "PORTICO_ADMIN_LISTEN" {
            assert!(portico(&check, &[(variable.to_owned(), address)]).status.success());
        }
    }
    assert!(read("haproxy.cfg").contains(r#"bind "${PORTICO_FIGURES}""#));
}
