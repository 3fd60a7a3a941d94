//! People's pictures.

use portico_core::id::UserId;

use super::column::get;
use super::statement::{Applied, Db, Read, must, one, run};
use super::value::values;

pub(super) async fn of(db: Db<'_>, user: UserId) -> Read<Option<Vec<u8>>> {
    one(db, "select sealed from avatar where user_id = $1", values![user.as_bytes()], |row| get(row, 0)).await
}

pub(super) async fn set(db: Db<'_>, user: UserId, sealed: &[u8]) -> Applied {
    let sql = "insert into avatar (user_id, sealed)
        select id, cast($2 as bytea) from person where id = $1 and erased_at is null
        on conflict (user_id) do update set sealed = excluded.sealed";
    must(db, sql, values![user.as_bytes(), sealed]).await
}

pub(super) async fn remove(db: Db<'_>, user: UserId) -> Applied {
    run(db, REMOVE, values![user.as_bytes()]).await?;
    Ok(())
}

/// Also what erasing a person does.
pub(super) const REMOVE: &str = "delete from avatar where user_id = $1";
