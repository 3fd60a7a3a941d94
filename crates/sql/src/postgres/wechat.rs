//! Generations of the keys and tokens of the WeChat-compatible face.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};

use super::column::{doc, id, moment, number, text, to_doc, word};
use super::statement::{Applied, Db, Read, must, one};
use super::value::values;

pub(super) async fn session_key(db: Db<'_>, app: &ClientId, user: UserId) -> Read<Option<SessionKey>> {
    let sql = "select app, user_id, session, generation, since from session_key
        where user_id = $1 and app = $2";
    one(db, sql, values![user.as_bytes(), app.as_str()], |row| {
        Ok(SessionKey {
            app: text(row, 0)?,
            user: id(row, 1, UserId::from_bytes)?,
            session: id(row, 2, SessionId::from_bytes)?,
            generation: number(row, 3)?,
            since: moment(row, 4)?,
        })
    })
    .await
}

pub(super) async fn app_token(db: Db<'_>, app: &ClientId, kind: AppTokenKind) -> Read<Option<AppToken>> {
    let sql = "select app, kind, generation, since, earlier from app_token where app = $1 and kind = $2";
    one(db, sql, values![app.as_str(), kind.as_str()], |row| {
        Ok(AppToken {
            app: text(row, 0)?,
            kind: word(row, 1, AppTokenKind::parse)?,
            generation: number(row, 2)?,
            since: moment(row, 3)?,
            earlier: doc(row, 4)?,
        })
    })
    .await
}

pub(super) async fn turn_session_key(db: Db<'_>, key: &SessionKey) -> Applied {
    let sql = match key.generation {
        1 => {
            "insert into session_key (user_id, app, session, generation, since) values ($1, $2, $3, $4, $5)
             on conflict do nothing"
        }
        _ => {
            "update session_key set session = $3, generation = $4, since = $5
             where user_id = $1 and app = $2 and generation + 1 = $4"
        }
    };
    let row = values![
        key.user.as_bytes(),
        key.app.as_str(),
        key.session.as_bytes(),
        key.generation,
        key.since.millis(),
    ];
    must(db, sql, row).await
}

pub(super) async fn give_session_key(
    db: Db<'_>,
    app: &ClientId,
    user: UserId,
    generation: u32,
    session: SessionId,
) -> Applied {
    let sql = "update session_key set session = $4 where user_id = $1 and app = $2 and generation = $3";
    must(db, sql, values![user.as_bytes(), app.as_str(), generation, session.as_bytes()]).await
}

pub(super) async fn turn_app_token(db: Db<'_>, token: &AppToken) -> Applied {
    let sql = match token.generation {
        1 => {
            "insert into app_token (app, kind, generation, since, earlier) values ($1, $2, $3, $4, $5)
             on conflict do nothing"
        }
        _ => {
            "update app_token set generation = $3, since = $4, earlier = $5
             where app = $1 and kind = $2 and generation + 1 = $3"
        }
    };
    let earlier = to_doc(&token.earlier)?;
    let row = values![
        token.app.as_str(),
        token.kind.as_str(),
        token.generation,
        token.since.millis(),
        earlier.as_str(),
    ];
    must(db, sql, row).await
}
