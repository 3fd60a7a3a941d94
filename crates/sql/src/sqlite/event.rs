//! Events, in commit order.

use portico_core::id::EventSeq;
use portico_core::moment::Moment;
use portico_core::noun::event::{Event, Happening};
use rusqlite::{Connection, Row};

use super::column::{doc, limit, moment, to_doc};
use super::statement::{Failure, Read, many, one, run};

fn seq(row: &Row<'_>, column: usize) -> Read<EventSeq> {
    Ok(EventSeq(row.get::<_, Option<i64>>(column)?.unwrap_or(0).unsigned_abs()))
}

pub(super) fn after(db: &Connection, last: EventSeq, most: usize) -> Read<Vec<Event>> {
    let sql = "select seq, at, doc from event where seq > ?1 order by seq limit ?2";
    let read = |row: &Row<'_>| Ok(Event { seq: seq(row, 0)?, at: moment(row, 1)?, what: doc(row, 2)? });
    many(db, sql, (i64::try_from(last.0).unwrap_or(i64::MAX), limit(most)), read)
}

pub(super) fn bounds(db: &Connection) -> Read<(EventSeq, EventSeq)> {
    let sql = "select (select max(seq) from event), (select min(seq) from event)";
    Ok(one(db, sql, [], |row| Ok((seq(row, 0)?, seq(row, 1)?)))?.unwrap_or_default())
}

pub(super) fn before(db: &Connection, at: Moment) -> Read<EventSeq> {
    let sql = "select seq from event where at < ?1 order by at desc, seq desc limit 1";
    Ok(one(db, sql, [at.millis()], |row| seq(row, 0))?.unwrap_or_default())
}

pub(super) fn happened(db: &Connection, at: Moment, what: Happening) -> Result<Event, Failure> {
    run(db, "insert into event (at, doc) values (?1, ?2)", (at.millis(), to_doc(&what)?))?;
    Ok(Event { seq: EventSeq(db.last_insert_rowid().unsigned_abs()), at, what })
}
