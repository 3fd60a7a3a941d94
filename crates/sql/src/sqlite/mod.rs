//! The embedded engine: one SQLite file, one thread that writes, readers where they are called.

use std::fs::{File, OpenOptions, TryLockError};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle, available_parallelism};

use async_trait::async_trait;
use portico_core::Change;
use portico_store::{Commit, CommitError, Committed, Unavailable};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use self::pool::Pool;
use self::writer::{Job, Writer};
use crate::Migrated;

mod agreement;
mod apply;
mod audit;
mod avatar;
mod backup;
mod catalogue;
mod challenge;
mod client;
mod code;
mod column;
mod connection;
mod consent;
mod delivery;
mod developer;
mod event;
mod family;
mod key;
mod link;
mod migrate;
mod open_error;
mod open_id;
mod passkey;
mod person;
#[cfg(test)]
mod plan_tests;
mod pool;
mod read;
mod session;
mod statement;
mod sweep;
mod ticket;
mod token;
mod wechat;
mod writer;

pub use backup::{RestoreError, Restored, restore};
pub use open_error::OpenError;

/// How the store is run. The default is right for use.
#[derive(Clone)]
pub struct SqliteOptions {
    /// How many point reads run at once; as many as there are processors by default.
    pub readers: usize,
    /// How many lists of changes may wait for the writer before callers wait to hand theirs in.
    pub queue: usize,
    /// The most pages of 4 KiB that the database may grow to; none means as many as fit on the disk.
    pub most_pages: Option<u32>,
    /// Called on the writing thread before each sync: a test slows or stops a sync with it.
    pub before_sync: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        let readers = available_parallelism().map_or(2, NonZero::get);
        Self { readers, queue: 1024, most_pages: None, before_sync: None }
    }
}

/// A store in one SQLite file.
///
/// Every commit that has been answered is on disk (`synchronous = full`). Lists that wait while a
/// sync runs share the next one; `portico_store_commits_total` counts lists applied and
/// `portico_store_syncs_total` transactions committed. Dropping the store commits what waits and
/// closes the file.
pub struct Sqlite {
    path: PathBuf,
    readers: Arc<Pool>,
    /// For finders that may go over many rows, so that no point read waits behind them.
    long_readers: Arc<Pool>,
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    /// Held as long as the store is open; dropped last.
    _lock: File,
}

impl Sqlite {
    /// Opens the store in the file at `path`, making it if there is none, in a folder that is
    /// there. The file is locked against a second process by a file beside it, `<path>.lock`.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing of an existing store has changed then.
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let lock = lock(path)?;
        let (db, _) = open_for_writing(path, &options)?;
        let (queue, jobs) = mpsc::channel(options.queue.max(1));
        let writer = Writer { db, queue: jobs, before_sync: options.before_sync };
        let writer = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| OpenError::from_io(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::new(Pool::new(path, options.readers)),
            long_readers: Arc::new(Pool::new(path, 1)),
            queue: Some(queue),
            writer: Some(writer),
            _lock: lock,
        })
    }
}

/// Brings the schema of the file at `path` up to date, as opening it does.
///
/// # Errors
/// See [`OpenError`].
pub fn migrate(path: impl AsRef<Path>) -> Result<Migrated, OpenError> {
    let path = path.as_ref();
    let _lock = lock(path)?;
    let (_, from) = open_for_writing(path, &SqliteOptions::default())?;
    Ok(Migrated { from, to: migrate::KNOWN, ran: migrate::missing(from).collect(), held: None })
}

/// Takes the lock and sees to it that only the owner can read the database.
fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut private = OpenOptions::new();
    private.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
    let open = |path: &Path| private.open(path).map_err(|error| OpenError::from_io(path, &error));
    let lock = private.open(PathBuf::from(name)).map_err(|error| OpenError::from_io(path, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(OpenError::from_io(path, &error)),
    }
    open(path)?;
    Ok(lock)
}

/// The connection, and the schema that was found.
fn open_for_writing(path: &Path, options: &SqliteOptions) -> Result<(Connection, i64), OpenError> {
    let broken = |error: rusqlite::Error| OpenError::from_sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(broken)?;
    db.set_prepared_statement_cache_capacity(128);
    let found = migrate::version(&db, path)?;
    db.execute_batch(
        "pragma busy_timeout = 5000;
         pragma cache_size = -2048;
         pragma temp_store = memory;
         pragma journal_mode = wal;
         pragma synchronous = full;
         pragma secure_delete = on;
         pragma wal_autocheckpoint = 0;
         pragma journal_size_limit = 16777216;",
    )
    .map_err(broken)?;
    if let Some(pages) = options.most_pages {
        db.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(())).map_err(broken)?;
    }
    migrate::migrate(&mut db, path, found)?;
    Ok((db, found))
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // The writer closes last: only it can carry the write-ahead log over and remove it.
        self.readers.close();
        self.long_readers.close();
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the store had failed");
        }
    }
}

#[async_trait]
impl Commit for Sqlite {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let gone = || CommitError::from(Unavailable("the writer has stopped".to_owned()));
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        let (job, answered) = Job::new(changes);
        queue.send(job).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}
