//! The outbox of messages to back ends.

use portico_core::id::{DeliveryId, NodeId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState, Told};
use portico_store::{Page, Taken};
use tokio_postgres::Row;

use super::column::{doc, get, id, limit, maybe_id, moment, number, text, to_doc, word};
use super::statement::{Applied, Db, Read, add, many, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "id, client, user_id, session, queued_at, attempts, next_at, state, last_error, owner, event"
    };
}

fn told(row: &Row) -> Read<Told> {
    match maybe_id(row, 3, SessionId::from_bytes)? {
        Some(session) => Ok(Told::Logout(session)),
        None => Ok(Told::Data(doc(row, 10)?)),
    }
}

fn delivery(row: &Row) -> Read<Delivery> {
    Ok(Delivery {
        id: id(row, 0, DeliveryId::from_bytes)?,
        client: text(row, 1)?,
        user: id(row, 2, UserId::from_bytes)?,
        what: told(row)?,
        queued_at: moment(row, 4)?,
        attempts: number(row, 5)?,
        next_at: moment(row, 6)?,
        state: word(row, 7, DeliveryState::parse)?,
        last_error: get(row, 8)?,
        owner: maybe_id(row, 9, NodeId::from_bytes)?,
    })
}

pub(super) async fn by_id(db: Db<'_>, delivery_id: DeliveryId) -> Read<Option<Delivery>> {
    let sql = concat!("select ", columns!(), " from delivery where id = $1");
    one(db, sql, values![delivery_id.as_bytes()], delivery).await
}

pub(super) async fn due(db: Db<'_>, by: Option<NodeId>, at: Moment, most: usize) -> Read<Vec<Delivery>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from delivery
          where state = 'pending' and next_at <= $1 and (owner is null or owner = $3)
          order by next_at, id limit $2"
    );
    many(db, sql, values![at.millis(), limit(most), by.as_ref().map(NodeId::as_bytes)], delivery).await
}

pub(super) async fn next_at(db: Db<'_>, by: Option<NodeId>) -> Read<Option<Moment>> {
    let sql = "select next_at from delivery
        where state = 'pending' and (owner is null or owner = $1) order by next_at, id limit 1";
    one(db, sql, values![by.as_ref().map(NodeId::as_bytes)], |row| moment(row, 0)).await
}

pub(super) async fn waiting(db: Db<'_>, most: usize) -> Read<usize> {
    let sql = "select count(*) from (
        select 1 from delivery where state = 'pending' limit $1) pending";
    let count = one(db, sql, values![limit(most)], |row| get::<i64>(row, 0)).await?;
    Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) async fn page(
    db: Db<'_>,
    state: Option<DeliveryState>,
    page: Page<DeliveryId>,
) -> Read<Vec<Delivery>> {
    let after = page.after.as_ref().map_or(&[][..], |delivery| delivery.as_bytes());
    match state {
        Some(state) => {
            let sql = concat!(
                "select ",
                columns!(),
                " from delivery where state = $1 and id > $2 order by id limit $3"
            );
            many(db, sql, values![state.as_str(), after, limit(page.limit)], delivery).await
        }
        None => {
            let sql = concat!("select ", columns!(), " from delivery where id > $1 order by id limit $2");
            many(db, sql, values![after, limit(page.limit)], delivery).await
        }
    }
}

pub(super) async fn queue(db: Db<'_>, delivery: &Delivery) -> Applied {
    let sql = concat!(
        "insert into delivery (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, (select id from node where id = $10), $11)
          on conflict do nothing"
    );
    let (session, event) = match &delivery.what {
        Told::Logout(session) => (Some(session), None),
        Told::Data(event) => (None, Some(to_doc(event)?)),
    };
    let row = values![
        delivery.id.as_bytes(),
        delivery.client.as_str(),
        delivery.user.as_bytes(),
        session.map(SessionId::as_bytes),
        delivery.queued_at.millis(),
        delivery.attempts,
        delivery.next_at.millis(),
        delivery.state.as_str(),
        &delivery.last_error,
        delivery.owner.as_ref().map(NodeId::as_bytes),
        &event,
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn claim(db: Db<'_>, delivery: DeliveryId, by: NodeId) -> Applied {
    let sql = "update delivery set owner = $2
        where id = $1 and (owner is null or owner = $2) and exists (select 1 from node where id = $2)";
    must(db, sql, values![delivery.as_bytes(), by.as_bytes()]).await
}

pub(super) async fn tried(
    db: Db<'_>,
    delivery: DeliveryId,
    attempts: u32,
    next_at: Moment,
    state: DeliveryState,
    error: Option<&str>,
) -> Applied {
    let sql = "update delivery set attempts = $2, next_at = $3, state = $4, last_error = $5 where id = $1";
    must(db, sql, values![delivery.as_bytes(), attempts, next_at.millis(), state.as_str(), error]).await
}
