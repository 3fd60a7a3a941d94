//! The numbers of what is read in order: drawn from one row, as the last thing that a list does.
//!
//! A sequence would hand numbers out before the commit: a reader could see 8 before 7 is there, and
//! never come back for it. The row is held from the draw to the commit, so numbers have no gaps and
//! become visible in their order; because it is drawn last, and with the commit on its heels, it is
//! held for no longer than one commit takes.

use portico_core::id::{ClosingSeq, EventSeq};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::event::{Event, Happening};
use portico_store::Committed;
use serde::Serialize;

use super::column::{get, limit, to_doc};
use super::fault::Fault;
use super::statement::{Db, Read};
use super::value::values;

/// What a list has to have numbered: events in one row of numbers, closings in another.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) events: Vec<(Moment, Happening)>,
    pub(super) closings: Vec<(Moment, Closing)>,
}

/// Numbers what was drawn and commits.
pub(super) async fn commit(db: Db<'_>, drawn: Drawn) -> Read<Committed> {
    let Drawn { events, closings } = drawn;
    if events.is_empty() && closings.is_empty() {
        db.plain("commit").await?;
        return Ok(Committed::default());
    }
    let sql = "with number as (
            update tide set events = events + $1, closings = closings + $2
            returning events - $1 as last_event, closings - $2 as last_closing
        ), told as (
            insert into event (seq, at, doc) select last_event + place, at, doc
            from number, unnest($3, $4) with ordinality as line (at, doc, place)
        ), closed as (
            insert into closing (seq, at, doc) select last_closing + place, at, doc
            from number, unnest($5, $6) with ordinality as line (at, doc, place)
        )
        select last_event, last_closing from number";
    let (told, closed) = (docs(&events)?, docs(&closings)?);
    let values = values![
        limit(events.len()),
        limit(closings.len()),
        times(&events),
        told.iter().map(String::as_str).collect::<Vec<_>>(),
        times(&closings),
        closed.iter().map(String::as_str).collect::<Vec<_>>(),
    ];
    let rows = db.last(sql, values).await?;
    let row = rows.first().ok_or(Fault::Unreadable(0))?;
    let last = |column| get::<i64>(row, column).map(i64::unsigned_abs);
    let (last_event, last_closing) = (last(0)?, last(1)?);
    let closing = (!closings.is_empty()).then(|| ClosingSeq(last_closing + closings.len() as u64));
    let numbered = (last_event + 1..).zip(events);
    let events = numbered.map(|(seq, (at, what))| Event { seq: EventSeq(seq), at, what }).collect();
    Ok(Committed { events, closing })
}

fn times<T>(lines: &[(Moment, T)]) -> Vec<i64> {
    lines.iter().map(|(at, _)| at.millis()).collect()
}

fn docs<T: Serialize>(lines: &[(Moment, T)]) -> Read<Vec<String>> {
    lines.iter().map(|(_, what)| to_doc(what)).collect()
}
