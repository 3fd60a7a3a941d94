//! Connections.

use portico_core::id::ConnectionId;
use portico_core::noun::connection::Connection;
use portico_store::{Page, Taken};
use tokio_postgres::Row;

use super::column::{doc, get, limit, to_doc};
use super::statement::{Applied, Db, Read, add, hold, many, must, one};
use super::value::values;

fn connection(row: &Row) -> Read<Connection> {
    Ok(Connection { wrapped_secret: get(row, 1)?, ..doc(row, 0)? })
}

pub(super) async fn by_id(db: Db<'_>, id: &ConnectionId) -> Read<Option<Connection>> {
    one(db, "select doc, wrapped_secret from connection where id = $1", values![id.as_str()], connection)
        .await
}

pub(super) async fn page(db: Db<'_>, page: &Page<ConnectionId>) -> Read<Vec<Connection>> {
    let after = page.after.as_ref().map_or("", ConnectionId::as_str);
    let sql = "select doc, wrapped_secret from connection where id > $1 order by id limit $2";
    many(db, sql, values![after, limit(page.limit)], connection).await
}

pub(super) async fn register(db: Db<'_>, new: &Connection) -> Applied {
    let sql = "insert into connection (id, doc, wrapped_secret) values ($1, $2, $3) on conflict do nothing";
    add(db, sql, values![new.id.as_str(), to_doc(new)?, &new.wrapped_secret], Taken::Connection).await
}

pub(super) async fn rewrite(db: Db<'_>, before: &Connection, after: &Connection) -> Applied {
    let sql = "select doc, wrapped_secret from connection where id = $1 for update";
    let there = one(db, sql, values![before.id.as_str()], connection).await?;
    hold(before.id == after.id && there.as_ref() == Some(before))?;
    let sql = "update connection set doc = $2, wrapped_secret = $3 where id = $1";
    must(db, sql, values![after.id.as_str(), to_doc(after)?, &after.wrapped_secret]).await
}

pub(super) async fn remove(db: Db<'_>, id: &ConnectionId) -> Applied {
    must(db, "delete from connection where id = $1", values![id.as_str()]).await
}
