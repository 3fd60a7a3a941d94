//! What is remembered of single tokens and assertions, until they would have expired.

use portico_core::id::TokenId;
use portico_core::moment::Moment;
use portico_store::Taken;
use rusqlite::Connection;

use super::column::{id, moment};
use super::statement::{Applied, Read, add, many, run};

pub(super) fn revoked(db: &Connection) -> Read<Vec<(TokenId, Moment)>> {
    // All of them, whatever time it is; the condition keeps the statement to the index.
    let sql = "select token, kept_until from revoked_token where kept_until >= 0 order by kept_until, token";
    many(db, sql, [], |row| Ok((id(row, 0, TokenId::from_bytes)?, moment(row, 1)?)))
}

pub(super) fn revoke(db: &Connection, token: TokenId, until: Moment) -> Applied {
    let sql = "insert into revoked_token (token, kept_until) values (?1, ?2)
        on conflict (token) do update set kept_until = max(kept_until, excluded.kept_until)";
    run(db, sql, (token.as_bytes(), until.millis()))?;
    Ok(())
}

pub(super) fn use_assertion(db: &Connection, digest: &[u8; 32], until: Moment) -> Applied {
    let sql = "insert into used_assertion (digest, kept_until) values (?1, ?2) on conflict do nothing";
    add(db, sql, (digest, until.millis()), Taken::Assertion)
}
