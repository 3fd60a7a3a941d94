//! The outbox of messages to back ends.

use portico_core::id::{DeliveryId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState, Told};
use portico_store::{Page, Taken};
use rusqlite::{Connection, Row};

use super::column::{doc, id, limit, moment, text, to_doc, word};
use super::statement::{Applied, Read, add, many, must, one};

macro_rules! columns {
    () => {
        "id, client, user_id, session, queued_at, attempts, next_at, state, last_error, event"
    };
}

fn told(row: &Row<'_>) -> Read<Told> {
    match row.get::<_, Option<[u8; 16]>>(3)? {
        Some(session) => Ok(Told::Logout(SessionId::from_bytes(session))),
        None => Ok(Told::Data(doc(row, 9)?)),
    }
}

fn delivery(row: &Row<'_>) -> Read<Delivery> {
    Ok(Delivery {
        id: id(row, 0, DeliveryId::from_bytes)?,
        client: text(row, 1)?,
        user: id(row, 2, UserId::from_bytes)?,
        what: told(row)?,
        queued_at: moment(row, 4)?,
        attempts: row.get(5)?,
        next_at: moment(row, 6)?,
        state: word(row, 7, DeliveryState::parse)?,
        last_error: row.get(8)?,
        // One node has this store to itself and is not written down.
        owner: None,
    })
}

pub(super) fn by_id(db: &Connection, delivery_id: DeliveryId) -> Read<Option<Delivery>> {
    let sql = concat!("select ", columns!(), " from delivery where id = ?1");
    one(db, sql, [delivery_id.as_bytes()], delivery)
}

pub(super) fn due(db: &Connection, at: Moment, most: usize) -> Read<Vec<Delivery>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from delivery indexed by delivery_due
          where state = 'pending' and next_at <= ?1
          order by next_at, id limit ?2"
    );
    many(db, sql, (at.millis(), limit(most)), delivery)
}

pub(super) fn next_at(db: &Connection) -> Read<Option<Moment>> {
    let sql = "select next_at from delivery indexed by delivery_due
        where state = 'pending' order by next_at, id limit 1";
    one(db, sql, [], |row| moment(row, 0))
}

pub(super) fn waiting(db: &Connection, most: usize) -> Read<usize> {
    let sql = "select count(*) from (
        select 1 from delivery indexed by delivery_due where state = 'pending' limit ?1)";
    let count = one(db, sql, [limit(most)], |row| row.get::<_, i64>(0))?;
    Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn page(
    db: &Connection,
    state: Option<DeliveryState>,
    page: Page<DeliveryId>,
) -> Read<Vec<Delivery>> {
    let after = page.after.as_ref().map_or(&[][..], |delivery| delivery.as_bytes());
    match state {
        Some(state) => {
            let sql = concat!(
                "select ",
                columns!(),
                " from delivery where state = ?1 and id > ?2 order by id limit ?3"
            );
            many(db, sql, (state.as_str(), after, limit(page.limit)), delivery)
        }
        None => {
            let sql = concat!("select ", columns!(), " from delivery where id > ?1 order by id limit ?2");
            many(db, sql, (after, limit(page.limit)), delivery)
        }
    }
}

pub(super) fn queue(db: &Connection, delivery: &Delivery) -> Applied {
    let sql = concat!(
        "insert into delivery (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict do nothing"
    );
    let (session, event) = match &delivery.what {
        Told::Logout(session) => (Some(session), None),
        Told::Data(event) => (None, Some(to_doc(event)?)),
    };
    let row = (
        delivery.id.as_bytes(),
        delivery.client.as_str(),
        delivery.user.as_bytes(),
        session.map(SessionId::as_bytes),
        delivery.queued_at.millis(),
        delivery.attempts,
        delivery.next_at.millis(),
        delivery.state.as_str(),
        &delivery.last_error,
        event,
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn tried(
    db: &Connection,
    delivery: DeliveryId,
    attempts: u32,
    next_at: Moment,
    state: DeliveryState,
    error: Option<&str>,
) -> Applied {
    let sql = "update delivery set attempts = ?2, next_at = ?3, state = ?4, last_error = ?5 where id = ?1";
    must(db, sql, (delivery.as_bytes(), attempts, next_at.millis(), state.as_str(), error))
}
