//! `links`: OpenIDs that apps had for people before. `links import` streams a file of any length in batches;
//! a line that was imported before is left as it is, so that it can be run again from anywhere.

mod progress;
mod report;
mod stop;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use self::progress::Progress;
use self::report::Report;
use self::stop::Stop;
use super::admin::{Admin, Refusal};
use super::lines::{Line, Lines};
use super::{Failure, Input, Outcome, Slice, say};

/// The most lines of one call, and the most bytes of them.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 768 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum Links {
    /// Tie one OpenID to one person: {"app", "openid", and "user_id", "username", "email" or "phone"}
    Add(Input),
    /// List the OpenIDs from elsewhere at an app, and whose they are
    List {
        /// The app
        #[arg(long, value_name = "APP")]
        app: String,
        /// This OpenID alone, which may also be one that Portico derives
        #[arg(long, value_name = "OPENID", conflicts_with_all = ["after", "limit"])]
        openid: Option<String>,
        #[command(flatten)]
        slice: Slice,
    },
    /// Import many from JSON lines such as {"openid": "…", "email": "…"}, and report the lines that are refused
    Import(Import),
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file to read, or - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The app of lines that name none
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Begin at this line, where an import before this one stopped
    #[arg(long, value_name = "N", default_value_t = 1)]
    from_line: usize,
    /// Write the refused lines here, as JSON lines with number and reason: a file begun anew, or with --from-line
    /// the one that is there gone on with, but for what it says of that line and later ones
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) async fn links(admin: &Admin, command: Links) -> Outcome {
    match command {
        Links::Add(input) => admin.post_file(&["links"], &input).await,
        Links::List { app, openid, slice } => {
            let mut query = slice.query_with("app", Some(app));
            query.extend(openid.map(|openid| ("openid", openid)));
            admin.get(&["links"], &query).await
        }
        Links::Import(import) => import.run(admin).await,
    }
}

/// One line of the file, as it is sent.
struct Sent {
    number: usize,
    link: Value,
}

/// Lines of one app that go in one call.
#[derive(Default)]
struct Batch {
    app: String,
    lines: Vec<Sent>,
    bytes: usize,
}

impl Batch {
    /// Whether a line of this app and size has to wait for the next one.
    fn is_over(&self, app: &str, bytes: usize) -> bool {
        !self.lines.is_empty()
            && (self.app != app || self.lines.len() == BATCH || self.bytes + bytes > BATCH_BYTES)
    }

    fn push(&mut self, app: String, line: Sent, bytes: usize) {
        self.app = app;
        self.lines.push(line);
        self.bytes += bytes;
    }
}

impl Import {
    async fn run(self, admin: &Admin) -> Outcome {
        self.run_showing(admin, Progress::new()).await
    }

    async fn run_showing(self, admin: &Admin, mut progress: Progress) -> Outcome {
        let mut lines = Lines::open(&self.file)?;
        let mut stop = Stop::while_reading(&lines);
        let report = Report::open(self.report, &lines, self.from_line)?;
        let mut sender = Sender { admin, default: self.app.as_deref(), unknown: BTreeSet::new(), report };
        let mut batch = Batch::default();
        while let Some(Line { number, object }) = lines.next()? {
            if number < self.from_line {
                continue;
            }
            let (app, link) = match object.and_then(|link| with_app(link, self.app.as_deref())) {
                Ok(line) => line,
                Err(reason) => {
                    sender.report.refuse(number, reason)?;
                    continue;
                }
            };
            let bytes = link.to_string().len();
            if batch.is_over(&app, bytes) {
                sender.send_unless(&mut stop, std::mem::take(&mut batch)).await?;
                progress.show(&lines, number - 1, &sender.report.words());
            }
            batch.push(app, Sent { number, link }, bytes);
        }
        sender.send_unless(&mut stop, batch).await?;
        progress.end(&lines, &sender.report.words());
        sender.report.finish()
    }
}

