#![allow(clippy::unwrap_used)]
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use portico_seal::Secret;

use super::*;

/// What was sent: the app and how many lines.
type Calls = Arc<Mutex<Vec<(String, usize)>>>;

/// Imports lines, but refuses those whose OpenID is `bad`, a call in which one is `poison` or whose app is
/// `nowhere`, and everything once there were `gone` lines.
async fn take(
    State((sent, gone)): State<(Calls, usize)>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let links = body["links"].as_array().unwrap();
    let mut sent = sent.lock().unwrap();
    if sent.iter().map(|(_, lines)| lines).sum::<usize>() >= gone {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "detail": "later" })));
    }
    if body["app"] == "nowhere" || links.iter().any(|link| link["openid"] == "poison") {
        return (StatusCode::BAD_REQUEST, Json(json!({ "detail": "not like this" })));
    }
    sent.push((body["app"].as_str().unwrap().to_owned(), links.len()));
    let bad = links.iter().enumerate().filter(|(_, link)| link["openid"] == "bad");
    let refused: Vec<_> = bad.map(|(index, _)| json!({ "index": index, "reason": "taken" })).collect();
    let imported = links.len() - refused.len();
    (StatusCode::OK, Json(json!({ "imported": imported, "unchanged": 0, "refused": refused })))
}

async fn app(Segment(id): Segment<String>) -> StatusCode {
    if id == "nowhere" { StatusCode::NOT_FOUND } else { StatusCode::OK }
}

struct Imported {
    outcome: Outcome,
    sent: Vec<(String, usize)>,
    report: String,
}

impl Imported {
    /// The refused lines in the report: numbers and reasons.
    fn refused(&self) -> Vec<(u64, String)> {
        let lines = self.report.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of = |line: Value| (line["line"].as_u64().unwrap(), line["reason"].as_str().unwrap().to_owned());
        let mut refused: Vec<_> = lines.map(of).collect();
        refused.sort();
        refused
    }
}

async fn imported(text: &str, app: Option<&str>, from_line: usize, gone: usize) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("refused.jsonl");
    imported_into(&report, text, app, from_line, gone).await
}

async fn imported_into(
    report: &Path,
    text: &str,
    app: Option<&str>,
    from_line: usize,
    gone: usize,
) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.jsonl");
    std::fs::write(&file, text).unwrap();
    let import = Import { file, app: app.map(str::to_owned), from_line, report: Some(report.to_owned()) };
    let (outcome, sent) = run(import, Progress::new(), gone).await;
    Imported { outcome, sent, report: std::fs::read_to_string(report).unwrap() }
}

async fn run(import: Import, progress: Progress, gone: usize) -> (Outcome, Vec<(String, usize)>) {
    let sent = Calls::default();
    let router = Router::new()
        .route("/admin/v1/links", post(take))
        .with_state((sent.clone(), gone))
        .route("/admin/v1/apps/{id}", get(app));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let admin = Admin::at(&url, Secret::from("token".to_owned())).unwrap();
    let outcome = import.run_showing(&admin, progress).await;
    server.abort();
    let sent = sent.lock().unwrap().clone();
    (outcome, sent)
}

fn lines(count: usize) -> String {
    (0..count).map(|i| format!("{{\"openid\": \"o-{i}\", \"email\": \"p{i}@people.example\"}}\n")).collect()
}

#[tokio::test]
async fn twenty_thousand_lines_go_in_batches_of_a_thousand() {
    let done = imported(&lines(20_000), Some("org.example.shop"), 1, usize::MAX).await;
    assert_eq!(done.outcome, Ok(json!({ "imported": 20_000, "unchanged": 0, "refused": 0 })));
    assert_eq!(done.sent, vec![("org.example.shop".to_owned(), 1000); 20]);
    assert_eq!(done.report, "");
}

