//! The suite on PostgreSQL, and what only that engine promises. Each test has a schema of its own
//! on the server that `PORTICO_TEST_POSTGRES` names: a throw-away one, with the URL of a superuser.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use portico_sql::postgres::{Postgres, PostgresOptions};
use portico_store::contract::Case;
use tokio_postgres::{Client, NoTls};

use crate::runtime;

mod lost;
mod proxy;
mod race;
mod restore;
mod schema;
mod tls;
mod trips;

mod contract {
    portico_store::contract_tests!(
        #[ignore = "needs PostgreSQL: cargo xtask test"]
        crate::postgres::on_postgres
    );
}

/// The address of the server.
pub(crate) fn server() -> String {
    std::env::var("PORTICO_TEST_POSTGRES").expect("PORTICO_TEST_POSTGRES names a throw-away PostgreSQL")
}

/// A connection of one's own.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A schema of one test, on the server.
pub(crate) struct Schema {
    pub(crate) name: String,
    /// The server's address, with the schema as what is searched.
    pub(crate) url: String,
}

impl Schema {
    /// A new, empty one.
    pub(crate) async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let server = server();
        connect(&server).await.batch_execute(&format!("create schema {name}")).await.unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{sign}options=-csearch_path%3D{name}"), name }
    }

    /// Takes it away with all that is in it.
    pub(crate) async fn drop(self) {
        connect(&server()).await.batch_execute(&format!("drop schema {} cascade", self.name)).await.unwrap();
    }
}

/// Few connections, so that a run of many tests has enough.
pub(crate) fn options() -> PostgresOptions {
    PostgresOptions { connections: 8, ..PostgresOptions::default() }
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn nodes_share_a_store() {
    runtime().block_on(async {
        let mut schemas = Vec::new();
        portico_store::contract::nodes::run(async || {
            let schema = Schema::new().await;
            let store = Postgres::open(&schema.url, &options()).await.unwrap();
            schemas.push(schema);
            Arc::new(store)
        })
        .await;
        for schema in schemas {
            schema.drop().await;
        }
    });
}

fn on_postgres(case: Case) {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let store = Postgres::open(&schema.url, &options()).await.unwrap();
        case.run(Arc::new(store)).await;
        schema.drop().await;
    });
}
