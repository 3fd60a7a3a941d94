//! `doctor`: the usual mistakes, looked for one by one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::admin::{Admin, Reach};
use super::{Failure, say};
use crate::data::{DATABASE, MASTER_KEY};

/// By how much two clocks may differ before somebody notices, in milliseconds.
const CLOCKS: i64 = 2000;
/// How many leases lost in an hour are a habit.
const OFTEN: u64 = 5;
/// How long the issuer may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// The least room a database wants, in bytes.
const ROOM: u64 = 512 * 1024 * 1024;

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    check: &'static str,
    /// What is wrong; none where nothing is.
    wrong: Option<String>,
}

fn looked(check: &'static str, wrong: Option<String>) -> Finding {
    Finding { check, wrong }
}

/// Looks at everything, says what is wrong in plain words, and answers the report and whether all is well.
pub(super) async fn doctor(reach: Reach) -> Result<(Value, bool), Failure> {
    let folder = reach.folder();
    let admin = Admin::find(reach)?;
    let before = now_ms();
    let nodes = admin.get(&["nodes"], &[]).await?;
    // The server read its clock somewhere between the two.
    let mut findings = of_nodes(&nodes, (before, now_ms()));
    findings.push(issuer(nodes["issuer"].as_str().unwrap_or_default()).await);
    if let Some(folder) = folder {
        findings.extend(of_folder(&folder));
    }
    let well = findings.iter().all(|finding| finding.wrong.is_none());
    for finding in &findings {
        if let Some(wrong) = &finding.wrong {
            say(&format!("{}: {wrong}", finding.check));
        }
    }
    let items: Vec<_> = findings
        .iter()
        .map(|finding| json!({ "check": finding.check, "ok": finding.wrong.is_none(), "wrong": finding.wrong }))
        .collect();
    Ok((json!({ "ok": well, "items": items }), well))
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What the server says of itself and of the other nodes, asked between these two moments.
fn of_nodes(nodes: &Value, (before, after): (i64, i64)) -> Vec<Finding> {
    let now = nodes["now_ms"].as_i64().unwrap_or_default();
    let off = if now < before { before - now } else { (now - after).max(0) };
    let here = (off > CLOCKS).then(|| format!("the server's clock is {} s off this machine's", off / 1000));
    let store = nodes["store_now_ms"].as_i64().map_or(0, |store| (store - now).abs());
    let store =
        (store > CLOCKS).then(|| format!("the server's clock is {} s off the database's", store / 1000));
    let items = nodes["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    vec![
        looked("clock", here),
        looked("database", database(&nodes["store"])),
        looked("database clock", store),
        looked("schema", schema(&nodes["schema"], items)),
        looked("bus", bus(&nodes["bus"], items)),
        looked("closings", closings(&nodes["closings"])),
        looked("lease", lease(&nodes["lease"])),
        looked("versions", versions(items)),
        looked("issuers", issuers(items)),
    ]
}

fn database(store: &Value) -> Option<String> {
    (store["state"] == "away").then(|| "the database is away: it does not answer this node".to_owned())
}

fn schema(schema: &Value, items: &[Value]) -> Option<String> {
    let (number, known) = (schema["number"].as_i64()?, schema["known"].as_i64()?);
    let mut others: Vec<_> = items.iter().filter_map(|node| node["schema"].as_i64()).collect();
    others.sort_unstable();
    others.dedup();
    if others.len() > 1 {
        let numbers: Vec<_> = others.iter().map(ToString::to_string).collect();
        return Some(format!(
            "it is {number}, and the nodes know {}: finish the upgrade",
            numbers.join(" and ")
        ));
    }
    behind(schema, number, known)
}

fn behind(schema: &Value, number: i64, known: i64) -> Option<String> {
    if number > known {
        return Some(format!("it is {number}, ahead of the {known} that is known here: this version is old"));
    }
    let held = schema["held"].as_array().map(Vec::as_slice).unwrap_or_default();
    let held: Vec<_> = held.iter().filter_map(Value::as_str).collect();
    (number < known).then(|| {
        format!("it is {number}, behind the {known} known here: `portico migrate` runs {}", held.join(", "))
    })
}

/// A closing that waits is right, and slow.
fn closings(closings: &Value) -> Option<String> {
    let waited = closings["waited_out_last_hour"].as_u64().filter(|waited| *waited > 0)?;
    Some(format!(
        "{waited} of this node waited for leases to run out in the last hour: somebody did not acknowledge"
    ))
}

fn bus(bus: &Value, items: &[Value]) -> Option<String> {
    let names =
        |deaf: &[&Value]| deaf.iter().filter_map(|node| node["name"].as_str()).collect::<Vec<_>>().join(", ");
    let unheard: Vec<_> = items.iter().filter(|node| node["heard"] == false).collect();
    let silent: Vec<_> = items.iter().filter(|node| node["acknowledges"] == false).collect();
    match bus["state"].as_str() {
        Some("away") => Some(match bus["trouble"].as_str() {
            Some(why) => format!("it cannot be reached: {why}"),
            None => "it cannot be reached".to_owned(),
        }),
        Some("connected") if !unheard.is_empty() => {
            Some(format!("nothing is heard from {}: closings wait for leases", names(&unheard)))
        }
        Some("connected") if !silent.is_empty() => {
            Some(format!("{} did not acknowledge when asked: closings wait for leases", names(&silent)))
        }
        Some("none") if items.len() > 1 => {
            Some(format!("{} nodes share the store and no bus is configured", items.len()))
        }
        _ => None,
    }
}

fn lease(lease: &Value) -> Option<String> {
    if lease.is_null() {
        return None;
    }
    let lost = lease["lost_last_hour"].as_u64().unwrap_or_default();
    match lease["left_ms"].as_u64() {
        Some(0) | None => Some("this node holds none, so it answers 503".to_owned()),
        Some(_) if lost >= OFTEN => Some(format!(
            "it was lost {lost} times in the last hour: the database answers late, or the machine is overloaded"
        )),
        Some(_) => None,
    }
}

fn versions(items: &[Value]) -> Option<String> {
    let mut versions: Vec<_> = items.iter().filter_map(|node| node["version"].as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    (versions.len() > 1).then(|| format!("the nodes run {}; finish the upgrade", versions.join(" and ")))
}

/// Tokens of one issuer are nothing at a node of another.
fn issuers(items: &[Value]) -> Option<String> {
    let mut issuers: Vec<(&str, Vec<&str>)> = Vec::new();
    for node in items {
        let (Some(issuer), Some(name)) = (node["issuer"].as_str(), node["name"].as_str()) else { continue };
        match issuers.iter_mut().find(|(known, _)| *known == issuer) {
            Some((_, names)) => names.push(name),
            None => issuers.push((issuer, vec![name])),
        }
    }
    let sides: Vec<_> =
        issuers.iter().map(|(issuer, names)| format!("{issuer} at {}", names.join(", "))).collect();
    (sides.len() > 1).then(|| format!("the nodes differ: {}", sides.join("; ")))
}

/// Whether whoever goes by the issuer's address finds this Portico there.
async fn issuer(issuer: &str) -> Finding {
    let found = async {
        let http = reqwest::Client::builder().timeout(ANSWER).build().ok()?;
        let answer = http.get(format!("{issuer}/.well-known/openid-configuration")).send().await.ok()?;
        serde_json::from_str::<Value>(&answer.text().await.ok()?).ok()
    };
    let wrong = match found.await.as_ref().map(|metadata| metadata["issuer"].as_str()) {
        Some(Some(named)) if named == issuer => None,
        Some(Some(_)) => Some(format!("another issuer answers at {issuer}")),
        Some(None) | None => Some(format!("{issuer} does not answer with its metadata from this machine")),
    };
    looked("issuer", wrong)
}

/// What lies in the data folder.
fn of_folder(folder: &Path) -> Vec<Finding> {
    let mode = std::fs::metadata(folder.join(MASTER_KEY)).map(|meta| meta.permissions().mode());
    let open = mode.is_ok_and(|mode| mode & 0o077 != 0);
    let key = open.then(|| format!("{MASTER_KEY} can be read by others: chmod 600"));
    let mut findings = vec![looked("master key", key)];
    if folder.join(DATABASE).exists() {
        let room = rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail * disk.f_frsize);
        let full = room.filter(|room| *room < ROOM);
        let full = full.map(|room| format!("{} MiB are left for the database", room / 1024 / 1024));
        findings.push(looked("disk", full));
    }
    findings
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wrong(nodes: &Value) -> Vec<&'static str> {
        let found = of_nodes(nodes, (10_000, 10_010));
        found.into_iter().filter(|finding| finding.wrong.is_some()).map(|finding| finding.check).collect()
    }

    fn node(name: &str, version: &str, heard: bool) -> Value {
        json!({ "name": name, "version": version, "heard": heard })
    }

    #[test]
    fn a_healthy_node_alone_or_among_others_has_nothing_wrong() {
        let alone = json!({ "now_ms": 10_005, "store_now_ms": null, "bus": { "state": "none" }, "lease": null, "items": [] });
        assert!(wrong(&alone).is_empty());
        let among = json!({
            "now_ms": 9_000, "store": { "state": "there" }, "store_now_ms": 9_100,
            "bus": { "state": "connected" }, "lease": { "left_ms": 1500, "lost_last_hour": 1 },
            "closings": { "waited_out_last_hour": 0 }, "schema": { "number": 4, "known": 4, "held": [] },
            "items": [
                { "name": "a", "version": "1", "heard": true, "acknowledges": true, "schema": 4, "issuer": "x" },
                { "name": "b", "version": "1", "heard": true, "acknowledges": true, "schema": 4, "issuer": "x" },
                // Of a version that does not say so.
                { "name": "c", "version": "1", "heard": true, "acknowledges": true, "schema": 4, "issuer": null },
            ],
        });
        assert!(wrong(&among).is_empty());
    }

    #[test]
    fn each_usual_mistake_is_found() {
        let none = json!({ "state": "none" });
        let deaf = json!({ "name": "b", "version": "1", "heard": true, "acknowledges": false });
        let of = |name: &str, issuer: &str, schema: i64| json!({ "name": name, "issuer": issuer, "schema": schema });
        let at = |number: i64, known: i64| json!({ "number": number, "known": known, "held": ["4_less"] });
        for (nodes, check) in [
            (json!({ "now_ms": 4_000 }), "clock"),
            (json!({ "now_ms": 14_000 }), "clock"),
            (json!({ "now_ms": 10_000, "store_now_ms": 3_000 }), "database clock"),
            (json!({ "now_ms": 10_000, "bus": { "state": "away", "trouble": "x" } }), "bus"),
            (
                json!({ "now_ms": 10_000, "bus": { "state": "connected" }, "items": [node("a", "1", false)] }),
                "bus",
            ),
            (
                json!({ "now_ms": 10_000, "bus": none, "items": [node("a", "1", true), node("b", "1", false)] }),
                "bus",
            ),
            (json!({ "now_ms": 10_000, "lease": { "left_ms": 0, "lost_last_hour": 1 } }), "lease"),
            (json!({ "now_ms": 10_000, "lease": { "left_ms": 900, "lost_last_hour": 5 } }), "lease"),
            (json!({ "now_ms": 10_000, "store": { "state": "away" } }), "database"),
            (json!({ "now_ms": 10_000, "closings": { "waited_out_last_hour": 1 } }), "closings"),
            (json!({ "now_ms": 10_000, "bus": { "state": "connected" }, "items": [deaf] }), "bus"),
            (json!({ "now_ms": 10_000, "items": [of("a", "x", 4), of("b", "y", 4)] }), "issuers"),
            (
                json!({ "now_ms": 10_000, "schema": at(4, 4), "items": [of("a", "x", 4), of("b", "x", 5)] }),
                "schema",
            ),
            (json!({ "now_ms": 10_000, "schema": at(3, 4), "items": [of("a", "x", 4)] }), "schema"),
            (json!({ "now_ms": 10_000, "schema": at(5, 4), "items": [of("a", "x", 4)] }), "schema"),
            (json!({ "now_ms": 10_000, "items": [node("a", "1", true), node("b", "2", true)] }), "versions"),
        ] {
            assert_eq!(wrong(&nodes), [check], "{nodes}");
        }
    }

    #[test]
    fn a_master_key_that_others_can_read_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join(MASTER_KEY);
        std::fs::write(&key, "x").unwrap();
        for (mode, open) in [(0o600, false), (0o640, true)] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(of_folder(folder.path())[0].wrong.is_some(), open);
        }
    }
}
