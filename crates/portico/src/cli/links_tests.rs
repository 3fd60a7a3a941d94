#![allow(clippy::unwrap_used)]
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use portico_seal::Secret;

use super::*;

/// What was sent: the app and how many lines.
type Sent = Arc<Mutex<Vec<(String, usize)>>>;

/// Imports lines, but refuses those whose OpenID is `bad`, and everything once there were `gone` lines.
async fn take(
    State((sent, gone)): State<(Sent, usize)>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let links = body["links"].as_array().unwrap();
    let mut sent = sent.lock().unwrap();
    if sent.iter().map(|(_, lines)| lines).sum::<usize>() >= gone {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "detail": "later" })));
    }
    sent.push((body["app"].as_str().unwrap().to_owned(), links.len()));
    let bad = links.iter().enumerate().filter(|(_, link)| link["openid"] == "bad");
    let refused: Vec<_> = bad.map(|(index, _)| json!({ "index": index, "reason": "taken" })).collect();
    let imported = links.len() - refused.len();
    (StatusCode::OK, Json(json!({ "imported": imported, "unchanged": 0, "refused": refused })))
}

struct Imported {
    outcome: Outcome,
    sent: Vec<(String, usize)>,
    report: String,
}

async fn imported(text: &str, app: Option<&str>, from_line: usize, gone: usize) -> Imported {
    let sent = Sent::default();
    let router = Router::new().route("/admin/v1/links", post(take)).with_state((sent.clone(), gone));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().unwrap();
    let (file, report) = (folder.path().join("links.jsonl"), folder.path().join("refused.jsonl"));
    std::fs::write(&file, text).unwrap();
    let admin = Admin::at(&url, Secret::from("token".to_owned())).unwrap();
    let import = Import { file, app: app.map(str::to_owned), from_line, report: Some(report.clone()) };
    let outcome = import.run(&admin).await;
    server.abort();
    let sent = sent.lock().unwrap().clone();
    Imported { outcome, sent, report: std::fs::read_to_string(report).unwrap() }
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
    let report: Vec<Value> = done.report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut numbers: Vec<_> = report.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
    let of = |number: u64| report.iter().find(|line| line["line"] == number).unwrap()["reason"].clone();
    assert_eq!((of(3), of(4)), (json!("the line is not a JSON object"), json!("taken")));
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

#[test]
fn the_bar_says_how_far_it_is() {
    assert_eq!(bar(50, Some(100), "w"), format!("[{}{}]  50 % w", "#".repeat(15), " ".repeat(15)));
    assert_eq!(bar(100, Some(100), "w"), format!("[{}] 100 % w", "#".repeat(30)));
    assert_eq!((bar(5, None, "w"), bar(0, Some(0), "w")), ("w".to_owned(), "w".to_owned()));
}
