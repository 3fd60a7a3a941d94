//! How every statement is run: static text, bound parameters, prepared once a connection.

use portico_store::{CommitError, Taken};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};

/// What a finder answers.
pub(super) type Read<T> = rusqlite::Result<T>;

/// Why a change was not applied.
#[derive(Debug)]
pub(super) enum Failure {
    /// A guard, a conflict or something taken: the list is refused, the batch goes on.
    Refused(CommitError),
    /// SQLite could not do it: the transaction is lost.
    Engine(rusqlite::Error),
}

/// What applying a change answers.
pub(super) type Applied = Result<(), Failure>;

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

/// The first row, if there is one.
pub(super) fn one<T>(
    db: &Connection,
    sql: &'static str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Read<T>,
) -> Read<Option<T>> {
    #[cfg(test)]
    super::plan_tests::note(sql);
    db.prepare_cached(sql)?.query_row(params, read).optional()
}

/// Every row, in the order of the statement.
pub(super) fn many<T>(
    db: &Connection,
    sql: &'static str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Read<T>,
) -> Read<Vec<T>> {
    #[cfg(test)]
    super::plan_tests::note(sql);
    db.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// A statement that is run many times in a row.
pub(super) fn prepared<'db>(db: &'db Connection, sql: &'static str) -> Read<CachedStatement<'db>> {
    #[cfg(test)]
    super::plan_tests::note(sql);
    db.prepare_cached(sql)
}

/// Whether there is a row.
pub(super) fn any(db: &Connection, sql: &'static str, params: impl Params) -> Read<bool> {
    one(db, sql, params, |_| Ok(())).map(|row| row.is_some())
}

/// Runs a statement that changes rows and says how many it changed.
pub(super) fn run(db: &Connection, sql: &'static str, params: impl Params) -> Read<usize> {
    #[cfg(test)]
    super::plan_tests::note(sql);
    db.prepare_cached(sql)?.execute(params)
}

/// Refuses the list with a conflict unless this holds.
pub(super) fn hold(condition: bool) -> Applied {
    if condition { Ok(()) } else { Err(Failure::Refused(CommitError::Conflict)) }
}

/// Runs an update that must change a row, else the list conflicts.
pub(super) fn must(db: &Connection, sql: &'static str, params: impl Params) -> Applied {
    hold(run(db, sql, params)? > 0)
}

/// Refuses the list because something is there already, unless this holds.
pub(super) fn free(condition: bool, taken: Taken) -> Applied {
    if condition { Ok(()) } else { Err(Failure::Refused(CommitError::Taken(taken))) }
}

/// Runs an `on conflict do nothing` insert that must add a row, else something is taken.
pub(super) fn add(db: &Connection, sql: &'static str, params: impl Params, taken: Taken) -> Applied {
    free(run(db, sql, params)? > 0, taken)
}
