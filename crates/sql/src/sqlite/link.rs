//! Identities elsewhere.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::link::{Link, LinkProof, PastLink};
use portico_store::{Page, Taken};
use rusqlite::{Connection, Row};

use super::column::{id, limit, moment, word};
use super::statement::{Applied, Read, add, hold, many, must, one};

macro_rules! columns {
    () => {
        "issuer, subject_index, user_id, proof, linked_at, open_id"
    };
}

fn link(row: &Row<'_>) -> Read<Link> {
    Ok(Link {
        issuer: row.get(0)?,
        subject_index: row.get(1)?,
        user: id(row, 2, UserId::from_bytes)?,
        proof: word(row, 3, LinkProof::parse)?,
        linked_at: moment(row, 4)?,
        open_id: row.get(5)?,
    })
}

pub(super) fn person_by(db: &Connection, issuer: &str, subject_index: &[u8; 32]) -> Read<Option<UserId>> {
    let sql = "select user_id from link where issuer = ?1 and subject_index = ?2";
    one(db, sql, (issuer, subject_index), |row| id(row, 0, UserId::from_bytes))
}

/// Point reads one after the other, all at one moment.
pub(super) fn people_by(
    db: &Connection,
    issuer: &str,
    subject_indexes: &[[u8; 32]],
) -> Read<Vec<Option<UserId>>> {
    let _moment = db.unchecked_transaction()?;
    subject_indexes.iter().map(|index| person_by(db, issuer, index)).collect()
}

pub(super) fn of(db: &Connection, user: UserId) -> Read<Vec<Link>> {
    let sql = concat!("select ", columns!(), " from link where user_id = ?1");
    let mut links = many(db, sql, [user.as_bytes()], link)?;
    links.sort_by(|a, b| (a.linked_at, &a.issuer).cmp(&(b.linked_at, &b.issuer)));
    Ok(links)
}

pub(super) fn at(db: &Connection, issuer: &str, page: &Page<[u8; 32]>) -> Read<Vec<Link>> {
    let after = page.after.as_ref().map_or(&[][..], |index| &index[..]);
    let sql = concat!(
        "select ",
        columns!(),
        " from link where issuer = ?1 and subject_index > ?2 order by subject_index limit ?3"
    );
    many(db, sql, (issuer, after, limit(page.limit)), link)
}

pub(super) fn past_of(db: &Connection, user: UserId, most: usize) -> Read<Vec<PastLink>> {
    let sql = concat!(
        "select ",
        columns!(),
        ", unlinked_at from past_link where user_id = ?1 order by unlinked_at desc limit ?2"
    );
    many(db, sql, (user.as_bytes(), limit(most)), |row| {
        Ok(PastLink { link: link(row)?, unlinked_at: moment(row, 6)? })
    })
}

pub(super) fn counted(db: &Connection, user: UserId, count: usize) -> Applied {
    let sql = "select count(*) from link where user_id = ?1";
    let there: Option<i64> = one(db, sql, [user.as_bytes()], |row| row.get(0))?;
    hold(there == Some(limit(count)))
}

pub(super) fn tie(db: &Connection, link: &Link) -> Applied {
    let sql =
        concat!("insert into link (", columns!(), ") values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing");
    let row = (
        &link.issuer,
        link.subject_index,
        link.user.as_bytes(),
        link.proof.as_str(),
        link.linked_at.millis(),
        &link.open_id,
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
    let keep = concat!(
        "insert into past_link (",
        columns!(),
        ", unlinked_at) select ",
        columns!(),
        ", ?4 from link where issuer = ?1 and subject_index = ?2 and user_id = ?3"
    );
    must(db, keep, (issuer, subject_index, user.as_bytes(), at.millis()))?;
    must(db, "delete from link where issuer = ?1 and subject_index = ?2", (issuer, subject_index))
}
