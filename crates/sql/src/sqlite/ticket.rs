//! Link tickets.

use portico_core::id::{SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::ticket::{LinkCode, LinkTicket};
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{doc, id, maybe_moment, moment, text, to_doc};
use super::statement::{Applied, Read, add, must, one};

macro_rules! columns {
    () => {
        "digest, user_id, session, host, connections, silent, return_to, expires_at, opened, step, \
         sealed, code_digest, code_expires_at, used_at"
    };
}

fn ticket(row: &Row<'_>) -> Read<LinkTicket> {
    let code = match row.get(11)? {
        Some(digest) => Some(LinkCode { digest, expires_at: moment(row, 12)? }),
        None => None,
    };
    Ok(LinkTicket {
        digest: row.get(0)?,
        user: id(row, 1, UserId::from_bytes)?,
        session: id(row, 2, SessionId::from_bytes)?,
        host: text(row, 3)?,
        connections: doc(row, 4)?,
        silent: row.get(5)?,
        return_to: row.get(6)?,
        expires_at: moment(row, 7)?,
        opened: row.get(8)?,
        step: row.get(9)?,
        sealed: row.get(10)?,
        code,
        used_at: maybe_moment(row, 13)?,
    })
}

pub(super) fn by_digest(db: &Connection, digest: &[u8; 32]) -> Read<Option<LinkTicket>> {
    one(db, concat!("select ", columns!(), " from link_ticket where digest = ?1"), [digest], ticket)
}

pub(super) fn by_code(db: &Connection, digest: &[u8; 32]) -> Read<Option<LinkTicket>> {
    one(db, concat!("select ", columns!(), " from link_ticket where code_digest = ?1"), [digest], ticket)
}

pub(super) fn issue(db: &Connection, ticket: &LinkTicket) -> Applied {
    let sql = concat!(
        "insert into link_ticket (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) on conflict do nothing"
    );
    let row = (
        ticket.digest,
        ticket.user.as_bytes(),
        ticket.session.as_bytes(),
        ticket.host.as_str(),
        to_doc(&ticket.connections)?,
        ticket.silent,
        &ticket.return_to,
        ticket.expires_at.millis(),
        ticket.opened,
        ticket.step,
        &ticket.sealed,
        ticket.code.map(|code| code.digest),
        ticket.code.map(|code| code.expires_at.millis()),
        ticket.used_at.map(Moment::millis),
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn open(db: &Connection, digest: &[u8; 32], cookie_digest: &[u8; 32]) -> Applied {
    let sql = "update link_ticket set opened = ?2 where digest = ?1 and opened is null and used_at is null";
    must(db, sql, (digest, cookie_digest))
}

pub(super) fn reopen(db: &Connection, digest: &[u8; 32]) -> Applied {
    let sql = "update link_ticket set step = 0, sealed = x''
        where digest = ?1 and opened is not null and code_digest is null and used_at is null";
    must(db, sql, [digest])
}

pub(super) fn prove(
    db: &Connection,
    digest: &[u8; 32],
    step: u32,
    sealed: &[u8],
    code: Option<LinkCode>,
) -> Applied {
    let sql = "update link_ticket set step = step + 1, sealed = ?3, code_digest = ?4, code_expires_at = ?5
        where digest = ?1 and step = ?2 and code_digest is null and used_at is null";
    let (code, expires_at) = (code.map(|code| code.digest), code.map(|code| code.expires_at.millis()));
    must(db, sql, (digest, step, sealed, code, expires_at))
}

pub(super) fn complete(db: &Connection, digest: &[u8; 32], at: Moment) -> Applied {
    let sql = "update link_ticket set used_at = ?2 where digest = ?1 and used_at is null";
    must(db, sql, (digest, at.millis()))
}
