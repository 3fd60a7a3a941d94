//! Identities elsewhere.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::link::{Link, LinkProof, PastLink};
use portico_store::{Page, Taken};
use tokio_postgres::Row;

use super::column::{bytes, get, id, limit, maybe_id, moment, word};
use super::statement::{Applied, Db, Read, add, hold, many, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "issuer, subject_index, user_id, proof, linked_at, open_id"
    };
}

fn link(row: &Row) -> Read<Link> {
    Ok(Link {
        issuer: get(row, 0)?,
        subject_index: bytes(row, 1)?,
        user: id(row, 2, UserId::from_bytes)?,
        proof: word(row, 3, LinkProof::parse)?,
        linked_at: moment(row, 4)?,
        open_id: get(row, 5)?,
    })
}

pub(super) async fn person_by(db: Db<'_>, issuer: &str, subject_index: &[u8; 32]) -> Read<Option<UserId>> {
    let sql = "select user_id from link where issuer = $1 and subject_index = $2";
    one(db, sql, values![issuer, subject_index], |row| id(row, 0, UserId::from_bytes)).await
}

/// Each is looked up through the index by itself, whatever the planner believes of the sizes.
pub(super) async fn people_by(
    db: Db<'_>,
    issuer: &str,
    subject_indexes: &[[u8; 32]],
) -> Read<Vec<Option<UserId>>> {
    let sql = "select place,
            (select user_id from link where issuer = $1 and subject_index = asked.subject_index)
        from unnest($2) with ordinality as asked (subject_index, place)";
    let indexes: Vec<&[u8]> = subject_indexes.iter().map(|index| &index[..]).collect();
    let read = |row: &Row| Ok((get::<i64>(row, 0)?, maybe_id(row, 1, UserId::from_bytes)?));
    let mut found = many(db, sql, values![issuer, indexes], read).await?;
    // A server promises no order by itself.
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, user)| user).collect())
}

pub(super) async fn of(db: Db<'_>, user: UserId) -> Read<Vec<Link>> {
    let sql = concat!("select ", columns!(), " from link where user_id = $1");
    let mut links = many(db, sql, values![user.as_bytes()], link).await?;
    links.sort_by(|a, b| (a.linked_at, &a.issuer).cmp(&(b.linked_at, &b.issuer)));
    Ok(links)
}

pub(super) async fn at(db: Db<'_>, issuer: &str, page: &Page<[u8; 32]>) -> Read<Vec<Link>> {
    let after = page.after.as_ref().map_or(&[][..], |index| &index[..]);
    let sql = concat!(
        "select ",
        columns!(),
        " from link where issuer = $1 and subject_index > $2 order by subject_index limit $3"
    );
    many(db, sql, values![issuer, after, limit(page.limit)], link).await
}

pub(super) async fn past_of(db: Db<'_>, user: UserId, most: usize) -> Read<Vec<PastLink>> {
    let sql = concat!(
        "select ",
        columns!(),
        ", unlinked_at from past_link where user_id = $1 order by unlinked_at desc limit $2"
    );
    many(db, sql, values![user.as_bytes(), limit(most)], |row| {
        Ok(PastLink { link: link(row)?, unlinked_at: moment(row, 6)? })
    })
    .await
}

pub(super) async fn counted(db: Db<'_>, user: UserId, count: usize) -> Applied {
    let sql = "select count(*) from link where user_id = $1";
    let there: Option<i64> = one(db, sql, values![user.as_bytes()], |row| get(row, 0)).await?;
    hold(there == Some(limit(count)))
}

pub(super) async fn tie(db: Db<'_>, link: &Link) -> Applied {
    let sql =
        concat!("insert into link (", columns!(), ") values ($1, $2, $3, $4, $5, $6) on conflict do nothing");
    let row = values![
        &link.issuer,
        &link.subject_index,
        link.user.as_bytes(),
        link.proof.as_str(),
        link.linked_at.millis(),
        &link.open_id,
    ];
    add(db, sql, row, Taken::Link).await
}

pub(super) async fn untie(
    db: Db<'_>,
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
        ", cast($4 as bigint) from link where issuer = $1 and subject_index = $2 and user_id = $3"
    );
    must(db, keep, values![issuer, subject_index, user.as_bytes(), at.millis()]).await?;
    must(db, "delete from link where issuer = $1 and subject_index = $2", values![issuer, subject_index])
        .await
}
