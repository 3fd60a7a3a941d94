//! Scopes registered beside the built-in catalogue.

use portico_core::noun::catalogue::CatalogueEntry;
use rusqlite::Connection;

use super::column::{doc, to_doc};
use super::statement::{Applied, Read, many, run};

pub(super) fn all(db: &Connection) -> Read<Vec<CatalogueEntry>> {
    many(db, "select doc from scope order by name", [], |row| doc(row, 0))
}

pub(super) fn register(db: &Connection, entry: &CatalogueEntry) -> Applied {
    let sql = "insert into scope (name, doc) values (?1, ?2)
        on conflict (name) do update set doc = excluded.doc";
    run(db, sql, (entry.scope.as_str(), to_doc(entry)?))?;
    Ok(())
}
