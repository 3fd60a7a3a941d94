//! The suite of the contract, run by every engine, and what only one of them promises.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use portico_sql::memory::Memory;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::Store;
use portico_store::contract::Case;
use tokio::runtime::Runtime;

mod backup;
mod disk;
mod opening;
mod postgres;
mod sync;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

fn run(case: Case, store: Arc<dyn Store>) {
    runtime().block_on(case.run(store));
}

fn in_memory(case: Case) {
    run(case, Arc::new(Memory::new()));
}

fn on_sqlite(case: Case) {
    let folder = tempfile::tempdir().unwrap();
    run(case, Arc::new(Sqlite::open(folder.path().join("portico.db"), SqliteOptions::default()).unwrap()));
}

mod memory {
    portico_store::contract_tests!(crate::in_memory);
}

mod sqlite {
    portico_store::contract_tests!(crate::on_sqlite);
}

#[test]
fn nodes_share_a_store_in_memory() {
    runtime().block_on(portico_store::contract::nodes::run(async || Arc::new(Memory::new())));
}
