//! Files of JSON lines, however long: read one by one, and those that are none are reported.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::Failure;

/// The longest line; a person or a link is far smaller.
const LONGEST: usize = 64 * 1024;

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
    /// How large the file is in bytes, where that is known.
    pub(super) size: Option<u64>,
    /// How many bytes of it have been read.
    pub(super) taken: u64,
}

impl<'f> Lines<'f> {
    /// Opens the file.
    pub(super) fn open(file: &'f Path) -> Result<Self, Failure> {
        if file.as_os_str() == "-" {
            let reader = Box::new(BufReader::new(std::io::stdin()));
            return Ok(Self { file, reader, number: 0, size: None, taken: 0 });
        }
        let opened = File::open(file).map_err(|error| wrong(file, &error))?;
        let size = opened.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
        Ok(Self { file, reader: Box::new(BufReader::new(opened)), number: 0, size, taken: 0 })
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
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, object: object(&text) }));
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
