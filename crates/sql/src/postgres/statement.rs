//! How every statement is run: static text, typed values, prepared once a connection or not at all.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use portico_store::{CommitError, Taken};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row, Statement};

use super::PostgresOptions;
use super::fault::{Failure, Fault};
use super::value::Value;

/// What a finder answers.
pub(super) type Read<T> = Result<T, Fault>;

/// What applying a change answers.
pub(super) type Applied = Result<(), Failure>;

/// A connection, and how statements are run on it.
#[derive(Clone, Copy)]
pub(super) struct Db<'a> {
    pub(super) connection: &'a ClientWrapper,
    pub(super) manner: &'a Manner,
    /// How long a statement may take.
    pub(super) patience: Duration,
}

/// How statements are run.
#[derive(Debug)]
pub(super) struct Manner {
    /// Whether a statement is prepared once and kept with its connection. A proxy that hands the
    /// connection to somebody else between transactions loses such statements.
    pub(super) prepared: bool,
    /// How long a statement may take, here and on the server.
    pub(super) patience: Duration,
    /// How a transaction begins.
    pub(super) begin: String,
}

impl Manner {
    /// What the settings ask for. Through a proxy a setting holds for a transaction and no longer.
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let mut begin = "begin isolation level read committed".to_owned();
        if !options.prepared {
            for (name, millis) in options.timeouts() {
                begin.push_str(&format!("; set local {name} = {millis}"));
            }
        }
        Self { prepared: options.prepared, patience: options.statement_timeout, begin }
    }
}

impl Db<'_> {
    async fn rows(self, sql: &'static str, values: &[Value<'_>]) -> Read<Vec<Row>> {
        #[cfg(test)]
        super::plan_tests::note(sql, values);
        self.in_time(async {
            match self.manner.prepared {
                true => self.connection.query(&self.statement(sql, values).await?, &plain(values)).await,
                false => self.connection.query_typed(sql, &typed(values)).await,
            }
        })
        .await
    }

    async fn changed(self, sql: &'static str, values: &[Value<'_>]) -> Read<u64> {
        #[cfg(test)]
        super::plan_tests::note(sql, values);
        self.in_time(async {
            match self.manner.prepared {
                true => self.connection.execute(&self.statement(sql, values).await?, &plain(values)).await,
                false => self.connection.execute_typed(sql, &typed(values)).await,
            }
        })
        .await
    }

    /// The statement as it was prepared on this connection, or is now.
    async fn statement(self, sql: &str, values: &[Value<'_>]) -> Result<Statement, Error> {
        let kinds: Vec<Type> = values.iter().map(Value::kind).collect();
        self.connection.prepare_typed_cached(sql, &kinds).await
    }

    /// The same connection, for what may take long.
    pub(super) fn without_hurry(self) -> Self {
        Self { patience: Duration::from_secs(24 * 3600), ..self }
    }

    /// Runs a statement and commits, both sent at once: nothing comes between them.
    pub(super) async fn last(self, sql: &'static str, values: &[Value<'_>]) -> Read<Vec<Row>> {
        if self.manner.prepared {
            // Sent after the commit, it would stand outside the transaction.
            self.in_time(self.statement(sql, values)).await?;
        }
        let (rows, committed) = tokio::join!(biased; self.rows(sql, values), self.plain("commit"));
        let rows = rows?;
        committed?;
        Ok(rows)
    }

    /// Runs what takes no values and answers nothing: the ends of a transaction, a migration.
    pub(super) async fn plain(self, sql: &str) -> Read<()> {
        self.in_time(self.connection.batch_execute(sql)).await
    }

    async fn in_time<T>(self, work: impl Future<Output = Result<T, Error>>) -> Read<T> {
        match timeout(self.patience, work).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Fault::TooSlow),
        }
    }
}

fn plain<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

fn typed<'a>(values: &'a [Value<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    values.iter().map(|value| (value as _, value.kind())).collect()
}

/// The first row, if there is one.
pub(super) async fn one<T>(
    db: Db<'_>,
    sql: &'static str,
    values: &[Value<'_>],
    read: impl FnOnce(&Row) -> Read<T>,
) -> Read<Option<T>> {
    db.rows(sql, values).await?.first().map(read).transpose()
}

/// Every row, in the order of the statement.
pub(super) async fn many<T>(
    db: Db<'_>,
    sql: &'static str,
    values: &[Value<'_>],
    read: impl FnMut(&Row) -> Read<T>,
) -> Read<Vec<T>> {
    db.rows(sql, values).await?.iter().map(read).collect()
}

/// Whether there is a row.
pub(super) async fn any(db: Db<'_>, sql: &'static str, values: &[Value<'_>]) -> Read<bool> {
    Ok(!db.rows(sql, values).await?.is_empty())
}

/// Runs a statement that changes rows and says how many it changed.
pub(super) async fn run(db: Db<'_>, sql: &'static str, values: &[Value<'_>]) -> Read<u64> {
    db.changed(sql, values).await
}

/// Refuses the list with a conflict unless this holds.
pub(super) fn hold(condition: bool) -> Applied {
    if condition { Ok(()) } else { Err(Failure::Refused(CommitError::Conflict)) }
}

/// Runs an update that must change a row, else the list conflicts.
pub(super) async fn must(db: Db<'_>, sql: &'static str, values: &[Value<'_>]) -> Applied {
    hold(run(db, sql, values).await? > 0)
}

/// Refuses the list because something is there already, unless this holds.
pub(super) fn free(condition: bool, taken: Taken) -> Applied {
    if condition { Ok(()) } else { Err(Failure::Refused(CommitError::Taken(taken))) }
}

/// Runs an `on conflict do nothing` insert that must add a row, else something is taken.
pub(super) async fn add(db: Db<'_>, sql: &'static str, values: &[Value<'_>], taken: Taken) -> Applied {
    free(run(db, sql, values).await? > 0, taken)
}
