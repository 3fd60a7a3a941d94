//! Sessions, the clients entered in them, and when an app was last used.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::{EndReason, Ended, Session};
use portico_store::{Page, Taken};
use tokio_postgres::Row;

use super::column::{get, id, limit, maybe_bytes, maybe_moment, moment, text, word};
use super::statement::{Applied, Db, Read, add, any, hold, many, must, one, run};
use super::value::values;

/// The most sessions of one person that are listed.
const MOST_OF_ONE: usize = 1000;

macro_rules! columns {
    () => {
        "id, user_id, client, started_at, used_at, authenticated_at, method, sealed_label, \
         cookie_digest, expires_at, ended_at, end_reason"
    };
}

fn session(row: &Row) -> Read<Session> {
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
        method: get(row, 6)?,
        sealed_label: get(row, 7)?,
        cookie_digest: maybe_bytes(row, 8)?,
        expires_at: moment(row, 9)?,
        ended,
    })
}

pub(super) async fn by_id(db: Db<'_>, session_id: SessionId) -> Read<Option<Session>> {
    one(
        db,
        concat!("select ", columns!(), " from session where id = $1"),
        values![session_id.as_bytes()],
        session,
    )
    .await
}

pub(super) async fn by_cookie(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<Session>> {
    one(
        db,
        concat!("select ", columns!(), " from session where cookie_digest = $1"),
        values![digest],
        session,
    )
    .await
}

pub(super) async fn of(db: Db<'_>, user: UserId) -> Read<Vec<Session>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from session where user_id = $1 and ended_at is null order by started_at desc, id desc limit $2"
    );
    many(db, sql, values![user.as_bytes(), limit(MOST_OF_ONE)], session).await
}

pub(super) async fn first_of(db: Db<'_>, user: UserId) -> Read<Option<SessionId>> {
    let sql = "select id from session where user_id = $1 order by started_at, id limit 1";
    one(db, sql, values![user.as_bytes()], |row| id(row, 0, SessionId::from_bytes)).await
}

pub(super) async fn through(db: Db<'_>, client: &ClientId, page: Page<SessionId>) -> Read<Vec<Session>> {
    let after = page.after.as_ref().map_or(&[][..], |session| session.as_bytes());
    let sql = concat!(
        "select ",
        columns!(),
        " from session where client = $1 and id > $2 and ended_at is null order by id limit $3"
    );
    many(db, sql, values![client.as_str(), after, limit(page.limit)], session).await
}

pub(super) async fn expired(db: Db<'_>, at: Moment, most: usize) -> Read<Vec<Session>> {
    let sql = concat!(
        "select ",
        columns!(),
        " from session where expires_at <= $1 and ended_at is null order by expires_at, id limit $2"
    );
    many(db, sql, values![at.millis(), limit(most)], session).await
}

pub(super) async fn count_live(db: Db<'_>, at: Moment) -> Read<u64> {
    let sql = "select count(*) from session where expires_at > $1 and ended_at is null";
    let count = one(db, sql, values![at.millis()], |row| get::<i64>(row, 0)).await?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

pub(super) async fn clients_in(db: Db<'_>, session: SessionId) -> Read<Vec<ClientId>> {
    let sql = "select client from session_client where session = $1 order by position, entered_at, client";
    many(db, sql, values![session.as_bytes()], |row| text(row, 0)).await
}

/// That a session is open is asked of its reason, here and below: asked of the time, it might be looked for in
/// the indexes of open sessions, which hold its id behind other columns, and all of them be gone over.
pub(super) async fn held(db: Db<'_>, session: SessionId, now: Moment) -> Applied {
    let sql = "select 1 from session where id = $1 and end_reason is null and expires_at > $2 for share";
    hold(any(db, sql, values![session.as_bytes(), now.millis()]).await?)
}

pub(super) async fn clients_counted(db: Db<'_>, session: SessionId, count: usize) -> Applied {
    let sql = "select count(*) from session_client where session = $1";
    let there = one(db, sql, values![session.as_bytes()], |row| get::<i64>(row, 0)).await?;
    hold(there == Some(limit(count)))
}

pub(super) async fn start(db: Db<'_>, session: &Session) -> Applied {
    let sql = concat!(
        "insert into session (",
        columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing"
    );
    let row = values![
        session.id.as_bytes(),
        session.user.as_bytes(),
        session.client.as_str(),
        session.started_at.millis(),
        session.used_at.millis(),
        session.authenticated_at.millis(),
        &session.method,
        &session.sealed_label,
        session.cookie_digest.as_ref(),
        session.expires_at.millis(),
        session.ended.map(|ended| ended.at.millis()),
        session.ended.map(|ended| ended.reason.as_str()),
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn reauthenticate(
    db: Db<'_>,
    session: SessionId,
    at: Moment,
    method: &str,
    cookie_digest: Option<[u8; 32]>,
    expires_at: Moment,
) -> Applied {
    held(db, session, at).await?;
    let sql = "update session set authenticated_at = $2, used_at = greatest(used_at, $2),
        cookie_digest = coalesce($3, cookie_digest), expires_at = $4, method = $5 where id = $1";
    let row = values![session.as_bytes(), at.millis(), cookie_digest.as_ref(), expires_at.millis(), method];
    run(db, sql, row).await?;
    Ok(())
}

pub(super) async fn touch(db: Db<'_>, session: SessionId, used_at: Moment, expires_at: Moment) -> Applied {
    let sql = "update session set used_at = $2, expires_at = $3
        where id = $1 and end_reason is null and expires_at > $2 and used_at <= $2";
    run(db, sql, values![session.as_bytes(), used_at.millis(), expires_at.millis()]).await?;
    Ok(())
}

pub(super) async fn end(db: Db<'_>, session: SessionId, at: Moment, reason: EndReason) -> Applied {
    let sql = "update session set ended_at = $2, end_reason = $3 where id = $1 and end_reason is null";
    must(db, sql, values![session.as_bytes(), at.millis(), reason.as_str()]).await
}

pub(super) async fn enter_client(db: Db<'_>, session: SessionId, client: &ClientId, at: Moment) -> Applied {
    let sql = "insert into session_client (session, client, position, entered_at)
        select cast($1 as bytea), cast($2 as text), coalesce(max(position), 0) + 1, cast($3 as bigint) from session_client where session = $1
        on conflict do nothing";
    run(db, sql, values![session.as_bytes(), client.as_str(), at.millis()]).await?;
    Ok(())
}

/// The use may be written down later than it happened: by then the person may be erased.
pub(super) async fn use_app(db: Db<'_>, user: UserId, app: &ClientId, at: Moment) -> Applied {
    let sql = "insert into app_use (user_id, app, used_at) select cast($1 as bytea), cast($2 as text), cast($3 as bigint)
        where not exists (select 1 from person where id = $1 and erased_at is not null)
        on conflict (user_id, app) do update set used_at = greatest(app_use.used_at, excluded.used_at)";
    run(db, sql, values![user.as_bytes(), app.as_str(), at.millis()]).await?;
    Ok(())
}
