//! Passkeys.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::passkey::Passkey;
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{id, maybe_moment, moment};
use super::statement::{Applied, Read, add, hold, many, must, one};

macro_rules! columns {
    () => {
        "digest, user_id, sealed_credential, sealed_name, created_at, used_at"
    };
}

fn passkey(row: &Row<'_>) -> Read<Passkey> {
    Ok(Passkey {
        digest: row.get(0)?,
        user: id(row, 1, UserId::from_bytes)?,
        sealed_credential: row.get(2)?,
        sealed_name: row.get(3)?,
        created_at: moment(row, 4)?,
        used_at: maybe_moment(row, 5)?,
    })
}

pub(super) fn by_digest(db: &Connection, digest: &[u8; 32]) -> Read<Option<Passkey>> {
    one(db, concat!("select ", columns!(), " from passkey where digest = ?1"), [digest], passkey)
}

pub(super) fn of(db: &Connection, user: UserId) -> Read<Vec<Passkey>> {
    let sql = concat!("select ", columns!(), " from passkey where user_id = ?1 order by created_at, digest");
    many(db, sql, [user.as_bytes()], passkey)
}

pub(super) fn counted(db: &Connection, user: UserId, count: usize) -> Applied {
    let sql = "select count(*) from passkey where user_id = ?1";
    let there: Option<i64> = one(db, sql, [user.as_bytes()], |row| row.get(0))?;
    hold(there.and_then(|there| usize::try_from(there).ok()) == Some(count))
}

pub(super) fn add_one(db: &Connection, new: &Passkey) -> Applied {
    let sql = concat!(
        "insert into passkey (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing"
    );
    let row = (
        new.digest,
        new.user.as_bytes(),
        &new.sealed_credential,
        &new.sealed_name,
        new.created_at.millis(),
        new.used_at.map(Moment::millis),
    );
    add(db, sql, row, Taken::Passkey)
}

pub(super) fn used(db: &Connection, digest: &[u8; 32], before: &[u8], after: &[u8], at: Moment) -> Applied {
    let sql = "update passkey set sealed_credential = ?3, used_at = ?4
        where digest = ?1 and sealed_credential = ?2";
    must(db, sql, (digest, before, after, at.millis()))
}

pub(super) fn rename(db: &Connection, digest: &[u8; 32], user: UserId, name: &[u8]) -> Applied {
    let sql = "update passkey set sealed_name = ?3 where digest = ?1 and user_id = ?2";
    must(db, sql, (digest, user.as_bytes(), name))
}

pub(super) fn remove(db: &Connection, digest: &[u8; 32], user: UserId) -> Applied {
    must(db, "delete from passkey where digest = ?1 and user_id = ?2", (digest, user.as_bytes()))
}
