//! A long import that is cut short, by the real binary, and gone on with.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{cli, ready, terminate};

const ROWS: usize = 20_000;
/// One line in so many names somebody who is not there.
const NOBODY: usize = 500;
const APP: &str = "org.example.tea";
/// How long anything may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

fn registered(data: &Path) {
    let write = |name: &str, document: Value| {
        let path = data.join(name);
        std::fs::write(&path, document.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let acme = write("acme.json", json!({ "developer_id": "acme", "name": "Acme" }));
    cli(data, &["developers", "register", &acme]);
    let tea = write(
        "tea.json",
        json!({ "app_id": APP, "name": "Tea", "version": { "code": 1 }, "portico": {
            "developer": "acme", "kind": "webview", "entry": "https://tea.example/",
            "origins": ["https://tea.example"],
            "backend": { "token_endpoint_auth_method": "client_secret_basic" } } }),
    );
    cli(data, &["apps", "register", &tea]);
    let (mut people, mut links) = (String::new(), String::new());
    for row in 1..=ROWS {
        writeln!(people, r#"{{"name": "P", "username": "p{row}"}}"#).unwrap();
        let who = if row.is_multiple_of(NOBODY) { "nobody" } else { "p" };
        writeln!(links, r#"{{"openid": "oTea{row}", "username": "{who}{row}"}}"#).unwrap();
    }
    std::fs::write(data.join("people.jsonl"), people).unwrap();
    std::fs::write(data.join("links.jsonl"), links).unwrap();
    cli(data, &["users", "import", data.join("people.jsonl").to_str().unwrap()]);
}

fn import(data: &Path, from_line: usize) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(["links", "import", "--app", APP, "--from-line", &from_line.to_string()]);
    command.arg(data.join("links.jsonl")).arg("--report").arg(data.join("refused.jsonl"));
    command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The OpenIDs at the app that come after this page.
fn page(data: &Path, after: Option<&str>) -> (Vec<String>, Option<String>) {
    let after = after.map(|after| ["--after", after]);
    let arguments =
        [&["links", "list", "--app", APP, "--limit", "1000"][..], after.as_ref().map_or(&[], |a| &a[..])];
    let answer = cli(data, &arguments.concat());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let open_ids = answer["items"].as_array().unwrap().iter().filter_map(|link| text(&link["openid"]));
    (open_ids.collect(), text(&answer["next"]))
}

fn imported(data: &Path) -> BTreeSet<String> {
    let (mut all, mut next) = page(data, None);
    while let Some(after) = next {
        let (more, later) = page(data, Some(&after));
        all.extend(more);
        next = later;
    }
    let count = all.len();
    let all: BTreeSet<String> = all.into_iter().collect();
    assert_eq!(all.len(), count, "one stands there twice");
    all
}

/// Begins the import anew and sends it this signal once it has refused so many lines, before it is done.
fn cut_short(data: &Path, refused: usize, signal: &str) -> (ExitStatus, String) {
    let report = data.join("refused.jsonl");
    let _ = std::fs::remove_file(&report);
    let (mut process, began) = (import(data, 1), Instant::now());
    while std::fs::read_to_string(&report).unwrap_or_default().lines().count() < refused {
        assert!(began.elapsed() < PATIENCE, "nothing is refused");
        assert_eq!(process.try_wait().unwrap(), None, "it was over before it was cut short");
        std::thread::sleep(Duration::from_millis(2));
    }
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = process.wait_with_output().unwrap();
    (output.status, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_import_that_was_cut_short_twice_and_gone_on_with_brings_each_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let (server, _) = ready(data);
    registered(data);
    let (status, _) = cut_short(data, 8, "-KILL");
    assert_eq!(status.signal(), Some(9));
    let (some, _) = page(data, None);
    assert!(!some.is_empty(), "nothing was imported");

    // Nothing was said by the one that was killed: the file is sent again whole.
    let (status, said) = cut_short(data, 20, "-TERM");
    assert_eq!(status.code(), Some(1), "{said}");
    let from = said.split("go on with --from-line ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let from: usize = from.unwrap_or_else(|| panic!("{said}")).parse().unwrap();
    assert!((2..ROWS).contains(&from), "{said}");

    let output = import(data, from).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "those who are not there were not refused");
    let expected = |row: &usize| !row.is_multiple_of(NOBODY);
    let expected: BTreeSet<String> = (1..=ROWS).filter(expected).map(|row| format!("oTea{row}")).collect();
    assert!(imported(data) == expected, "what is imported is not what the file says");
    let report = std::fs::read_to_string(data.join("refused.jsonl")).unwrap();
    let number = |line: &str| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64();
    let refused: Vec<_> = report.lines().filter_map(number).collect();
    let nobody: Vec<u64> = (1..=ROWS as u64).filter(|row| row.is_multiple_of(NOBODY as u64)).collect();
    assert_eq!(refused, nobody);
    assert_eq!(terminate(server), Some(0));
}
