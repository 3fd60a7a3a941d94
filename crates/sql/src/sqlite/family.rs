//! Families of refresh tokens.

use portico_core::id::{FamilyId, SessionId};
use portico_core::moment::Moment;
use portico_core::noun::family::Family;
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{id, maybe_moment, moment, scopes, shown, text};
use super::statement::{Applied, Read, add, must, one, run};

macro_rules! columns {
    () => {
        "id, session, client, scope, generation, rotated_at, revoked_at"
    };
}

pub(super) fn by_id(db: &Connection, family: FamilyId) -> Read<Option<Family>> {
    let sql = concat!("select ", columns!(), " from family where id = ?1");
    let read = |row: &Row<'_>| {
        Ok(Family {
            id: id(row, 0, FamilyId::from_bytes)?,
            session: id(row, 1, SessionId::from_bytes)?,
            client: text(row, 2)?,
            scope: scopes(row, 3)?,
            generation: row.get(4)?,
            rotated_at: moment(row, 5)?,
            revoked_at: maybe_moment(row, 6)?,
        })
    };
    one(db, sql, [family.as_bytes()], read)
}

pub(super) fn start(db: &Connection, family: &Family) -> Applied {
    let sql = concat!(
        "insert into family (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do nothing"
    );
    let row = (
        family.id.as_bytes(),
        family.session.as_bytes(),
        family.client.as_str(),
        shown(&family.scope),
        family.generation,
        family.rotated_at.millis(),
        family.revoked_at.map(Moment::millis),
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn rotate(db: &Connection, family: FamilyId, generation: u32, at: Moment) -> Applied {
    let sql = "update family set generation = ?2, rotated_at = ?3
        where id = ?1 and generation + 1 = ?2 and revoked_at is null";
    must(db, sql, (family.as_bytes(), generation, at.millis()))
}

pub(super) fn revoke(db: &Connection, family: FamilyId, at: Moment) -> Applied {
    let sql = "update family set revoked_at = ?2 where id = ?1 and revoked_at is null";
    run(db, sql, (family.as_bytes(), at.millis()))?;
    Ok(())
}
