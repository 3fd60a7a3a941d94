//! Connections that only read.
//!
//! A finder that touches a few rows runs where it is called: a point read takes a few
//! microseconds, less than handing it to another thread would. See ADR 0002.

use std::path::{Path, PathBuf};

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, OpenFlags};

use super::statement::Read;

/// Up to a fixed number of connections, opened as they are needed and kept.
pub(super) struct Pool {
    path: PathBuf,
    most: usize,
    held: Mutex<Held>,
    returned: Condvar,
}

#[derive(Default)]
struct Held {
    idle: Vec<Connection>,
    open: usize,
}

impl Pool {
    pub(super) fn new(path: &Path, most: usize) -> Self {
        Self { path: path.to_owned(), most: most.max(1), held: Mutex::default(), returned: Condvar::new() }
    }

    /// Reads on a connection of the pool, waiting for one if all are in use.
    pub(super) fn read<T>(&self, find: impl FnOnce(&Connection) -> Read<T>) -> Read<T> {
        let lent = self.lend()?;
        find(lent.connection())
    }

    /// Closes what is not lent out.
    pub(super) fn close(&self) {
        let mut held = self.held.lock();
        held.open -= held.idle.len();
        held.idle.clear();
    }

    fn lend(&self) -> Read<Lent<'_>> {
        let mut held = self.held.lock();
        loop {
            if let Some(connection) = held.idle.pop() {
                return Ok(Lent { pool: self, connection: Some(connection) });
            }
            if held.open < self.most {
                held.open += 1;
                drop(held);
                let mut lent = Lent { pool: self, connection: None };
                lent.connection = Some(open(&self.path)?);
                return Ok(lent);
            }
            self.returned.wait(&mut held);
        }
    }
}

/// A connection on loan; it goes back by itself, and one that was never opened is not counted.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the loan ends")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut held = self.pool.held.lock();
        match self.connection.take() {
            Some(connection) => held.idle.push(connection),
            None => held.open -= 1,
        }
        drop(held);
        self.pool.returned.notify_one();
    }
}

fn open(path: &Path) -> Read<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch("pragma busy_timeout = 5000; pragma cache_size = -1024; pragma temp_store = memory")?;
    Ok(db)
}
