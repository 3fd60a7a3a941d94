//! Why a store could not be opened: one line that says what to do about it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode};

/// Why the store at a path could not be opened. The text is one line, for an operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is not there.
    #[error("cannot open the store {}: its folder does not exist", .0.display())]
    NoFolder(PathBuf),
    /// The folder or a file in it cannot be written.
    #[error("cannot open the store {}: its folder is read-only, or its files may not be written", .0.display())]
    ReadOnly(PathBuf),
    /// The disk has no room left.
    #[error("cannot open the store {}: the disk is full", .0.display())]
    Full(PathBuf),
    /// Another process has it open.
    #[error("cannot open the store {}: another portico is using it", .0.display())]
    InUse(PathBuf),
    /// The file is something else.
    #[error("cannot open the store {}: the file there is not a database of portico", .0.display())]
    NotAStore(PathBuf),
    /// The file was written by a later version of Portico.
    #[error("cannot open the store {}: it has schema {found}, and this portico knows schemas up to {known}", path.display())]
    Newer {
        /// Where it is.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The latest schema known here.
        known: i64,
    },
    /// Anything else.
    #[error("cannot open the store {}: {cause}", path.display())]
    Broken {
        /// Where it is.
        path: PathBuf,
        /// What SQLite or the system said.
        cause: String,
    },
}

impl OpenError {
    /// What a failing file operation means.
    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder(path),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly(path),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(path),
            _ => Self::Broken { path, cause: error.to_string() },
        }
    }

    /// What a failing statement means. SQLite names some causes only vaguely; then a trial write
    /// to the folder tells.
    pub(super) fn from_sqlite(path: &Path, error: &Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAStore(path.to_owned()),
            Some(ErrorCode::DiskFull) => Self::Full(path.to_owned()),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(path.to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse(path.to_owned()),
            _ => match try_writing_beside(path) {
                Err(trial) => Self::from_io(path, &trial),
                Ok(()) => Self::Broken { path: path.to_owned(), cause: describe(error) },
            },
        }
    }
}

fn try_writing_beside(path: &Path) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".trial");
    let trial = PathBuf::from(name);
    let written = File::create(&trial).and_then(|mut file| {
        file.write_all(&[0; 256 * 1024])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&trial);
    written.and(removed)
}

/// The error without any value that was read or written.
pub(super) fn describe(error: &Error) -> String {
    match error {
        Error::SqliteFailure(code, _) => format!("SQLite says: {code}"),
        Error::FromSqlConversionFailure(column, ..) => {
            format!("column {column} of a stored row does not read")
        }
        Error::InvalidColumnType(column, ..) => format!("column {column} of a stored row has another type"),
        Error::IntegralValueOutOfRange(column, _) => {
            format!("column {column} of a stored row is out of range")
        }
        Error::ToSqlConversionFailure(_) => "a value cannot be written".to_owned(),
        _ => "SQLite refused a statement".to_owned(),
    }
}
