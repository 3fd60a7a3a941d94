//! People's pictures.

use portico_core::id::UserId;
use rusqlite::Connection;

use super::statement::{Applied, Read, must, one, run};

pub(super) fn of(db: &Connection, user: UserId) -> Read<Option<Vec<u8>>> {
    one(db, "select sealed from avatar where user_id = ?1", [user.as_bytes()], |row| row.get(0))
}

pub(super) fn set(db: &Connection, user: UserId, sealed: &[u8]) -> Applied {
    let sql = "insert into avatar (user_id, sealed)
        select id, ?2 from person where id = ?1 and erased_at is null
        on conflict (user_id) do update set sealed = excluded.sealed";
    must(db, sql, (user.as_bytes(), sealed))
}

pub(super) fn remove(db: &Connection, user: UserId) -> Applied {
    run(db, REMOVE, [user.as_bytes()])?;
    Ok(())
}

/// Also what erasing a person does.
pub(super) const REMOVE: &str = "delete from avatar where user_id = ?1";
