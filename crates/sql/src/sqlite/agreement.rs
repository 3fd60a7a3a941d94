//! Agreements between apps.

use portico_core::id::ClientId;
use portico_core::noun::agreement::Agreement;
use portico_store::Page;
use rusqlite::{Connection, Row};

use super::column::{limit, moment, text};
use super::statement::{Applied, Read, many, must, one, run};

fn agreement(row: &Row<'_>) -> Read<Agreement> {
    Ok(Agreement { from: text(row, 0)?, to: text(row, 1)?, registered_at: moment(row, 2)? })
}

pub(super) fn between(db: &Connection, from: &ClientId, to: &ClientId) -> Read<Option<Agreement>> {
    let sql = "select from_app, to_app, registered_at from agreement where from_app = ?1 and to_app = ?2";
    one(db, sql, (from.as_str(), to.as_str()), agreement)
}

pub(super) fn page(
    db: &Connection,
    of: Option<&ClientId>,
    page: &Page<(ClientId, ClientId)>,
) -> Read<Vec<Agreement>> {
    let (from, to) = page.after.as_ref().map_or(("", ""), |(from, to)| (from.as_str(), to.as_str()));
    let all = "select from_app, to_app, registered_at from agreement
        where (from_app, to_app) > (?1, ?2) order by from_app, to_app limit ?3";
    // Either half lies in order in an index of its own, and the two are merged.
    let with_one = "select from_app, to_app, registered_at from agreement
        where from_app = ?4 and (from_app, to_app) > (?1, ?2)
        union all
        select from_app, to_app, registered_at from agreement
        where to_app = ?4 and from_app <> ?4 and (from_app, to_app) > (?1, ?2)
        order by from_app, to_app limit ?3";
    match of {
        None => many(db, all, (from, to, limit(page.limit)), agreement),
        Some(app) => many(db, with_one, (from, to, limit(page.limit), app.as_str()), agreement),
    }
}

pub(super) fn register(db: &Connection, new: &Agreement) -> Applied {
    let sql = "insert into agreement (from_app, to_app, registered_at) values (?1, ?2, ?3)
        on conflict do nothing";
    run(db, sql, (new.from.as_str(), new.to.as_str(), new.registered_at.millis()))?;
    Ok(())
}

pub(super) fn end(db: &Connection, from: &ClientId, to: &ClientId) -> Applied {
    must(db, "delete from agreement where from_app = ?1 and to_app = ?2", (from.as_str(), to.as_str()))
}
