//! The numbers of what is read in order: drawn from one row, as the last thing that a list does.
//!
//! A sequence would hand numbers out before the commit: a reader could see 8 before 7 is there, and
//! never come back for it. The row is held from the draw to the commit, so numbers have no gaps and
//! become visible in their order; because it is drawn last, and with the commit on its heels, it is
//! held for no longer than one commit takes.

use portico_core::id::EventSeq;
use portico_core::moment::Moment;
use portico_core::noun::event::{Event, Happening};
use portico_store::Committed;

use super::column::{limit, to_doc};
use super::fault::Fault;
use super::statement::{Db, Read};
use super::value::values;

/// What a list has to have numbered.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) events: Vec<(Moment, Happening)>,
}

/// Numbers what was drawn and commits.
pub(super) async fn commit(db: Db<'_>, drawn: Drawn) -> Read<Committed> {
    let Drawn { events } = drawn;
    if events.is_empty() {
        db.plain("commit").await?;
        return Ok(Committed::default());
    }
    let docs = events.iter().map(|(_, what)| to_doc(what)).collect::<Read<Vec<_>>>()?;
    let sql = "with number as (update tide set drawn = drawn + $1 returning drawn - $1 as base),
        line as (select * from unnest($2, $3) with ordinality as line (at, doc, place))
        insert into event (seq, at, doc) select base + place, at, doc from number, line
        returning seq";
    let values = values![
        limit(events.len()),
        events.iter().map(|(at, _)| at.millis()).collect::<Vec<_>>(),
        docs.iter().map(String::as_str).collect::<Vec<_>>(),
    ];
    let rows = db.last(sql, values).await?;
    let seqs = rows.iter().map(|row| super::event::seq(row, 0)).collect::<Read<Vec<EventSeq>>>()?;
    let first = seqs.into_iter().min().ok_or(Fault::Unreadable(0))?;
    let numbered = (first.0..).zip(events).map(|(seq, (at, what))| Event { seq: EventSeq(seq), at, what });
    Ok(Committed { events: numbered.collect() })
}
