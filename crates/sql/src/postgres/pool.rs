//! Connections to the server: a bounded number, lent out one by one.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, PoolError, RecyclingMethod, Runtime, TimeoutType};
use portico_store::Unavailable;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::address::Address;
use super::fault::{Fault, describe};
use super::statement::{Db, Manner, Read};
use super::tls::Tls;
use super::{OpenError, PostgresOptions};

/// Connections beside the others, so that a lease is renewed however busy those are.
const FOR_NODES: usize = 2;

/// The connections of one store.
pub(super) struct Pool {
    connections: deadpool_postgres::Pool,
    /// For what nodes write and read of each other.
    nodes: deadpool_postgres::Pool,
    /// Lists of changes leave a part of the connections to finders, however long they wait for
    /// each other.
    writing: Semaphore,
    wait: Duration,
    manner: Arc<Manner>,
}

impl Pool {
    pub(super) fn new(address: &Address, options: &PostgresOptions) -> Result<Self, OpenError> {
        let mut config = address.driver(options)?;
        config.application_name("portico").connect_timeout(options.connect_timeout);
        config.tcp_user_timeout(options.statement_timeout).keepalives_idle(Duration::from_secs(30));
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let tls = Tls::new(address.tls, options.tls_ca.as_deref())?;
        let most = options.connections.max(2);
        let pool = |most: usize| {
            let manager = Manager::from_config(config.clone(), tls.clone(), recycling.clone());
            deadpool_postgres::Pool::builder(manager)
                .max_size(most)
                .runtime(Runtime::Tokio1)
                .wait_timeout(Some(options.wait_timeout))
                .create_timeout(Some(options.connect_timeout))
                .build()
                .map_err(|error| OpenError::Settings(error.to_string()))
        };
        let (connections, nodes) = (pool(most)?, pool(FOR_NODES)?);
        let manner = Arc::new(Manner::new(options));
        let writing = Semaphore::new(most - (most / 4).max(1));
        Ok(Self { connections, nodes, writing, wait: options.wait_timeout, manner })
    }

    /// A connection, waited for no longer than the settings say.
    pub(super) async fn lend(&self) -> Result<Lent, Unavailable> {
        self.lend_from(&self.connections).await
    }

    /// One of the few that are kept for nodes.
    pub(super) async fn lend_to_nodes(&self) -> Result<Lent, Unavailable> {
        let mut lent = self.lend_from(&self.nodes).await?;
        lent.busy = true;
        Ok(lent)
    }

    async fn lend_from(&self, connections: &deadpool_postgres::Pool) -> Result<Lent, Unavailable> {
        match connections.get().await {
            Ok(connection) => {
                Ok(Lent { connection: Some(connection), manner: self.manner.clone(), busy: false })
            }
            Err(error) => {
                let cause = unreachable(&error);
                tracing::error!(cause, "no connection to PostgreSQL");
                Err(Unavailable(cause))
            }
        }
    }

    /// A place among the lists of changes that are applied at the same time.
    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, Unavailable> {
        let late = |_| Unavailable("too many lists of changes wait for PostgreSQL".to_owned());
        let place = tokio::time::timeout(self.wait, self.writing.acquire()).await.map_err(late)?;
        place.map_err(|_| Unavailable("the store is closed".to_owned()))
    }

    pub(super) fn close(&self) {
        self.writing.close();
        self.connections.close();
        self.nodes.close();
    }
}

fn unreachable(error: &PoolError) -> String {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => "no connection to PostgreSQL became free in time".to_owned(),
        PoolError::Timeout(_) => "PostgreSQL did not accept a connection in time".to_owned(),
        PoolError::Backend(error) => describe(error),
        _ => "the connections to PostgreSQL are closed".to_owned(),
    }
}

/// A connection on loan. It goes back by itself.
pub(super) struct Lent {
    /// There until the loan ends.
    connection: Option<Object>,
    manner: Arc<Manner>,
    /// Whoever gives the loan up now leaves a statement without its answer: the next one would wait behind
    /// it, for as long as the way to the server is silent. The connection goes with the loan.
    busy: bool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.busy
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
    }
}

impl Lent {
    pub(super) fn db(&self) -> Db<'_> {
        let connection = self.connection.as_ref().expect("it is there until the loan ends");
        Db { connection, manner: &self.manner, patience: self.manner.patience }
    }

    /// Ends the loan with what a finder found; a connection that failed is not used again.
    pub(super) fn answer<T>(mut self, found: Read<T>) -> Result<T, Unavailable> {
        match found {
            Ok(found) => {
                self.busy = false;
                Ok(found)
            }
            Err(fault) => {
                tracing::error!(cause = fault.describe(), "a finder failed");
                self.after(&fault);
                Err(fault.into())
            }
        }
    }

    /// Ends the loan after a fault: the connection is closed if it may be in the middle of something.
    pub(super) fn after(mut self, fault: &Fault) {
        self.busy = !fault.leaves_the_connection();
    }

    /// Ends the loan and the connection.
    pub(super) fn close(mut self) {
        self.busy = true;
    }
}
