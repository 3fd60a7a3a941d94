//! Generations of the keys and tokens of the WeChat-compatible face.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};
use rusqlite::Connection;

use super::column::{doc, id, moment, text, to_doc, word};
use super::statement::{Applied, Read, must, one};

pub(super) fn session_key(db: &Connection, app: &ClientId, user: UserId) -> Read<Option<SessionKey>> {
    let sql = "select app, user_id, session, generation, since from session_key
        where user_id = ?1 and app = ?2";
    one(db, sql, (user.as_bytes(), app.as_str()), |row| {
        Ok(SessionKey {
            app: text(row, 0)?,
            user: id(row, 1, UserId::from_bytes)?,
            session: id(row, 2, SessionId::from_bytes)?,
            generation: row.get(3)?,
            since: moment(row, 4)?,
        })
    })
}

pub(super) fn app_token(db: &Connection, app: &ClientId, kind: AppTokenKind) -> Read<Option<AppToken>> {
    let sql = "select app, kind, generation, since, earlier from app_token where app = ?1 and kind = ?2";
    one(db, sql, (app.as_str(), kind.as_str()), |row| {
        Ok(AppToken {
            app: text(row, 0)?,
            kind: word(row, 1, AppTokenKind::parse)?,
            generation: row.get(2)?,
            since: moment(row, 3)?,
            earlier: doc(row, 4)?,
        })
    })
}

pub(super) fn turn_session_key(db: &Connection, key: &SessionKey) -> Applied {
    let sql = match key.generation {
        1 => {
            "insert into session_key (user_id, app, session, generation, since) values (?1, ?2, ?3, ?4, ?5)
             on conflict do nothing"
        }
        _ => {
            "update session_key set session = ?3, generation = ?4, since = ?5
             where user_id = ?1 and app = ?2 and generation + 1 = ?4"
        }
    };
    let (user, app, session) = (key.user.as_bytes(), key.app.as_str(), key.session.as_bytes());
    must(db, sql, (user, app, session, key.generation, key.since.millis()))
}

pub(super) fn give_session_key(
    db: &Connection,
    app: &ClientId,
    user: UserId,
    generation: u32,
    session: SessionId,
) -> Applied {
    let sql = "update session_key set session = ?4 where user_id = ?1 and app = ?2 and generation = ?3";
    must(db, sql, (user.as_bytes(), app.as_str(), generation, session.as_bytes()))
}

pub(super) fn turn_app_token(db: &Connection, token: &AppToken) -> Applied {
    let sql = match token.generation {
        1 => {
            "insert into app_token (app, kind, generation, since, earlier) values (?1, ?2, ?3, ?4, ?5)
             on conflict do nothing"
        }
        _ => {
            "update app_token set generation = ?3, since = ?4, earlier = ?5
             where app = ?1 and kind = ?2 and generation + 1 = ?3"
        }
    };
    let (app, kind, earlier) = (token.app.as_str(), token.kind.as_str(), to_doc(&token.earlier)?);
    must(db, sql, (app, kind, token.generation, token.since.millis(), earlier))
}
