//! Sessions, the clients entered in them, and when an app was last used.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::{EndReason, Ended, Session};
use portico_store::{Page, Taken};
use rusqlite::{Connection, Row};

use super::column::{id, limit, maybe_moment, moment, text, word};
use super::statement::{Applied, Read, add, any, hold, many, must, one, run};

/// The most sessions of one person that are listed.
const MOST_OF_ONE: usize = 1000;

macro_rules! columns {
    () => {
        "id, user_id, client, started_at, used_at, authenticated_at, method, sealed_label, \
         cookie_digest, expires_at, ended_at, end_reason"
    };
}

fn session(row: &Row<'_>) -> Read<Session> {
    let ended = match maybe_moment(row, 10)? {
        Some(at) => Some(Ended { at, reason: word(row, 11, EndReason::parse)? }),
        None => None,
    };
    Ok(Session {
        id: id(row, 0, SessionId::from_bytes)?,
        user: id(row, 1, UserId::from_bytes)?,
        client: text(row, 2)?,
        started_at: moment(row, 3)?,
        used_at: moment(row, 4)?,
        authenticated_at: moment(row, 5)?,
        method: row.get(6)?,
        sealed_label: row.get(7)?,
        cookie_digest: row.get(8)?,
        expires_at: moment(row, 9)?,
        ended,
    })
}

pub(super) fn by_id(db: &Connection, session_id: SessionId) -> Read<Option<Session>> {
    one(db, concat!("select ", columns!(), " from session where id = ?1"), [session_id.as_bytes()], session)
}

pub(super) fn by_cookie(db: &Connection, digest: &[u8; 32]) -> Read<Option<Session>> {
    one(db, concat!("select ", columns!(), " from session where cookie_digest = ?1"), [digest], session)
}

pub(super) fn of(db: &Connection, user: UserId) -> Read<Vec<Session>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from session where user_id = ?1 and ended_at is null order by started_at desc, id desc limit ?2"
    );
    many(db, sql, (user.as_bytes(), limit(MOST_OF_ONE)), session)
}

pub(super) fn first_of(db: &Connection, user: UserId) -> Read<Option<SessionId>> {
    let sql = "select id from session where user_id = ?1 order by started_at, id limit 1";
    one(db, sql, [user.as_bytes()], |row| id(row, 0, SessionId::from_bytes))
}

pub(super) fn through(db: &Connection, client: &ClientId, page: Page<SessionId>) -> Read<Vec<Session>> {
    let after = page.after.as_ref().map_or(&[][..], |session| session.as_bytes());
    let sql = concat!(
        "select ",
        columns!(),
        " from session where client = ?1 and id > ?2 and ended_at is null order by id limit ?3"
    );
    many(db, sql, (client.as_str(), after, limit(page.limit)), session)
}

pub(super) fn expired(db: &Connection, at: Moment, most: usize) -> Read<Vec<Session>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from session where expires_at <= ?1 and ended_at is null order by expires_at, id limit ?2"
    );
    many(db, sql, (at.millis(), limit(most)), session)
}

pub(super) fn count_live(db: &Connection, at: Moment) -> Read<u64> {
    let sql = "select count(*) from session where expires_at > ?1 and ended_at is null";
    let count = one(db, sql, [at.millis()], |row| row.get::<_, i64>(0))?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

pub(super) fn clients_in(db: &Connection, session: SessionId) -> Read<Vec<ClientId>> {
    let sql = "select client from session_client where session = ?1 order by position";
    many(db, sql, [session.as_bytes()], |row| text(row, 0))
}

pub(super) fn held(db: &Connection, session: SessionId, now: Moment) -> Applied {
    let sql = "select 1 from session where id = ?1 and ended_at is null and expires_at > ?2";
    hold(any(db, sql, (session.as_bytes(), now.millis()))?)
}

pub(super) fn clients_counted(db: &Connection, session: SessionId, count: usize) -> Applied {
    let sql = "select count(*) from session_client where session = ?1";
    let there = one(db, sql, [session.as_bytes()], |row| row.get::<_, i64>(0))?;
    hold(there == Some(limit(count)))
}

pub(super) fn start(db: &Connection, session: &Session) -> Applied {
    let sql = concat!(
        "insert into session (",
        columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) on conflict do nothing"
    );
    let row = (
        session.id.as_bytes(),
        session.user.as_bytes(),
        session.client.as_str(),
        session.started_at.millis(),
        session.used_at.millis(),
        session.authenticated_at.millis(),
        &session.method,
        &session.sealed_label,
        session.cookie_digest,
        session.expires_at.millis(),
        session.ended.map(|ended| ended.at.millis()),
        session.ended.map(|ended| ended.reason.as_str()),
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn reauthenticate(
    db: &Connection,
    session: SessionId,
    at: Moment,
    method: &str,
    cookie_digest: Option<[u8; 32]>,
    expires_at: Moment,
) -> Applied {
    held(db, session, at)?;
    let sql = "update or ignore session set authenticated_at = ?2, used_at = max(used_at, ?2),
        cookie_digest = coalesce(?3, cookie_digest), expires_at = ?4, method = ?5 where id = ?1";
    let row = (session.as_bytes(), at.millis(), cookie_digest, expires_at.millis(), method);
    add(db, sql, row, Taken::Id)
}

pub(super) fn touch(db: &Connection, session: SessionId, used_at: Moment, expires_at: Moment) -> Applied {
    let sql = "update session set used_at = ?2, expires_at = ?3
        where id = ?1 and ended_at is null and expires_at > ?2 and used_at <= ?2";
    run(db, sql, (session.as_bytes(), used_at.millis(), expires_at.millis()))?;
    Ok(())
}

pub(super) fn end(db: &Connection, session: SessionId, at: Moment, reason: EndReason) -> Applied {
    let sql = "update session set ended_at = ?2, end_reason = ?3 where id = ?1 and ended_at is null";
    must(db, sql, (session.as_bytes(), at.millis(), reason.as_str()))
}

pub(super) fn enter_client(db: &Connection, session: SessionId, client: &ClientId, at: Moment) -> Applied {
    let sql = "insert into session_client (session, client, position, entered_at)
        select ?1, ?2, coalesce(max(position), 0) + 1, ?3 from session_client where session = ?1
        on conflict do nothing";
    run(db, sql, (session.as_bytes(), client.as_str(), at.millis()))?;
    Ok(())
}

/// The use may be written down later than it happened: by then the person may be erased.
pub(super) fn use_app(db: &Connection, user: UserId, app: &ClientId, at: Moment) -> Applied {
    let sql = "insert into app_use (user_id, app, used_at) select ?1, ?2, ?3
        where not exists (select 1 from person where id = ?1 and erased_at is not null)
        on conflict (user_id, app) do update set used_at = max(used_at, excluded.used_at)";
    run(db, sql, (user.as_bytes(), app.as_str(), at.millis()))?;
    Ok(())
}
