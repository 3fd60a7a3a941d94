//! Identities elsewhere.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::link::{Link, LinkProof, PastLink};
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{id, limit, moment, word};
use super::statement::{Applied, Read, add, hold, many, must, one};

fn link(row: &Row<'_>) -> Read<Link> {
    Ok(Link {
        issuer: row.get(0)?,
        subject_index: row.get(1)?,
        user: id(row, 2, UserId::from_bytes)?,
        proof: word(row, 3, LinkProof::parse)?,
        linked_at: moment(row, 4)?,
        open_id: None,
    })
}

pub(super) fn person_by(db: &Connection, issuer: &str, subject_index: &[u8; 32]) -> Read<Option<UserId>> {
    let sql = "select user_id from link where issuer = ?1 and subject_index = ?2";
    one(db, sql, (issuer, subject_index), |row| id(row, 0, UserId::from_bytes))
}

pub(super) fn of(db: &Connection, user: UserId) -> Read<Vec<Link>> {
    let sql = "select issuer, subject_index, user_id, proof, linked_at from link where user_id = ?1";
    let mut links = many(db, sql, [user.as_bytes()], link)?;
    links.sort_by(|a, b| (a.linked_at, &a.issuer).cmp(&(b.linked_at, &b.issuer)));
    Ok(links)
}

pub(super) fn past_of(db: &Connection, user: UserId, most: usize) -> Read<Vec<PastLink>> {
    let sql = "select issuer, subject_index, user_id, proof, linked_at, unlinked_at from past_link
        where user_id = ?1 order by unlinked_at desc limit ?2";
    many(db, sql, (user.as_bytes(), limit(most)), |row| {
        Ok(PastLink { link: link(row)?, unlinked_at: moment(row, 5)? })
    })
}

pub(super) fn counted(db: &Connection, user: UserId, count: usize) -> Applied {
    let sql = "select count(*) from link where user_id = ?1";
    let there: Option<i64> = one(db, sql, [user.as_bytes()], |row| row.get(0))?;
    hold(there == Some(limit(count)))
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

pub(super) fn untie(
    db: &Connection,
    issuer: &str,
    subject_index: &[u8; 32],
    user: UserId,
    at: Moment,
) -> Applied {
    let keep = "insert into past_link (user_id, issuer, subject_index, proof, linked_at, unlinked_at)
        select user_id, issuer, subject_index, proof, linked_at, ?4 from link
        where issuer = ?1 and subject_index = ?2 and user_id = ?3";
    must(db, keep, (issuer, subject_index, user.as_bytes(), at.millis()))?;
    must(db, "delete from link where issuer = ?1 and subject_index = ?2", (issuer, subject_index))
}
