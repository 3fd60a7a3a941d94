//! Agreements between apps.

use portico_core::id::ClientId;
use portico_core::noun::agreement::Agreement;
use portico_store::Page;
use tokio_postgres::Row;

use super::column::{limit, moment, text};
use super::statement::{Applied, Db, Read, many, must, one, run};
use super::value::values;

fn agreement(row: &Row) -> Read<Agreement> {
    Ok(Agreement { from: text(row, 0)?, to: text(row, 1)?, registered_at: moment(row, 2)? })
}

pub(super) async fn between(db: Db<'_>, from: &ClientId, to: &ClientId) -> Read<Option<Agreement>> {
    let sql = "select from_app, to_app, registered_at from agreement where from_app = $1 and to_app = $2";
    one(db, sql, values![from.as_str(), to.as_str()], agreement).await
}

pub(super) async fn page(
    db: Db<'_>,
    of: Option<&ClientId>,
    page: &Page<(ClientId, ClientId)>,
) -> Read<Vec<Agreement>> {
    let (from, to) = page.after.as_ref().map_or(("", ""), |(from, to)| (from.as_str(), to.as_str()));
    let all = "select from_app, to_app, registered_at from agreement
        where (from_app, to_app) > ($1, $2) order by from_app, to_app limit $3";
    // Either half lies in order in an index of its own; two pages are sorted, and one is left of them.
    let with_one = "(select from_app, to_app, registered_at from agreement
            where from_app = $4 and (from_app, to_app) > ($1, $2) order by from_app, to_app limit $3)
        union all
        (select from_app, to_app, registered_at from agreement
            where to_app = $4 and from_app <> $4 and (from_app, to_app) > ($1, $2)
            order by from_app, to_app limit $3)
        order by from_app, to_app limit $3";
    match of {
        None => many(db, all, values![from, to, limit(page.limit)], agreement).await,
        Some(app) => many(db, with_one, values![from, to, limit(page.limit), app.as_str()], agreement).await,
    }
}

pub(super) async fn register(db: Db<'_>, new: &Agreement) -> Applied {
    let sql = "insert into agreement (from_app, to_app, registered_at) values ($1, $2, $3)
        on conflict do nothing";
    run(db, sql, values![new.from.as_str(), new.to.as_str(), new.registered_at.millis()]).await?;
    Ok(())
}

pub(super) async fn end(db: Db<'_>, from: &ClientId, to: &ClientId) -> Applied {
    let sql = "delete from agreement where from_app = $1 and to_app = $2";
    must(db, sql, values![from.as_str(), to.as_str()]).await
}
