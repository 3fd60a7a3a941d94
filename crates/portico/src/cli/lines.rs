//! Files of JSON lines, however long: read one by one, and those that are none are reported.

use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Map, Value};

use super::Failure;

/// The longest line; a person or a link is far smaller.
const LONGEST: usize = 64 * 1024;
/// What some editors and exports put before the first line, in UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// One line of a file.
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    /// The object that it holds, or why it holds none.
    pub(super) object: Result<Map<String, Value>, &'static str>,
}

/// The lines of a file, or of standard input for `-`; blank ones are left out.
pub(super) struct Lines<'f> {
    file: &'f Path,
    reader: Box<dyn BufRead>,
    number: usize,
    about: Option<Metadata>,
    /// How large the file is in bytes, where that is known.
    pub(super) size: Option<u64>,
    /// How many bytes of it have been read.
    pub(super) taken: u64,
}

impl<'f> Lines<'f> {
    /// Opens the file.
    pub(super) fn open(file: &'f Path) -> Result<Self, Failure> {
        if file.as_os_str() == "-" {
            let stdin = std::io::stdin();
            let about = stdin.as_fd().try_clone_to_owned().and_then(|stdin| File::from(stdin).metadata());
            return Ok(Self::new(file, Box::new(BufReader::new(stdin)), about.ok(), None));
        }
        let opened = File::open(file).map_err(|error| wrong(file, &error))?;
        let about = opened.metadata().ok();
        let size = about.as_ref().filter(|about| about.is_file()).map(Metadata::len);
        Ok(Self::new(file, Box::new(BufReader::new(opened)), about, size))
    }

    fn new(file: &'f Path, reader: Box<dyn BufRead>, about: Option<Metadata>, size: Option<u64>) -> Self {
        Self { file, reader, number: 0, about, size, taken: 0 }
    }

    /// Whether it is this file that is read, whatever the two are called: one under two names, through a link or
    /// from standard input is still one.
    pub(super) fn come_from(&self, path: &Path) -> bool {
        let read = self.about.as_ref().filter(|about| about.is_file());
        let other = std::fs::metadata(path).ok();
        read.zip(other).is_some_and(|(read, other)| (read.dev(), read.ino()) == (other.dev(), other.ino()))
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Failure> {
        let mut text = Vec::new();
        loop {
            text.clear();
            let length =
                self.reader.read_until(b'\n', &mut text).map_err(|error| wrong(self.file, &error))?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.taken += length as u64;
            let text = if self.number == 1 { text.strip_prefix(MARK).unwrap_or(&text) } else { &text };
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, object: object(text) }));
            }
        }
    }
}

fn object(text: &[u8]) -> Result<Map<String, Value>, &'static str> {
    if text.len() > LONGEST {
        return Err("the line is longer than 64 KiB");
    }
    match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err("the line is not a JSON object"),
    }
}

fn wrong(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", file.display()))
}
