//! Challenges.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::challenge::{Challenge, ChallengePurpose};
use portico_store::Taken;
use tokio_postgres::Row;

use super::column::{bytes, get, maybe_bytes, maybe_moment, moment, number, word};
use super::statement::{Applied, Db, Read, add, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "digest, purpose, user_id, answer, sealed, tries, expires_at, answered_at"
    };
}

fn challenge(row: &Row) -> Read<Challenge> {
    Ok(Challenge {
        digest: bytes(row, 0)?,
        purpose: word(row, 1, ChallengePurpose::parse)?,
        user: maybe_bytes(row, 2)?.map(UserId::from_bytes),
        answer: bytes(row, 3)?,
        sealed: get(row, 4)?,
        tries: number(row, 5)?,
        expires_at: moment(row, 6)?,
        answered_at: maybe_moment(row, 7)?,
    })
}

pub(super) async fn by_digest(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<Challenge>> {
    one(db, concat!("select ", columns!(), " from challenge where digest = $1"), values![digest], challenge)
        .await
}

pub(super) async fn send(db: Db<'_>, new: &Challenge) -> Applied {
    let sql = concat!(
        "insert into challenge (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing"
    );
    let row = values![
        &new.digest,
        new.purpose.as_str(),
        new.user.as_ref().map(UserId::as_bytes),
        &new.answer,
        &new.sealed,
        new.tries,
        new.expires_at.millis(),
        new.answered_at.map(Moment::millis),
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn tried(db: Db<'_>, digest: &[u8; 32], tries: u32) -> Applied {
    let sql = "update challenge set tries = $2 where digest = $1 and tries = $2 - 1 and answered_at is null";
    must(db, sql, values![digest, tries]).await
}

pub(super) async fn answered(db: Db<'_>, digest: &[u8; 32], tries: u32, at: Moment) -> Applied {
    let sql = "update challenge set answered_at = $3
        where digest = $1 and tries = $2 and answered_at is null";
    must(db, sql, values![digest, tries, at.millis()]).await
}