/// The app of a line, and the line without it.
fn with_app(mut line: Map<String, Value>, default: Option<&str>) -> Result<(String, Value), &'static str> {
    let app = match line.remove("app") {
        None => default.ok_or("the line names no app, and there is no --app")?.to_owned(),
        Some(Value::String(app)) => app,
        Some(_) => return Err("'app' is not a text"),
    };
    Ok((app, line.into()))
}

/// Sends batches, and notes what came of them.
struct Sender<'i> {
    admin: &'i Admin,
    /// The app of lines that name none: where it is not there, the command is wrong and not a line.
    default: Option<&'i str>,
    /// The apps of lines that are not there.
    unknown: BTreeSet<String>,
    report: Report,
}

impl Sender<'_> {
    /// Sends a batch, unless the import is told to stop before it went through: then says from which line to go
    /// on. Whatever of the batch did go through is unchanged when it is sent again.
    async fn send_unless(&mut self, stop: &mut Stop, batch: Batch) -> Result<(), Failure> {
        let Some(first) = batch.lines.first().map(|line| line.number) else { return Ok(()) };
        tokio::select! {
            sent = self.send(batch) => sent,
            () = stop.told() => Err(self.stopped(first, Failure::Refused("told to stop".into()))),
        }
    }

    /// Sends a batch. What is refused as a whole is halved until the lines that are refused stand alone; where a
    /// batch does not go through, says from which line to go on.
    async fn send(&mut self, batch: Batch) -> Result<(), Failure> {
        let Batch { app, lines, .. } = batch;
        let mut waiting = vec![&lines[..]];
        while let Some(lines) = waiting.pop() {
            let Some(first) = lines.first() else { continue };
            if self.unknown.contains(&app) {
                self.refuse(lines, "'app' names no app")?;
                continue;
            }
            match self.post(&app, lines).await {
                Ok(answer) => self.took(lines, &answer)?,
                Err(refusal) if !refusal.is_about_what_was_sent() => {
                    return Err(self.stopped(first.number, refusal));
                }
                Err(refusal) => match self.admin.has(&["apps", &app]).await {
                    Err(refusal) => return Err(self.stopped(first.number, refusal)),
                    Ok(false) if self.default == Some(&app) => {
                        return Err(self.stopped(first.number, refusal));
                    }
                    Ok(false) => {
                        self.unknown.insert(app.clone());
                        waiting.push(lines);
                    }
                    Ok(true) if lines.len() == 1 => self.refuse(lines, &refusal.line)?,
                    Ok(true) => {
                        let (one, other) = lines.split_at(lines.len() / 2);
                        waiting.extend([other, one]);
                    }
                },
            }
        }
        Ok(())
    }

    async fn post(&self, app: &str, lines: &[Sent]) -> Result<Value, Refusal> {
        let links: Vec<_> = lines.iter().map(|line| &line.link).collect();
        self.admin.post(&["links"], json!({ "app": app, "links": links }).to_string()).await
    }

    fn took(&mut self, lines: &[Sent], answer: &Value) -> Result<(), Failure> {
        self.report.took(answer);
        for refused in answer["refused"].as_array().into_iter().flatten() {
            let index = refused["index"].as_u64().and_then(|index| usize::try_from(index).ok());
            let number = index.and_then(|index| lines.get(index)).map(|line| line.number);
            let reason = refused["reason"].as_str().unwrap_or_default();
            self.report.refuse(number.unwrap_or_default(), reason)?;
        }
        Ok(())
    }

    fn refuse(&mut self, lines: &[Sent], reason: &str) -> Result<(), Failure> {
        lines.iter().try_for_each(|line| self.report.refuse(line.number, reason))
    }

    fn stopped(&self, first: usize, why: impl Into<Failure>) -> Failure {
        say(&self.report.words());
        say(&format!("stopped; go on with --from-line {first}"));
        why.into()
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
