//! Identities elsewhere.

use portico_core::id::UserId;
use portico_core::noun::link::{Link, LinkProof};
use portico_store::Taken;
use rusqlite::Connection;

use super::column::{id, moment, word};
use super::statement::{Applied, Read, add, many, one};

pub(super) fn person_by(db: &Connection, issuer: &str, subject_index: &[u8; 32]) -> Read<Option<UserId>> {
    let sql = "select user_id from link where issuer = ?1 and subject_index = ?2";
    one(db, sql, (issuer, subject_index), |row| id(row, 0, UserId::from_bytes))
}

pub(super) fn of(db: &Connection, user: UserId) -> Read<Vec<Link>> {
    let sql = "select issuer, subject_index, user_id, proof, linked_at from link where user_id = ?1";
    let mut links = many(db, sql, [user.as_bytes()], |row| {
        Ok(Link {
            issuer: row.get(0)?,
            subject_index: row.get(1)?,
            user: id(row, 2, UserId::from_bytes)?,
            proof: word(row, 3, LinkProof::parse)?,
            linked_at: moment(row, 4)?,
        })
    })?;
    links.sort_by_key(|link| link.linked_at);
    Ok(links)
}

pub(super) fn tie(db: &Connection, link: &Link) -> Applied {
    let sql = "insert into link (issuer, subject_index, user_id, proof, linked_at)
        values (?1, ?2, ?3, ?4, ?5) on conflict do nothing";
    let row = (
        &link.issuer,
        link.subject_index,
        link.user.as_bytes(),
        link.proof.as_str(),
        link.linked_at.millis(),
    );
    add(db, sql, row, Taken::Link)
}
