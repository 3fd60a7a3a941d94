//! What came of an import, and the file of the lines that were refused.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::super::lines::Lines;
use super::super::{Failure, Outcome, print, say};

/// How many refused lines are shown where no report is written.
const SHOWN: usize = 20;

/// What came of the lines so far.
pub(super) struct Report {
    imported: u64,
    unchanged: u64,
    refused: usize,
    first: Vec<Value>,
    file: Option<(PathBuf, File)>,
}

impl Report {
    /// Opens the file of the refused lines, if there is to be one: empty where an import begins; where one goes
    /// on, without what it says of this line and later ones, which are sent again. Refuses the file that is read,
    /// by whatever name it goes.
    pub(super) fn open(path: Option<PathBuf>, lines: &Lines<'_>, from_line: usize) -> Result<Self, Failure> {
        let goes_on = from_line > 1;
        let open = |path: PathBuf| {
            let unusable = |why: &str| Failure::Usage(format!("{}: {why}", path.display()));
            if lines.come_from(&path) {
                return Err(unusable("the report would be written over the lines that are imported"));
            }
            if goes_on {
                keep_before(from_line, &path).map_err(|error| unusable(&error.to_string()))?;
            }
            let mut options = OpenOptions::new();
            let opened = options.create(true).write(true).append(goes_on).truncate(!goes_on).open(&path);
            let file = opened.map_err(|error| unusable(&error.to_string()))?;
            Ok((path, file))
        };
        let file = path.map(open).transpose()?;
        Ok(Self { imported: 0, unchanged: 0, refused: 0, first: vec![], file })
    }

    /// Counts what the server took of a batch.
    pub(super) fn took(&mut self, answer: &Value) {
        self.imported += answer["imported"].as_u64().unwrap_or_default();
        self.unchanged += answer["unchanged"].as_u64().unwrap_or_default();
    }

    /// Writes a refused line down at once: whatever ends the import afterwards, it stands in the report.
    pub(super) fn refuse(&mut self, number: usize, reason: &str) -> Result<(), Failure> {
        let line = json!({ "line": number, "reason": reason });
        self.refused += 1;
        match &mut self.file {
            Some((path, file)) => {
                file.write_all(format!("{line}\n").as_bytes()).map_err(|error| unwritten(path, &error))
            }
            None if self.first.len() < SHOWN => {
                self.first.push(line);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// How it stands, in one line.
    pub(super) fn words(&self) -> String {
        format!("{} imported, {} unchanged, {} refused", self.imported, self.unchanged, self.refused)
    }

    /// What the command answers: a failure where a line was refused.
    pub(super) fn finish(self) -> Outcome {
        say(&self.words());
        let answer =
            json!({ "imported": self.imported, "unchanged": self.unchanged, "refused": self.refused });
        for line in &self.first {
            say(&format!("line {}: {}", line["line"], line["reason"].as_str().unwrap_or_default()));
        }
        match self.refused {
            0 => Ok(answer),
            refused => {
                print(&answer);
                Err(Failure::Refused(format!("{refused} lines were refused")))
            }
        }
    }
}

/// Leaves of a report what is about lines before this one. An import that was killed may have refused lines
/// after the last one of which it told, and written half of the last.
fn keep_before(from_line: usize, path: &Path) -> std::io::Result<()> {
    let is_file = std::fs::metadata(path).is_ok_and(|about| about.is_file());
    let (true, Ok(path)) = (is_file, path.canonicalize()) else { return Ok(()) };
    let old = File::open(&path)?;
    let permissions = old.metadata()?.permissions();
    let mut kept = NamedTempFile::new_in(path.parent().unwrap_or(&path))?;
    for line in BufReader::new(old).split(b'\n') {
        let line = line?;
        let about = serde_json::from_slice::<Value>(&line).ok().and_then(|refused| refused["line"].as_u64());
        if about.is_some_and(|number| number < from_line as u64) {
            kept.write_all(&[&line, &b"\n"[..]].concat())?;
        }
    }
    kept.as_file().set_permissions(permissions)?;
    kept.persist(&path)?;
    Ok(())
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Refused(format!("{}: {error}", path.display()))
}