#[tokio::test]
async fn refused_lines_are_reported_by_their_number_and_hold_up_no_other() {
    let text = "{\"openid\": \"o\", \"app\": \"a\"}\n\nno JSON\n{\"openid\": \"bad\", \"app\": \"a\"}\n\
        {\"openid\": \"o\"}\n{\"openid\": \"o\", \"app\": 1}\n{\"openid\": \"bad\", \"app\": \"b\"}";
    let done = imported(text, None, 1, usize::MAX).await;
    assert_eq!(done.outcome, Err(Failure::Refused("5 lines were refused".into())));
    assert_eq!(done.sent, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    let refused = done.refused();
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    assert_eq!((&*refused[0].1, &*refused[1].1), ("the line is not a JSON object", "taken"));
}

#[tokio::test]
async fn an_import_that_stopped_goes_on_from_the_line_that_it_names() {
    let text = lines(2500);
    let stopped = imported(&text, Some("a"), 1, 1000).await;
    assert_eq!(stopped.outcome, Err(Failure::Refused("later".into())));
    assert_eq!(stopped.sent.len(), 1);
    let on = imported(&text, Some("a"), 1001, usize::MAX).await;
    assert_eq!(on.outcome, Ok(json!({ "imported": 1500, "unchanged": 0, "refused": 0 })));
}

#[tokio::test]
async fn what_is_long_goes_in_smaller_batches() {
    let long = "o".repeat(500);
    let text: String =
        (0..2000).map(|_| format!("{{\"openid\": \"{long}\", \"email\": \"{long}\"}}\n")).collect();
    let done = imported(&text, Some("a"), 1, usize::MAX).await;
    assert_eq!(done.sent.iter().map(|(_, lines)| lines).sum::<usize>(), 2000);
    assert!(done.sent.iter().all(|(_, lines)| *lines < 800), "{:?}", done.sent);
}

#[tokio::test]
async fn the_file_that_is_read_is_never_taken_for_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.jsonl");
    let (hard, soft) = (folder.path().join("hard"), folder.path().join("soft"));
    std::fs::write(&file, lines(3)).unwrap();
    std::fs::hard_link(&file, &hard).unwrap();
    std::os::unix::fs::symlink(&file, &soft).unwrap();
    let detour = folder.path().join(".").join("links.jsonl");
    for (report, from_line) in [(&file, 1), (&hard, 1), (&soft, 1), (&detour, 1), (&file, 2)] {
        let import =
            Import { file: file.clone(), app: Some("a".into()), from_line, report: Some(report.clone()) };
        let (outcome, sent) = run(import, Progress::new(), usize::MAX).await;
        assert!(matches!(outcome, Err(Failure::Usage(line)) if !line.contains('\n')), "{}", report.display());
        assert!(sent.is_empty());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), lines(3));
    }
}

#[tokio::test]
async fn a_line_for_which_a_whole_call_is_refused_is_refused_alone() {
    let mut text: Vec<_> = lines(1500).lines().map(str::to_owned).collect();
    text[700] = r#"{"openid": "poison", "email": "x"}"#.into();
    let done = imported(&text.join("\n"), Some("a"), 1, usize::MAX).await;
    assert_eq!(done.outcome, Err(Failure::Refused("1 lines were refused".into())));
    assert_eq!(done.sent.iter().map(|(_, lines)| lines).sum::<usize>(), 1499);
    assert_eq!(done.refused(), [(701, "not like this".to_owned())]);
}

#[tokio::test]
async fn lines_of_an_app_that_is_not_there_are_refused_and_hold_up_no_other() {
    let text = lines(2)
        + &"{\"openid\": \"o\", \"app\": \"nowhere\"}\n".repeat(1200)
        + &lines(1)
        + "{\"openid\": \"o\", \"app\": \"nowhere\"}";
    let done = imported(&text, Some("a"), 1, usize::MAX).await;
    assert_eq!(done.outcome, Err(Failure::Refused("1201 lines were refused".into())));
    assert_eq!(done.sent, [("a".to_owned(), 2), ("a".to_owned(), 1)]);
    assert!(done.refused().iter().all(|(_, reason)| reason == "'app' names no app"));
    // An app of the command line that is not there is no line's fault.
    let stopped = imported(&lines(3), Some("nowhere"), 1, usize::MAX).await;
    assert_eq!(stopped.outcome, Err(Failure::Refused("not like this".into())));
    assert_eq!(stopped.report, "");
}

