//! Developers.

use portico_core::id::DeveloperId;
use portico_core::noun::developer::Developer;
use portico_store::Page;
use rusqlite::Connection;

use super::column::{doc, limit, to_doc};
use super::statement::{Applied, Read, many, one, run};

pub(super) fn by_id(db: &Connection, id: &DeveloperId) -> Read<Option<Developer>> {
    one(db, "select doc from developer where id = ?1", [id.as_str()], |row| doc(row, 0))
}

pub(super) fn page(db: &Connection, page: &Page<DeveloperId>) -> Read<Vec<Developer>> {
    let after = page.after.as_ref().map_or("", DeveloperId::as_str);
    let sql = "select doc from developer where id > ?1 order by id limit ?2";
    many(db, sql, (after, limit(page.limit)), |row| doc(row, 0))
}

pub(super) fn register(db: &Connection, developer: &Developer) -> Applied {
    let sql = "insert into developer (id, doc) values (?1, ?2)
        on conflict (id) do update set doc = excluded.doc";
    run(db, sql, (developer.id.as_str(), to_doc(developer)?))?;
    Ok(())
}
