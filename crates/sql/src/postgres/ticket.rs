//! Link tickets.

use portico_core::id::{SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::ticket::{LinkCode, LinkTicket};
use portico_store::Taken;
use tokio_postgres::Row;

use super::column::{bytes, doc, get, id, maybe_bytes, maybe_moment, moment, number, text, to_doc};
use super::statement::{Applied, Db, Read, add, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "digest, user_id, session, host, connections, silent, return_to, expires_at, opened, step, \
         sealed, code_digest, code_expires_at, used_at"
    };
}

fn ticket(row: &Row) -> Read<LinkTicket> {
    let code = match maybe_bytes(row, 11)? {
        Some(digest) => Some(LinkCode { digest, expires_at: moment(row, 12)? }),
        None => None,
    };
    Ok(LinkTicket {
        digest: bytes(row, 0)?,
        user: id(row, 1, UserId::from_bytes)?,
        session: id(row, 2, SessionId::from_bytes)?,
        host: text(row, 3)?,
        connections: doc(row, 4)?,
        silent: get(row, 5)?,
        return_to: get(row, 6)?,
        expires_at: moment(row, 7)?,
        opened: maybe_bytes(row, 8)?,
        step: number(row, 9)?,
        sealed: get(row, 10)?,
        code,
        used_at: maybe_moment(row, 13)?,
    })
}

pub(super) async fn by_digest(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<LinkTicket>> {
    let sql = concat!("select ", columns!(), " from link_ticket where digest = $1");
    one(db, sql, values![digest], ticket).await
}

pub(super) async fn by_code(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<LinkTicket>> {
    let sql = concat!("select ", columns!(), " from link_ticket where code_digest = $1");
    one(db, sql, values![digest], ticket).await
}

pub(super) async fn issue(db: Db<'_>, ticket: &LinkTicket) -> Applied {
    let sql = concat!(
        "insert into link_ticket (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing"
    );
    let row = values![
        &ticket.digest,
        ticket.user.as_bytes(),
        ticket.session.as_bytes(),
        ticket.host.as_str(),
        to_doc(&ticket.connections)?,
        ticket.silent,
        &ticket.return_to,
        ticket.expires_at.millis(),
        ticket.opened.as_ref(),
        ticket.step,
        &ticket.sealed,
        ticket.code.as_ref().map(|code| &code.digest),
        ticket.code.map(|code| code.expires_at.millis()),
        ticket.used_at.map(Moment::millis),
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn open(db: Db<'_>, digest: &[u8; 32], cookie_digest: &[u8; 32]) -> Applied {
    let sql = "update link_ticket set opened = $2 where digest = $1 and opened is null and used_at is null";
    must(db, sql, values![digest, cookie_digest]).await
}

pub(super) async fn reopen(db: Db<'_>, digest: &[u8; 32]) -> Applied {
    let sql = "update link_ticket set step = 0, sealed = ''
        where digest = $1 and opened is not null and code_digest is null and used_at is null";
    must(db, sql, values![digest]).await
}

pub(super) async fn prove(
    db: Db<'_>,
    digest: &[u8; 32],
    step: u32,
    sealed: &[u8],
    code: Option<LinkCode>,
) -> Applied {
    let sql = "update link_ticket set step = step + 1, sealed = $3, code_digest = $4, code_expires_at = $5
        where digest = $1 and step = $2 and code_digest is null and used_at is null";
    let expires_at = code.map(|code| code.expires_at.millis());
    let code = code.as_ref().map(|code| &code.digest);
    must(db, sql, values![digest, step, sealed, code, expires_at]).await
}

pub(super) async fn complete(db: Db<'_>, digest: &[u8; 32], at: Moment) -> Applied {
    let sql = "update link_ticket set used_at = $2 where digest = $1 and used_at is null";
    must(db, sql, values![digest, at.millis()]).await
}
