//! Connections.

use portico_core::id::ConnectionId;
use portico_core::noun::connection::Connection;
use portico_store::{Page, Taken};
use rusqlite::{Connection as Database, Row};

use super::column::{doc, limit, to_doc};
use super::statement::{Applied, Read, add, hold, many, must, one};

fn connection(row: &Row<'_>) -> Read<Connection> {
    Ok(Connection { wrapped_secret: row.get(1)?, ..doc(row, 0)? })
}

pub(super) fn by_id(db: &Database, id: &ConnectionId) -> Read<Option<Connection>> {
    one(db, "select doc, wrapped_secret from connection where id = ?1", [id.as_str()], connection)
}

pub(super) fn page(db: &Database, page: &Page<ConnectionId>) -> Read<Vec<Connection>> {
    let after = page.after.as_ref().map_or("", ConnectionId::as_str);
    let sql = "select doc, wrapped_secret from connection where id > ?1 order by id limit ?2";
    many(db, sql, (after, limit(page.limit)), connection)
}

pub(super) fn register(db: &Database, new: &Connection) -> Applied {
    let sql = "insert into connection (id, doc, wrapped_secret) values (?1, ?2, ?3) on conflict do nothing";
    add(db, sql, (new.id.as_str(), to_doc(new)?, &new.wrapped_secret), Taken::Connection)
}

pub(super) fn rewrite(db: &Database, before: &Connection, after: &Connection) -> Applied {
    hold(before.id == after.id && by_id(db, &before.id)?.as_ref() == Some(before))?;
    let sql = "update connection set doc = ?2, wrapped_secret = ?3 where id = ?1";
    must(db, sql, (after.id.as_str(), to_doc(after)?, &after.wrapped_secret))
}

pub(super) fn remove(db: &Database, id: &ConnectionId) -> Applied {
    must(db, "delete from connection where id = ?1", [id.as_str()])
}
