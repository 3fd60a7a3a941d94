//! `users import`: JSON lines in batches. A batch is created whole or not at all; one that is
//! refused is halved until the lines that are refused stand alone.

use std::path::Path;

use serde_json::{Value, json};

use super::admin::{Admin, Refusal};
use super::lines::Lines;
use super::{Failure, Outcome, say};

const BATCH: usize = 500;

/// One line of the file that is JSON.
struct Line {
    number: usize,
    person: Value,
}

#[derive(Default)]
struct Report {
    created: usize,
    refused: Vec<Value>,
}

impl Report {
    fn refuse(&mut self, number: usize, reason: &str) {
        self.refused.push(json!({ "line": number, "reason": reason }));
    }
}

/// Creates a person for each line; what is refused is reported and does not hold up the others.
pub(super) async fn import(admin: &Admin, file: &Path) -> Outcome {
    let mut lines = Lines::open(file)?;
    let mut report = Report::default();
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(line) = lines.next()? {
        match line.object {
            Ok(person) => batch.push(Line { number: line.number, person: person.into() }),
            Err(reason) => report.refuse(line.number, reason),
        }
        if batch.len() == BATCH {
            create(admin, &batch, &mut report).await?;
            batch.clear();
            say(&format!("{} created, {} refused", report.created, report.refused.len()));
        }
    }
    create(admin, &batch, &mut report).await?;
    finish(report)
}

fn finish(mut report: Report) -> Outcome {
    report.refused.sort_by_key(|refused| refused["line"].as_u64());
    let refused = report.refused.len();
    say(&format!("{} created, {refused} refused", report.created));
    for line in report.refused.iter().take(20) {
        say(&format!("line {}: {}", line["line"], line["reason"].as_str().unwrap_or_default()));
    }
    let answer = json!({ "created": report.created, "refused": report.refused });
    match refused {
        0 => Ok(answer),
        _ => {
            super::print(&answer);
            Err(Failure::Refused(format!("{refused} lines were refused")))
        }
    }
}

/// Creates the people of these lines, halving what is refused.
async fn create(admin: &Admin, lines: &[Line], report: &mut Report) -> Result<(), Failure> {
    let mut waiting = vec![lines];
    while let Some(lines) = waiting.pop() {
        if lines.is_empty() {
            continue;
        }
        let people: Value = lines.iter().map(|line| line.person.clone()).collect();
        match admin.post(&["users"], people.to_string()).await {
            Ok(_) => report.created += lines.len(),
            Err(refusal) if !refusal.is_about_what_was_sent() => {
                say(&format!("stopped at line {}: {} created so far", lines[0].number, report.created));
                return Err(refusal.into());
            }
            Err(refusal) if lines.len() == 1 => report.refuse(lines[0].number, reason(&refusal)),
            Err(_) => {
                let (first, second) = lines.split_at(lines.len() / 2);
                waiting.extend([second, first]);
            }
        }
    }
    Ok(())
}

/// The reason without the place in the batch, which says nothing about the file.
fn reason(refusal: &Refusal) -> &str {
    refusal.line.strip_prefix("entry 0: ").unwrap_or(&refusal.line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex};

    use axum::extract::State;
    use axum::http::StatusCode;
    use axum::routing::post;
    use axum::{Json, Router};
    use portico_seal::Secret;

    use super::*;

    type Batches = Arc<Mutex<Vec<usize>>>;

    /// Takes people, all or none, unless one of them is called `bad`.
    async fn take(
        State(batches): State<Batches>,
        Json(people): Json<Vec<Value>>,
    ) -> (StatusCode, Json<Value>) {
        if people.iter().any(|person| person["name"] == "bad") {
            return (StatusCode::CONFLICT, Json(json!({ "detail": "entry 0: taken" })));
        }
        batches.lock().unwrap().push(people.len());
        (StatusCode::CREATED, Json(json!({ "users": [] })))
    }

    async fn imported(text: &str) -> (Outcome, Vec<usize>) {
        let batches = Batches::default();
        let router = Router::new().route("/admin/v1/users", post(take)).with_state(batches.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let admin = Admin::at(&url, Secret::from("token".to_owned())).unwrap();
        let outcome = import(&admin, file.path()).await;
        server.abort();
        let taken = batches.lock().unwrap().clone();
        (outcome, taken)
    }

    #[tokio::test]
    async fn people_go_in_batches_of_500() {
        let lines = "{\"name\": \"x\"}\n".repeat(1100);
        let (outcome, batches) = imported(&lines).await;
        assert_eq!(outcome, Ok(json!({ "created": 1100, "refused": [] })));
        assert_eq!(batches, [500, 500, 100]);
    }

    #[tokio::test]
    async fn a_refused_line_is_reported_and_holds_up_no_other() {
        let mut lines = vec!["{\"name\": \"x\"}"; 20];
        lines[3] = "{\"name\": \"bad\"}";
        lines[7] = "no JSON";
        lines[8] = "";
        lines[19] = "{\"name\": \"bad\"}";
        let (outcome, batches) = imported(&lines.join("\n")).await;
        assert_eq!(outcome, Err(Failure::Refused("3 lines were refused".into())));
        assert_eq!(batches.iter().sum::<usize>(), 16);
    }

    #[tokio::test]
    async fn a_server_that_is_gone_stops_the_import() {
        let admin = Admin::at("http://127.0.0.1:1", Secret::from("token".to_owned())).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"name\": \"x\"}").unwrap();
        let Err(Failure::Refused(line)) = import(&admin, file.path()).await else { panic!() };
        assert!(line.contains("no answer"), "{line}");
    }
}
