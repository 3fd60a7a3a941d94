//! The floors of the house: arrows point down only.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// What each crate may import of ours.
const FLOORS: &[(&str, &[&str])] = &[
    ("portico-core", &[]),
    ("portico-store", &["portico-core"]),
    ("portico-seal", &["portico-core"]),
    ("portico-sql", &["portico-core", "portico-store"]),
    ("portico-live", &["portico-core", "portico-store", "portico-seal"]),
    ("portico-reach", &["portico-core", "portico-store", "portico-seal"]),
    ("portico-http", &["portico-core", "portico-store", "portico-seal", "portico-live", "portico-reach"]),
    ("portico-gateway", &["portico-core", "portico-store", "portico-seal", "portico-live"]),
    (
        "portico",
        &[
            "portico-core",
            "portico-store",
            "portico-seal",
            "portico-sql",
            "portico-live",
            "portico-reach",
            "portico-http",
            "portico-gateway",
        ],
    ),
    ("portico-bench", &["portico-gateway", "portico-seal"]),
    ("portico-siege", &["portico-bench"]),
    ("xtask", &[]),
    // No floor of the house: it stands in other people's, knows ours by the wire alone, and nobody here
    // stands on it.
    ("portico-sdk", &[]),
];

/// What the core may not depend on, directly: nothing that waits, draws or reads.
const NOT_IN_CORE: &[&str] =
    &["tokio", "async-trait", "futures-util", "rand", "getrandom", "aws-lc-rs", "reqwest"];

fn metadata() -> Value {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The dependencies of each package, those of its tests aside.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = metadata();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |package: &Value| {
        let all = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"] != "dev");
        (text(&package["name"]), all.map(|dependency| text(&dependency["name"])).collect())
    };
    metadata["packages"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn arrows_between_the_floors_point_down_only() {
    let found = dependencies();
    let known: Vec<_> = FLOORS.iter().map(|(name, _)| *name).collect();
    for (name, dependencies) in &found {
        let (_, allowed) =
            FLOORS.iter().find(|(floor, _)| floor == name).unwrap_or_else(|| panic!("no floor for {name}"));
        let ours = dependencies.iter().filter(|dependency| known.contains(&dependency.as_str()));
        for dependency in ours {
            assert!(allowed.contains(&dependency.as_str()), "{name} may not import {dependency}");
        }
    }
    assert_eq!(found.len(), FLOORS.len());
}

#[test]
fn the_core_depends_on_nothing_that_waits_draws_or_reads() {
    let found = dependencies();
    let core = &found["portico-core"];
    assert!(!core.is_empty());
    for banned in NOT_IN_CORE {
        assert!(!core.iter().any(|dependency| dependency == banned), "the core depends on {banned}");
    }
}