#[tokio::test]
async fn an_import_that_goes_on_adds_to_what_was_before_and_one_that_begins_empties_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("refused.jsonl");
    let text = format!("no JSON\n{}no JSON\n", lines(1));
    let first = imported_into(&report, &text, Some("a"), 1, 0).await;
    assert_eq!(first.outcome, Err(Failure::Refused("later".into())));
    let numbers = |done: &Imported| done.refused().into_iter().map(|(number, _)| number).collect::<Vec<_>>();
    let on = imported_into(&report, &text, Some("a"), 2, usize::MAX).await;
    assert_eq!(numbers(&on), [1, 3]);
    let anew = imported_into(&report, &text, Some("a"), 1, usize::MAX).await;
    assert_eq!(numbers(&anew), [1, 3]);
}

#[test]
fn a_report_is_gone_on_with_without_what_it_says_of_the_lines_that_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, path) = (folder.path().join("links.jsonl"), folder.path().join("refused.jsonl"));
    std::fs::write(&file, "").unwrap();
    let about = |line: usize| format!("{{\"line\":{line},\"reason\":\"taken\"}}\n");
    // Killed while it wrote, and a line that is no JSON was refused before those that waited to be sent.
    std::fs::write(&path, [about(9), about(3), about(5), "{\"line\":1".to_owned()].concat()).unwrap();
    let name = folder.path().join("another name");
    std::os::unix::fs::symlink(&path, &name).unwrap();
    let mut report = Report::open(Some(name), &Lines::open(&file).unwrap(), 5).unwrap();
    report.refuse(6, "taken").unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), [about(3), about(6)].concat());
}

#[test]
fn a_refused_line_stands_in_the_report_as_soon_as_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, path) = (folder.path().join("links.jsonl"), folder.path().join("refused.jsonl"));
    std::fs::write(&file, "").unwrap();
    let mut report = Report::open(Some(path.clone()), &Lines::open(&file).unwrap(), 1).unwrap();
    report.refuse(7, "taken").unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "{\"line\":7,\"reason\":\"taken\"}\n");
}

#[tokio::test]
async fn a_byte_order_mark_before_the_first_line_is_no_part_of_it() {
    let done = imported(&format!("\u{feff}{}", lines(2)), Some("a"), 1, usize::MAX).await;
    assert_eq!(done.outcome, Ok(json!({ "imported": 2, "unchanged": 0, "refused": 0 })));
    let later = imported(&format!("{}\u{feff}{}", lines(1), lines(1)), Some("a"), 1, usize::MAX).await;
    assert_eq!(later.refused(), [(2, "the line is not a JSON object".to_owned())]);
}

#[tokio::test]
async fn the_bar_ends_full() {
    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let (folder, terminal) = (tempfile::tempdir().unwrap(), Terminal::default());
    let file = folder.path().join("links.jsonl");
    std::fs::write(&file, lines(1300) + "no JSON\n\n").unwrap();
    let import = Import { file, app: Some("a".into()), from_line: 1, report: None };
    run(import, Progress::on(Box::new(terminal.clone())), usize::MAX).await.0.unwrap_err();
    let shown = String::from_utf8(terminal.0.lock().unwrap().clone()).unwrap();
    let steps: Vec<_> = shown.trim_end().split('\r').filter(|step| !step.is_empty()).collect();
    assert!(steps[0].contains(" 76 %"), "{steps:?}");
    let last = "] 100 % 1300 imported, 0 unchanged, 1 refused";
    assert!(steps.last().unwrap().ends_with(last) && shown.ends_with('\n'), "{steps:?}");
}
