//! Consent: standing decisions, history, and questions.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::consent::{ConsentEntry, ConsentRequest, Consents, Decision, Standing, Words};
use portico_core::noun::host::Scheme;
use portico_core::scope::Scope;
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{doc, id, limit, maybe_moment, moment, scopes, shown, text, to_doc, word};
use super::statement::{Applied, Read, add, many, must, one, run};

pub(super) fn standing(db: &Connection, user: UserId, app: &ClientId) -> Read<Consents> {
    let sql = "select scope, decision, decided_at from consent_standing where user_id = ?1 and app = ?2";
    let read = |row: &Row<'_>| {
        let decision = word(row, 1, Decision::parse)?;
        Ok(Standing { scope: text(row, 0)?, decision, decided_at: moment(row, 2)? })
    };
    many(db, sql, (user.as_bytes(), app.as_str()), read).map(Consents)
}

pub(super) fn apps_of(db: &Connection, user: UserId) -> Read<Vec<(ClientId, Option<Moment>)>> {
    let sql = "select app, max(used_at) from (
            select app, used_at from app_use where user_id = ?1
            union all
            select app, null from consent_standing where user_id = ?1
        ) group by app order by app";
    many(db, sql, [user.as_bytes()], |row| Ok((text(row, 0)?, maybe_moment(row, 1)?)))
}

pub(super) fn history(db: &Connection, user: UserId, most: usize) -> Read<Vec<ConsentEntry>> {
    let sql = "select user_id, app, scope, decision, at, words from consent_history
        where user_id = ?1 order by at desc, entry desc limit ?2";
    let read = |row: &Row<'_>| {
        Ok(ConsentEntry {
            user: id(row, 0, UserId::from_bytes)?,
            app: text(row, 1)?,
            scope: text(row, 2)?,
            decision: word(row, 3, Decision::parse)?,
            at: moment(row, 4)?,
            words: doc(row, 5)?,
        })
    };
    many(db, sql, (user.as_bytes(), limit(most)), read)
}

pub(super) fn decide(db: &Connection, entry: &ConsentEntry) -> Applied {
    let (user, app, scope) = (entry.user.as_bytes(), entry.app.as_str(), entry.scope.as_str());
    let (decision, at) = (entry.decision.as_str(), entry.at.millis());
    let sql = "insert into consent_standing (user_id, app, scope, decision, decided_at)
        values (?1, ?2, ?3, ?4, ?5)
        on conflict (user_id, app, scope) do update
        set decision = excluded.decision, decided_at = excluded.decided_at";
    run(db, sql, (user, app, scope, decision, at))?;
    let sql = "insert into consent_history (user_id, app, scope, decision, at, words)
        values (?1, ?2, ?3, ?4, ?5, ?6)";
    run(db, sql, (user, app, scope, decision, at, to_doc(&entry.words)?))?;
    Ok(())
}

pub(super) fn reopen(db: &Connection, app: &ClientId, scope: &Scope, at: Moment, words: &Words) -> Applied {
    let (withdrawn, granted) = (Decision::Withdrawn.as_str(), Decision::Granted.as_str());
    let sql = "insert into consent_history (user_id, app, scope, decision, at, words)
        select user_id, app, scope, ?3, ?4, ?5 from consent_standing
        where app = ?1 and scope = ?2 and decision = ?6";
    let line = to_doc(words)?;
    run(db, sql, (app.as_str(), scope.as_str(), withdrawn, at.millis(), line, granted))?;
    let sql = "delete from consent_standing where app = ?1 and scope = ?2";
    run(db, sql, (app.as_str(), scope.as_str()))?;
    run(db, "delete from consent_request where app = ?1 and closed_at is null", [app.as_str()])?;
    Ok(())
}

macro_rules! request_columns {
    () => {
        "digest, user_id, session, app, asker, scope, resume, theme, ui_locales, expires_at, \
         opened, closed_at"
    };
}

pub(super) fn request(db: &Connection, digest: &[u8; 32]) -> Read<Option<ConsentRequest>> {
    let sql = concat!("select ", request_columns!(), " from consent_request where digest = ?1");
    let read = |row: &Row<'_>| {
        Ok(ConsentRequest {
            digest: row.get(0)?,
            user: id(row, 1, UserId::from_bytes)?,
            session: id(row, 2, SessionId::from_bytes)?,
            app: text(row, 3)?,
            asker: text(row, 4)?,
            scope: scopes(row, 5)?,
            resume: row.get(6)?,
            theme: row.get::<_, Option<String>>(7)?.as_deref().and_then(Scheme::parse),
            ui_locales: row.get(8)?,
            expires_at: moment(row, 9)?,
            opened: row.get(10)?,
            closed_at: maybe_moment(row, 11)?,
        })
    };
    one(db, sql, [digest], read)
}

pub(super) fn ask(db: &Connection, request: &ConsentRequest) -> Applied {
    let sql = concat!(
        "insert into consent_request (",
        request_columns!(),
        ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) on conflict do nothing"
    );
    let row = (
        request.digest,
        request.user.as_bytes(),
        request.session.as_bytes(),
        request.app.as_str(),
        request.asker.as_str(),
        shown(&request.scope),
        &request.resume,
        request.theme.map(Scheme::as_str),
        &request.ui_locales,
        request.expires_at.millis(),
        request.opened,
        request.closed_at.map(Moment::millis),
    );
    add(db, sql, row, Taken::Id)
}

pub(super) fn open(db: &Connection, digest: &[u8; 32], cookie_digest: &[u8; 32]) -> Applied {
    let sql = "update consent_request set opened = ?2
        where digest = ?1 and opened is null and closed_at is null";
    must(db, sql, (digest, cookie_digest))
}

pub(super) fn close(db: &Connection, digest: &[u8; 32], at: Moment) -> Applied {
    let sql = "update consent_request set closed_at = ?2 where digest = ?1 and closed_at is null";
    must(db, sql, (digest, at.millis()))
}
