//! Scopes registered beside the built-in catalogue.

use portico_core::noun::catalogue::CatalogueEntry;

use super::column::{doc, to_doc};
use super::statement::{Applied, Db, Read, many, run};
use super::value::values;

pub(super) async fn all(db: Db<'_>) -> Read<Vec<CatalogueEntry>> {
    many(db, "select doc from scope order by name", values![], |row| doc(row, 0)).await
}

pub(super) async fn register(db: Db<'_>, entry: &CatalogueEntry) -> Applied {
    let sql = "insert into scope (name, doc) values ($1, $2)
        on conflict (name) do update set doc = excluded.doc";
    run(db, sql, values![entry.scope.as_str(), to_doc(entry)?]).await?;
    Ok(())
}
