//! What went wrong between here and the server, and what it means for a list of changes.

use portico_store::{CommitError, Taken, Unavailable};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// A statement that gave no answer. Its text never holds a value that was read or written.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server, or the way to it.
    Engine(Error),
    /// No answer within the time that a statement may take.
    TooSlow,
    /// A column of a stored row does not read.
    Unreadable(usize),
    /// A value cannot be written.
    Unwritable,
    /// A later version of Portico has taken away what this one uses.
    Outgrown,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl Fault {
    fn state(&self) -> Option<&SqlState> {
        match self {
            Self::Engine(error) => error.code(),
            _ => None,
        }
    }

    /// Whether the server undid the list because another came in between: it may be applied again.
    pub(super) fn is_collision(&self) -> bool {
        self.state().is_some_and(|state| {
            [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(state)
        })
    }

    /// Whether the connection may still be used: an answer was read to its end.
    pub(super) fn leaves_the_connection(&self) -> bool {
        match self {
            Self::Engine(error) => error.as_db_error().is_some() && !error.is_closed(),
            Self::Unreadable(_) | Self::Unwritable | Self::Outgrown => true,
            Self::TooSlow => false,
        }
    }

    /// Whether a table that was named is not there.
    pub(super) fn is_missing_table(&self) -> bool {
        self.state() == Some(&SqlState::UNDEFINED_TABLE)
    }

    /// Whether something is there already that was to be made.
    pub(super) fn is_double(&self) -> bool {
        self.state().is_some_and(|state| {
            [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT]
                .contains(state)
        })
    }

    /// What is taken, if a unique index says so.
    pub(super) fn taken(&self) -> Option<Taken> {
        let Self::Engine(error) = self else { return None };
        let refusal = error.as_db_error().filter(|refusal| *refusal.code() == SqlState::UNIQUE_VIOLATION)?;
        Some(match refusal.table() {
            Some("client") => Taken::Client,
            Some("connection") => Taken::Connection,
            Some("link") => Taken::Link,
            Some("passkey") => Taken::Passkey,
            Some("used_assertion") => Taken::Assertion,
            Some("secret") => Taken::Secret,
            _ => Taken::Id,
        })
    }

    /// One line for the log, without any value.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Engine(error) => describe(error),
            Self::TooSlow => "PostgreSQL did not answer in time".to_owned(),
            Self::Unreadable(column) => format!("column {column} of a stored row does not read"),
            Self::Unwritable => "a value cannot be written".to_owned(),
            Self::Outgrown => "a later version of Portico has taken away what this one uses".to_owned(),
        }
    }
}

/// What the error says, without the server's message where that may repeat a value.
pub(super) fn describe(error: &Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        let code = refusal.code().code();
        return match named(refusal.code()) {
            Some(meaning) => format!("PostgreSQL says: {meaning} ({code})"),
            None => format!("PostgreSQL refused a statement ({code})"),
        };
    }
    if error.is_closed() {
        return "the connection to PostgreSQL was lost".to_owned();
    }
    match std::error::Error::source(error) {
        Some(cause) if cause.is::<std::io::Error>() => format!("the way to PostgreSQL failed: {cause}"),
        _ => "the driver of PostgreSQL refused a statement".to_owned(),
    }
}

fn named(state: &SqlState) -> Option<&'static str> {
    let known = [
        (SqlState::ADMIN_SHUTDOWN, "it is shutting down"),
        (SqlState::CRASH_SHUTDOWN, "it crashed and is coming back"),
        (SqlState::CANNOT_CONNECT_NOW, "it is starting or stopping"),
        (SqlState::READ_ONLY_SQL_TRANSACTION, "it is read-only, perhaps a standby"),
        (SqlState::QUERY_CANCELED, "a statement took too long"),
        (SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT, "a transaction was idle for too long"),
        (SqlState::TOO_MANY_CONNECTIONS, "it has too many connections"),
        (SqlState::DISK_FULL, "the disk is full"),
        (SqlState::OUT_OF_MEMORY, "it is out of memory"),
        (SqlState::INVALID_PASSWORD, "the password is wrong"),
        (SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "the user may not connect"),
        (SqlState::INVALID_CATALOG_NAME, "there is no such database"),
        (SqlState::INSUFFICIENT_PRIVILEGE, "the user may not do that"),
        (SqlState::UNDEFINED_TABLE, "a table is missing"),
        (SqlState::UNDEFINED_PSTATEMENT, "a prepared statement is gone; is a proxy in between?"),
    ];
    known.into_iter().find(|(known, _)| known == state).map(|(_, meaning)| meaning)
}

/// Why a list of changes was not applied.
#[derive(Debug)]
pub(super) enum Failure {
    /// A guard, a conflict or something taken.
    Refused(CommitError),
    /// A statement gave no answer.
    Fault(Fault),
}

impl<F: Into<Fault>> From<F> for Failure {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<Fault> for Unavailable {
    fn from(fault: Fault) -> Self {
        Self(fault.describe())
    }
}
