//! Events, in commit order.

use portico_core::id::EventSeq;
use portico_core::moment::Moment;
use portico_core::noun::event::Event;
use tokio_postgres::Row;

use super::column::{doc, get, limit, moment};
use super::statement::{Db, Read, many, one};
use super::value::values;

pub(super) fn seq(row: &Row, column: usize) -> Read<EventSeq> {
    Ok(EventSeq(get::<Option<i64>>(row, column)?.unwrap_or(0).unsigned_abs()))
}

pub(super) async fn after(db: Db<'_>, last: EventSeq, most: usize) -> Read<Vec<Event>> {
    let sql = "select seq, at, doc from event where seq > $1 order by seq limit $2";
    let read = |row: &Row| Ok(Event { seq: seq(row, 0)?, at: moment(row, 1)?, what: doc(row, 2)? });
    many(db, sql, values![i64::try_from(last.0).unwrap_or(i64::MAX), limit(most)], read).await
}

pub(super) async fn bounds(db: Db<'_>) -> Read<(EventSeq, EventSeq)> {
    let sql = "select (select max(seq) from event), (select min(seq) from event)";
    Ok(one(db, sql, values![], |row| Ok((seq(row, 0)?, seq(row, 1)?))).await?.unwrap_or_default())
}

pub(super) async fn before(db: Db<'_>, at: Moment) -> Read<EventSeq> {
    let sql = "select seq from event where at < $1 order by at desc, seq desc limit 1";
    Ok(one(db, sql, values![at.millis()], |row| seq(row, 0)).await?.unwrap_or_default())
}
