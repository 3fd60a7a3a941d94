//! Why a store could not be opened: one line that says what to do about it.

use super::fault::Fault;

/// Why the store on a server could not be opened. The text is one line, for an operator, and holds
/// neither user nor password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting, or a part of the address, is wrong.
    #[error("cannot open the store on PostgreSQL: {0}")]
    Settings(String),
    /// The server cannot be reached or refuses.
    #[error("cannot open the store {server}: {cause}")]
    Unreachable {
        /// Which server.
        server: String,
        /// What it, or the system, said.
        cause: String,
    },
    /// The schema has to be migrated first.
    #[error(
        "cannot open the store {server}: it has schema {found}, and this portico needs {known}; \
         `portico migrate` brings it up to date"
    )]
    Behind {
        /// Which server.
        server: String,
        /// Its schema.
        found: i64,
        /// The schema needed here.
        known: i64,
    },
    /// A later version of Portico has taken away what this one uses.
    #[error(
        "cannot open the store {server}: it has schema {found}, and this portico knows schemas up to {known}"
    )]
    Newer {
        /// Which server.
        server: String,
        /// Its schema.
        found: i64,
        /// The latest schema known here.
        known: i64,
    },
}

impl OpenError {
    /// What a fault means on the way to being open.
    pub(super) fn at(server: &str, fault: &Fault) -> Self {
        let cause = match fault.is_double() {
            true => "it holds tables of another program".to_owned(),
            false => fault.describe(),
        };
        Self::Unreachable { server: server.to_owned(), cause }
    }
}
