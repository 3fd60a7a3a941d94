//! The suite through a proxy that pools transactions: no statement may outlive its transaction.
//!
//! `PORTICO_TEST_PGBOUNCER` is the address of a pgbouncer in transaction mode that leads to any
//! database of the server by its name. A proxy knows nothing of schemas, so each case has a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use portico_sql::postgres::{Postgres, PostgresOptions};
use portico_store::contract::Case;
use url::Url;

use super::{connect, options, server};
use crate::runtime;

mod contract {
    portico_store::contract_tests!(
        #[ignore = "needs PostgreSQL and pgbouncer: cargo xtask test"]
        crate::postgres::proxy::through_the_proxy
    );
}

fn through_the_proxy(case: Case) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
    let proxy = std::env::var("PORTICO_TEST_PGBOUNCER").expect("PORTICO_TEST_PGBOUNCER names a pgbouncer");
    let mut url = Url::parse(&proxy).unwrap();
    url.set_path(&name);
    runtime().block_on(async {
        let server = connect(&server()).await;
        server.batch_execute(&format!("create database {name}")).await.unwrap();
        let unprepared = PostgresOptions { prepared: false, ..options() };
        let store = Postgres::open(url.as_str(), &unprepared).await.unwrap();
        case.run(Arc::new(store)).await;
        server.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
    });
}
