//! No finder and no change goes over a whole table.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use portico_store::contract;
use rusqlite::Connection;

use super::{Sqlite, SqliteOptions};

static SEEN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Remembers a statement, whichever test runs it.
pub(super) fn note(sql: &'static str) {
    SEEN.lock().insert(sql);
}

/// Tables that are small by nature and read whole because all of it is wanted.
const SMALL: [&str; 2] = ["scope", "signing_key"];

/// What is sorted after it was found because it is little: of one session, of one person, all keys.
const LITTLE: [&str; 3] =
    ["from session_client where session = ?1", "from app_use where user_id = ?1", "signing_key"];

#[test]
fn no_statement_goes_over_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for (number, case) in contract::all().into_iter().enumerate() {
        let own = folder.path().join(format!("{number}.db"));
        runtime.block_on(case.run(Arc::new(Sqlite::open(own, SqliteOptions::default()).unwrap())));
    }
    drop(Sqlite::open(&path, SqliteOptions::default()).unwrap());
    let db = Connection::open(&path).unwrap();
    let seen = SEEN.lock().clone();
    assert!(seen.len() > 80, "the suite runs every statement: {}", seen.len());
    for sql in seen {
        let mut plan = db.prepare(&format!("explain query plan {sql}")).unwrap();
        let unbound = rusqlite::params_from_iter(vec![rusqlite::types::Null; plan.parameter_count()]);
        let steps = plan.query_map(unbound, |row| row.get::<_, String>(3)).unwrap();
        for step in steps.map(Result::unwrap) {
            assert!(is_bounded(sql, &step), "{step}: {sql}");
        }
    }
}

/// Whether the step finds its rows through an index, and stops where it is told to.
fn is_bounded(sql: &str, step: &str) -> bool {
    if step.starts_with("USE TEMP B-TREE") {
        return LITTLE.iter().any(|little| sql.contains(little));
    }
    match step.strip_prefix("SCAN ") {
        Some("CONSTANT ROW") => true,
        Some(what) if what.contains(" USING ") => sql.contains(" limit "),
        Some(what) => what.starts_with("(subquery") || SMALL.contains(&what),
        None => true,
    }
}

#[test]
fn a_scan_and_a_sort_of_everything_are_recognised() {
    assert!(!is_bounded("select 1 from person where password = ?1", "SCAN person"));
    assert!(!is_bounded("select count(*) from person", "SCAN person USING COVERING INDEX x"));
    assert!(!is_bounded("select 1 from delivery order by attempts limit 1", "USE TEMP B-TREE FOR ORDER BY"));
    assert!(is_bounded("select 1 from person where id = ?1", "SEARCH person USING INDEX x (id=?)"));
}
