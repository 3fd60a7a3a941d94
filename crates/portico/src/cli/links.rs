//! `links`: OpenIDs that apps had for people before. `links import` streams a file of any length in batches;
//! a line that was imported before is left as it is, so that it can be run again from anywhere.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::admin::Admin;
use super::lines::{Line, Lines};
use super::{Failure, Input, Outcome, Slice, say};

/// The most lines of one call, and the most bytes of them.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 768 * 1024;
/// How often somebody who reads no terminal is told how far it is, in lines.
const TOLD_EVERY: usize = 50_000;
/// How many refused lines are shown where no report is written.
const SHOWN: usize = 20;
/// How wide the bar is.
const BAR: u64 = 30;

#[derive(Debug, Subcommand)]
pub(super) enum Links {
    /// Tie one OpenID to one person: {"app", "openid", and "user_id", "username", "email" or "phone"}
    Add(Input),
    /// List the OpenIDs from elsewhere at an app, and whose they are
    List {
        /// The app
        #[arg(long, value_name = "APP")]
        app: String,
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
    /// Write the refused lines here, as JSON lines with number and reason
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) async fn links(admin: &Admin, command: Links) -> Outcome {
    match command {
        Links::Add(input) => admin.post_file(&["links"], &input).await,
        Links::List { app, slice } => admin.get(&["links"], &slice.query_with("app", Some(app))).await,
        Links::Import(import) => import.run(admin).await,
    }
}

/// What came of the lines so far.
struct Report {
    imported: u64,
    unchanged: u64,
    refused: usize,
    first: Vec<Value>,
    file: Option<(PathBuf, BufWriter<File>)>,
}

impl Report {
    fn open(path: Option<PathBuf>) -> Result<Self, Failure> {
        let open = |path: PathBuf| match File::create(&path) {
            Ok(file) => Ok((path, BufWriter::new(file))),
            Err(error) => Err(Failure::Usage(format!("{}: {error}", path.display()))),
        };
        let file = path.map(open).transpose()?;
        Ok(Self { imported: 0, unchanged: 0, refused: 0, first: vec![], file })
    }

    fn refuse(&mut self, number: usize, reason: &str) -> Result<(), Failure> {
        let line = json!({ "line": number, "reason": reason });
        self.refused += 1;
        match &mut self.file {
            Some((path, file)) => writeln!(file, "{line}").map_err(|error| unwritten(path, &error)),
            None if self.first.len() < SHOWN => {
                self.first.push(line);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.file {
            Some((path, file)) => file.flush().map_err(|error| unwritten(path, &error)),
            None => Ok(()),
        }
    }

    fn words(&self) -> String {
        format!("{} imported, {} unchanged, {} refused", self.imported, self.unchanged, self.refused)
    }

    fn finish(mut self) -> Outcome {
        self.flush()?;
        say(&self.words());
        let answer =
            json!({ "imported": self.imported, "unchanged": self.unchanged, "refused": self.refused });
        for line in &self.first {
            say(&format!("line {}: {}", line["line"], line["reason"].as_str().unwrap_or_default()));
        }
        match self.refused {
            0 => Ok(answer),
            refused => {
                super::print(&answer);
                Err(Failure::Refused(format!("{refused} lines were refused")))
            }
        }
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Refused(format!("{}: {error}", path.display()))
}

/// Lines of one app that go in one call.
#[derive(Default)]
struct Batch {
    app: String,
    numbers: Vec<usize>,
    links: Vec<Value>,
    bytes: usize,
}

impl Batch {
    /// Whether a line of this app and size has to wait for the next one.
    fn is_over(&self, app: &str, bytes: usize) -> bool {
        !self.links.is_empty()
            && (self.app != app || self.links.len() == BATCH || self.bytes + bytes > BATCH_BYTES)
    }

    fn push(&mut self, app: String, number: usize, link: Value, bytes: usize) {
        self.app = app;
        self.numbers.push(number);
        self.links.push(link);
        self.bytes += bytes;
    }
}

impl Import {
    async fn run(self, admin: &Admin) -> Outcome {
        let mut lines = Lines::open(&self.file)?;
        let mut report = Report::open(self.report)?;
        let mut progress = Progress::new();
        let mut batch = Batch::default();
        while let Some(Line { number, object }) = lines.next()? {
            if number < self.from_line {
                continue;
            }
            let (app, link) = match object.and_then(|link| with_app(link, self.app.as_deref())) {
                Ok(line) => line,
                Err(reason) => {
                    report.refuse(number, reason)?;
                    continue;
                }
            };
            let bytes = link.to_string().len();
            if batch.is_over(&app, bytes) {
                send(admin, std::mem::take(&mut batch), &mut report).await?;
                progress.show(&lines, number, &report);
            }
            batch.push(app, number, link, bytes);
        }
        send(admin, batch, &mut report).await?;
        progress.end();
        report.finish()
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

/// Sends a batch; where it does not go through, says from which line to go on.
async fn send(admin: &Admin, batch: Batch, report: &mut Report) -> Result<(), Failure> {
    let Some(first) = batch.numbers.first() else { return Ok(()) };
    let body = json!({ "app": batch.app, "links": batch.links });
    let answer = match admin.post(&["links"], body.to_string()).await {
        Ok(answer) => answer,
        Err(refusal) => {
            report.flush()?;
            say(&report.words());
            say(&format!("stopped; go on with --from-line {first}"));
            return Err(refusal.into());
        }
    };
    report.imported += answer["imported"].as_u64().unwrap_or_default();
    report.unchanged += answer["unchanged"].as_u64().unwrap_or_default();
    for line in answer["refused"].as_array().into_iter().flatten() {
        let index = line["index"].as_u64().and_then(|index| usize::try_from(index).ok());
        let number = index.and_then(|index| batch.numbers.get(index)).copied().unwrap_or_default();
        report.refuse(number, line["reason"].as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// How far it is: a bar on a terminal, a line now and then for whoever reads a log.
struct Progress {
    on_terminal: bool,
    told: usize,
}

impl Progress {
    fn new() -> Self {
        Self { on_terminal: std::io::stderr().is_terminal(), told: 0 }
    }

    fn show(&mut self, lines: &Lines<'_>, number: usize, report: &Report) {
        if self.on_terminal {
            // Where nobody listens, nothing is lost.
            let _ = write!(std::io::stderr(), "\r{}", bar(lines.taken, lines.size, &report.words()));
        } else if number >= self.told + TOLD_EVERY {
            self.told = number;
            say(&format!("line {number}: {}", report.words()));
        }
    }

    fn end(&self) {
        if self.on_terminal {
            let _ = writeln!(std::io::stderr());
        }
    }
}

fn bar(taken: u64, size: Option<u64>, words: &str) -> String {
    let Some(size) = size.filter(|size| *size > 0) else { return words.to_owned() };
    let done = taken.min(size);
    let filled = usize::try_from(done * BAR / size).unwrap_or_default();
    let rest = usize::try_from(BAR).unwrap_or_default() - filled;
    format!("[{}{}] {:3} % {words}", "#".repeat(filled), " ".repeat(rest), done * 100 / size)
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
