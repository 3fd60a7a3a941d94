//! Challenges.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::challenge::{Challenge, ChallengePurpose};
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{maybe_moment, moment, word};
use super::statement::{Applied, Read, add, must, one};

macro_rules! columns {
    () => {
        "digest, purpose, user_id, answer, sealed, tries, expires_at, answered_at"
    };
}

fn challenge(row: &Row<'_>) -> Read<Challenge> {
    Ok(Challenge {
        digest: row.get(0)?,
        purpose: word(row, 1, ChallengePurpose::parse)?,
        user: row.get::<_, Option<[u8; 16]>>(2)?.map(UserId::from_bytes),
        answer: row.get(3)?,
        sealed: row.get(4)?,
        tries: row.get(5)?,
        expires_at: moment(row, 6)?,
        answered_at: maybe_moment(row, 7)?,
    })
}

pub(super) fn by_digest(db: &Connection, digest: &[u8; 32]) -> Read<Option<Challenge>> {
    one(db, concat!("select ", columns!(), " from challenge where digest = ?1"), [digest], challenge)
}

pub(super) fn send(db: &Connection, new: &Challenge) -> Applied {
    let sql = concat!(
        "insert into challenge (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing"
    );
    let row = (
        new.digest,
        new.purpose.as_str(),
        new.user.map(|user| *user.as_bytes()),
        new.answer,
        &new.sealed,
        new.tries,
        new.expires_at.millis(),
        new.answered_at.map(Moment::millis),
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn tried(db: &Connection, digest: &[u8; 32], tries: u32) -> Applied {
    let sql = "update challenge set tries = ?2 where digest = ?1 and tries = ?2 - 1 and answered_at is null";
    must(db, sql, (digest, tries))
}

pub(super) fn answered(db: &Connection, digest: &[u8; 32], tries: u32, at: Moment) -> Applied {
    let sql = "update challenge set answered_at = ?3
        where digest = ?1 and tries = ?2 and answered_at is null";
    must(db, sql, (digest, tries, at.millis()))
}
