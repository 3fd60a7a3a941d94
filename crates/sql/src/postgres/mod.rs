//! The engine of many nodes: PostgreSQL, whose rows are locked by what relies on them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portico_core::Change;
use portico_store::{Commit, CommitError, Committed, Unavailable};

use self::address::Address;
use self::pool::Pool;
use crate::Migrated;

mod address;
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
mod fault;
mod key;
mod link;
mod lock;
mod migrate;
#[cfg(test)]
mod migrate_tests;
mod node;
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
mod tide;
mod tls;
mod token;
mod value;
mod wechat;
mod writer;

pub use open_error::OpenError;

/// How the server is spoken to. The default is right for a server of one's own, near by.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The most connections of this node, at least 2; a quarter is left to finders when lists of
    /// changes wait for each other.
    pub connections: usize,
    /// How long a caller waits for one of them.
    pub wait_timeout: Duration,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a statement may take, waiting for others' locks included.
    pub statement_timeout: Duration,
    /// How long a transaction may be idle before the server ends it, with its locks: no longer than a
    /// lease, since others wait for what a paused node has locked.
    pub idle_in_transaction_timeout: Duration,
    /// A file of PEM certificates to trust in place of the system's.
    pub tls_ca: Option<PathBuf>,
    /// A file that holds the password, in place of the address.
    pub password_file: Option<PathBuf>,
    /// Whether statements are prepared once a connection. Not through a proxy that pools
    /// transactions: it loses them.
    pub prepared: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: 20,
            wait_timeout: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(5),
            idle_in_transaction_timeout: Duration::from_secs(2),
            tls_ca: None,
            password_file: None,
            prepared: true,
        }
    }
}

impl PostgresOptions {
    /// The server's own settings of the same names, in milliseconds.
    fn timeouts(&self) -> [(&'static str, u128); 2] {
        [
            ("statement_timeout", self.statement_timeout.as_millis()),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_timeout.as_millis()),
        ]
    }
}

/// A store on a PostgreSQL server, shared by any number of nodes.
///
/// A list of changes is one transaction (`read committed`): it first locks the rows that it relies
/// on, then checks and changes, and numbers its events last. One that was begun is finished even if
/// nobody waits for the answer any more. `portico_store_commits_total` counts lists applied,
/// `portico_store_collisions_total` transactions that the server undid and that were tried again.
pub struct Postgres {
    pool: Arc<Pool>,
}

impl Postgres {
    /// Opens the store at `address` (`postgres://user@host:port/database?sslmode=…`). An empty
    /// database is set up; one that is behind is left to [`migrate`].
    ///
    /// # Errors
    /// See [`OpenError`]; nothing of an existing store has changed then.
    pub async fn open(address: &str, options: &PostgresOptions) -> Result<Self, OpenError> {
        let address = Address::parse(address)?;
        let pool = Pool::new(&address, options)?;
        let server = address.shown();
        let lent = pool.lend().await.map_err(|error| unreachable(&server, error))?;
        let mut found = migrate::version(lent.db()).await;
        if let Ok(empty) = &found
            && empty.version == 0
        {
            found = match migrate::migrate(lent.db(), migrate::MIGRATIONS).await {
                Ok(_) => migrate::version(lent.db()).await,
                Err(fault) => Err(fault),
            };
        }
        let found = match found {
            Ok(found) => found,
            Err(fault) => {
                let error = OpenError::at(&server, &fault);
                lent.after(&fault);
                return Err(error);
            }
        };
        let (version, known) = (found.version, migrate::KNOWN);
        if version < migrate::NEEDED {
            return Err(OpenError::Behind { server, found: version, known: migrate::NEEDED });
        }
        if !found.is_usable {
            return Err(OpenError::Newer { server, found: version, known });
        }
        Ok(Self { pool: Arc::new(pool) })
    }
}

/// Brings the schema at `address` up to date, whatever it was. Nodes of the version before may be
/// serving: what would take something away from them is held back, and run by the next call after they
/// are gone. Of two that migrate at once, one does and the other finds it done.
///
/// # Errors
/// See [`OpenError`]; what had run before, stays.
pub async fn migrate(address: &str, options: &PostgresOptions) -> Result<Migrated, OpenError> {
    let address = Address::parse(address)?;
    let pool = Pool::new(&address, options)?;
    let server = address.shown();
    let lent = pool.lend().await.map_err(|error| unreachable(&server, error))?;
    let migrated = migrate::migrate(lent.db(), migrate::MIGRATIONS).await;
    migrated.map_err(|fault| {
        let error = OpenError::at(&server, &fault);
        lent.after(&fault);
        error
    })
}

fn unreachable(server: &str, error: Unavailable) -> OpenError {
    OpenError::Unreachable { server: server.to_owned(), cause: error.0 }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.pool.close();
    }
}

#[async_trait]
impl Commit for Postgres {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let pool = self.pool.clone();
        let applied = tokio::spawn(async move { writer::commit(&pool, changes).await });
        applied.await.map_err(|_| Unavailable("a commit was cut short".to_owned()))?
    }
}
