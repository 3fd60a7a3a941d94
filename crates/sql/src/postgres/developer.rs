//! Developers.

use portico_core::id::DeveloperId;
use portico_core::noun::developer::Developer;
use portico_store::Page;

use super::column::{doc, limit, to_doc};
use super::statement::{Applied, Db, Read, many, one, run};
use super::value::values;

pub(super) async fn by_id(db: Db<'_>, id: &DeveloperId) -> Read<Option<Developer>> {
    one(db, "select doc from developer where id = $1", values![id.as_str()], |row| doc(row, 0)).await
}

pub(super) async fn page(db: Db<'_>, page: &Page<DeveloperId>) -> Read<Vec<Developer>> {
    let after = page.after.as_ref().map_or("", DeveloperId::as_str);
    let sql = "select doc from developer where id > $1 order by id limit $2";
    many(db, sql, values![after, limit(page.limit)], |row| doc(row, 0)).await
}

pub(super) async fn register(db: Db<'_>, developer: &Developer) -> Applied {
    let sql = "insert into developer (id, doc) values ($1, $2)
        on conflict (id) do update set doc = excluded.doc";
    run(db, sql, values![developer.id.as_str(), to_doc(developer)?]).await?;
    Ok(())
}
