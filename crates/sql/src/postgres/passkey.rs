//! Passkeys.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::passkey::Passkey;
use portico_store::Taken;
use tokio_postgres::Row;

use super::column::{bytes, get, id, maybe_moment, moment};
use super::statement::{Applied, Db, Read, add, hold, many, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "digest, user_id, sealed_credential, sealed_name, created_at, used_at"
    };
}

fn passkey(row: &Row) -> Read<Passkey> {
    Ok(Passkey {
        digest: bytes(row, 0)?,
        user: id(row, 1, UserId::from_bytes)?,
        sealed_credential: get(row, 2)?,
        sealed_name: get(row, 3)?,
        created_at: moment(row, 4)?,
        used_at: maybe_moment(row, 5)?,
    })
}

pub(super) async fn by_digest(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<Passkey>> {
    one(db, concat!("select ", columns!(), " from passkey where digest = $1"), values![digest], passkey).await
}

pub(super) async fn of(db: Db<'_>, user: UserId) -> Read<Vec<Passkey>> {
    let sql = concat!("select ", columns!(), " from passkey where user_id = $1 order by created_at, digest");
    many(db, sql, values![user.as_bytes()], passkey).await
}

pub(super) async fn counted(db: Db<'_>, user: UserId, count: usize) -> Applied {
    let sql = "select count(*) from passkey where user_id = $1";
    let there: Option<i64> = one(db, sql, values![user.as_bytes()], |row| get(row, 0)).await?;
    hold(there.and_then(|there| usize::try_from(there).ok()) == Some(count))
}

pub(super) async fn add_one(db: Db<'_>, new: &Passkey) -> Applied {
    let sql = concat!(
        "insert into passkey (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6) on conflict do nothing"
    );
    let row = values![
        &new.digest,
        new.user.as_bytes(),
        &new.sealed_credential,
        &new.sealed_name,
        new.created_at.millis(),
        new.used_at.map(Moment::millis),
    ];
    add(db, sql, row, Taken::Passkey).await
}

pub(super) async fn used(db: Db<'_>, digest: &[u8; 32], before: &[u8], after: &[u8], at: Moment) -> Applied {
    let sql = "update passkey set sealed_credential = $3, used_at = $4
        where digest = $1 and sealed_credential = $2";
    must(db, sql, values![digest, before, after, at.millis()]).await
}

pub(super) async fn rename(db: Db<'_>, digest: &[u8; 32], user: UserId, name: &[u8]) -> Applied {
    let sql = "update passkey set sealed_name = $3 where digest = $1 and user_id = $2";
    must(db, sql, values![digest, user.as_bytes(), name]).await
}

pub(super) async fn remove(db: Db<'_>, digest: &[u8; 32], user: UserId) -> Applied {
    must(db, "delete from passkey where digest = $1 and user_id = $2", values![digest, user.as_bytes()]).await
}
