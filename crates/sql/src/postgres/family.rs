//! Families of refresh tokens.

use portico_core::id::{FamilyId, SessionId};
use portico_core::moment::Moment;
use portico_core::noun::family::Family;
use portico_store::Taken;
use tokio_postgres::Row;

use super::column::{id, maybe_moment, moment, number, scopes, shown, text};
use super::statement::{Applied, Db, Read, add, must, one, run};
use super::value::values;

macro_rules! columns {
    () => {
        "id, session, client, scope, generation, rotated_at, revoked_at"
    };
}

pub(super) async fn by_id(db: Db<'_>, family: FamilyId) -> Read<Option<Family>> {
    let sql = concat!("select ", columns!(), " from family where id = $1");
    let read = |row: &Row| {
        Ok(Family {
            id: id(row, 0, FamilyId::from_bytes)?,
            session: id(row, 1, SessionId::from_bytes)?,
            client: text(row, 2)?,
            scope: scopes(row, 3)?,
            generation: number(row, 4)?,
            rotated_at: moment(row, 5)?,
            revoked_at: maybe_moment(row, 6)?,
        })
    };
    one(db, sql, values![family.as_bytes()], read).await
}

pub(super) async fn start(db: Db<'_>, family: &Family) -> Applied {
    let sql = concat!(
        "insert into family (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"
    );
    let row = values![
        family.id.as_bytes(),
        family.session.as_bytes(),
        family.client.as_str(),
        shown(&family.scope),
        family.generation,
        family.rotated_at.millis(),
        family.revoked_at.map(Moment::millis),
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn rotate(db: Db<'_>, family: FamilyId, generation: u32, at: Moment) -> Applied {
    let sql = "update family set generation = $2, rotated_at = $3
        where id = $1 and generation + 1 = $2 and revoked_at is null";
    must(db, sql, values![family.as_bytes(), generation, at.millis()]).await
}

pub(super) async fn revoke(db: Db<'_>, family: FamilyId, at: Moment) -> Applied {
    let sql = "update family set revoked_at = $2 where id = $1 and revoked_at is null";
    run(db, sql, values![family.as_bytes(), at.millis()]).await?;
    Ok(())
}
