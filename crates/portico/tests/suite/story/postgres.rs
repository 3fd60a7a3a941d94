//! The real binary on a PostgreSQL server: served from, found again, migrated, not copied.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_postgres::NoTls;

use super::server::{cli, listening, serve, terminate};

/// Runs statements on the throw-away server.
fn on_server(sql: &str) {
    let server = std::env::var("PORTICO_TEST_POSTGRES").expect("it names a throw-away PostgreSQL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    });
}

/// A schema of its own, and the address that leads to it.
pub fn schema(name: &str) -> (String, String) {
    let name = format!("story_{}_{name}", std::process::id());
    on_server(&format!("create schema {name}"));
    let server = std::env::var("PORTICO_TEST_POSTGRES").unwrap();
    let url = format!("{server}?options=-csearch_path%3D{name}");
    (name, url)
}

/// Drops a schema of [`schema`].
pub fn dropped(name: &str) {
    on_server(&format!("drop schema {name} cascade"));
}

fn started(data: &Path, url: &str) -> Child {
    listening(serve(data).args(["--store", url])).0
}

fn portico(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn migrated(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_store_on_postgresql_is_served_from_and_found_again_with_its_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("served");
    let data = folder.path().join("first");
    let server = started(&data, &url);
    let made = cli(&data, &["users", "create", "--name", "Ana", "--email", "ana@example.org"]);
    let user = made["user_id"].as_str().unwrap().to_owned();
    assert_eq!(terminate(server), Some(0));

    let second = folder.path().join("second");
    let refused = serve(&second).args(["--store", &url]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let line = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(line.contains("master key"), "{line}");
    std::fs::copy(data.join("master.key"), second.join("master.key")).unwrap();
    let server = started(&second, &url);
    assert!(cli(&second, &["users", "show", &user]).to_string().contains("ana@example.org"));

    let copy = folder.path().join("copy");
    let refused = Command::new(env!("CARGO_BIN_EXE_portico"))
        .args(["backup", copy.to_str().unwrap(), "--data"])
        .arg(&second)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("pg_dump"));
    assert!(!copy.exists());
    let trail = cli(&second, &["audit"]).to_string();
    assert!(!trail.contains("copied"), "nothing was copied: {trail}");
    assert_eq!(terminate(server), Some(0));
    on_server(&format!("drop schema {name} cascade"));
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_schema_that_is_behind_is_migrated_before_it_is_served_from() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("behind");
    let first = migrated(&portico(&["migrate", "--store", &url]));
    let known = first["to"].as_i64().unwrap();
    assert_eq!(first["from"], 0);
    assert_eq!(first["ran"].as_array().unwrap().len() as i64, known);
    let again = migrated(&portico(&["migrate", "--store", &url]));
    assert_eq!(again, json!({ "from": known, "to": known, "ran": [], "held": null }));

    // As the version before the fifteenth left it.
    on_server(&format!(
        "set search_path = {name}; drop table node; drop table closing;
         alter table tide drop column closings;
         alter table delivery drop column owner, drop column event;
         drop table agreement, link_ticket, session_key, app_token;
         alter table link drop column open_id; alter table past_link drop column open_id;
         create index link_by_person on link (user_id);
         delete from schema_version where version >= 15"
    ));
    let data = folder.path().join("data");
    let refused = serve(&data).args(["--store", &url]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let line = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(line.contains("`portico migrate`") && line.lines().count() == 1, "{line}");
    assert_eq!(migrated(&portico(&["migrate", "--store", &url]))["from"], 14);
    terminate(started(&data, &url));
    on_server(&format!("drop schema {name} cascade"));
}

#[test]
fn an_embedded_store_is_migrated_by_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let first = migrated(&portico(&["migrate", "--data", data]));
    assert_eq!(first["from"], 0);
    assert_eq!(first["ran"].as_array().unwrap().len() as i64, first["to"]);
    let again = migrated(&portico(&["migrate", "--data", data]));
    assert_eq!(again, json!({ "from": first["to"], "to": first["to"], "ran": [], "held": null }));
    let store = format!("sqlite:{data}/portico.db");
    assert_eq!(migrated(&portico(&["migrate", "--store", &store])), again);
}

#[test]
fn a_server_that_is_not_there_is_one_line_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://ana:geheim@127.0.0.1:1/portico";
    for (arguments, code) in [(["serve", "--listen", "127.0.0.1:0"], 2), (["migrate", "--data", "."], 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        let output = command.args(arguments).args(["--store", url]).current_dir(folder.path()).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(code));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("127.0.0.1:1/portico") && !said.contains("geheim"), "{said}");
    }
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn nodes_show_schema_and_issuer_and_nobody_enters_as_another_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("issuers");
    let data = folder.path().join("first");
    let (server, _) = listening(serve(&data).args(["--store", &url, "--issuer", "http://localhost:1"]));
    let nodes = cli(&data, &["nodes"]);
    assert_eq!(nodes["store"]["state"], "there");
    assert_eq!(nodes["schema"]["number"], nodes["schema"]["known"]);
    assert_eq!(nodes["schema"]["held"], json!([]));
    assert_eq!(nodes["items"][0]["schema"], nodes["schema"]["known"]);
    assert_eq!(nodes["items"][0]["issuer"], "http://localhost:1");
    assert_eq!(nodes["lease"]["lost_last_hour"], 0);

    let mut other = serve(&folder.path().join("second"));
    other.args(["--store", &url, "--issuer", "http://localhost:2", "--master-key"]);
    let refused = other.arg(data.join("master.key")).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let line = String::from_utf8(refused.stderr).unwrap();
    assert!(line.contains("http://localhost:1; give all nodes the same issuer"), "{line}");
    assert_eq!(terminate(server), Some(0));
    on_server(&format!("drop schema {name} cascade"));
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn of_three_first_starts_at_once_one_serves_and_the_others_keep_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("first");
    let folders = ["a", "b", "c"].map(|name| folder.path().join(name));
    let start =
        |data: &Path| serve(data).args(["--store", &url, "--issuer", "http://localhost:1"]).spawn().unwrap();
    let mut starting: Vec<_> = folders.iter().map(|data| (start(data), data)).collect();
    let limit = Instant::now() + Duration::from_secs(60);
    let mut refused = Vec::new();
    while refused.len() < 2 {
        assert!(Instant::now() < limit, "two of three do not start");
        std::thread::sleep(Duration::from_millis(50));
        let over = |(child, _): &mut (Child, _)| child.try_wait().unwrap().is_some();
        refused.extend(starting.extract_if(.., over));
    }
    for (child, data) in refused {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.contains("master key"), "{line}");
        assert!(!data.join("master.key").exists());
    }
    let (server, data) = starting.pop().unwrap();
    assert!(data.join("master.key").exists());
    assert_eq!(terminate(server), Some(0));
    on_server(&format!("drop schema {name} cascade"));
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_node_whose_database_is_away_says_so_and_how_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("away");
    let data = folder.path().join("first");
    let server = started(&data, &url);
    // For this node alone: what it asks of the server is refused.
    on_server(&format!("alter table {name}.node rename to gone"));
    let limit = Instant::now() + Duration::from_secs(60);
    let nodes = loop {
        let nodes = cli(&data, &["nodes"]);
        if nodes["store"]["state"] == "away" && nodes["lease"]["left_ms"] == 0 {
            break nodes;
        }
        assert!(Instant::now() < limit, "{nodes}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!((&nodes["store_now_ms"], &nodes["schema"]), (&Value::Null, &Value::Null));
    assert_eq!(nodes["items"][0]["this"], true);
    let doctor = portico(&["doctor", "--data", data.to_str().unwrap()]);
    assert_eq!(doctor.status.code(), Some(1));
    let lines = String::from_utf8(doctor.stderr).unwrap();
    assert!(lines.contains("database: the database is away"), "{lines}");

    on_server(&format!("alter table {name}.gone rename to node"));
    while cli(&data, &["nodes"])["store"]["state"] == "away" {
        assert!(Instant::now() < limit);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(terminate(server), Some(0));
    on_server(&format!("drop schema {name} cascade"));
}
