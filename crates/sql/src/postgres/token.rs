//! What is remembered of single tokens and assertions, until they would have expired.

use portico_core::id::TokenId;
use portico_core::moment::Moment;
use portico_store::Taken;

use super::column::{id, moment};
use super::statement::{Applied, Db, Read, add, many, run};
use super::value::values;

pub(super) async fn revoked(db: Db<'_>) -> Read<Vec<(TokenId, Moment)>> {
    // All of them, whatever time it is; the condition keeps the statement to the index.
    let sql = "select token, kept_until from revoked_token where kept_until >= 0 order by kept_until, token";
    many(db, sql, values![], |row| Ok((id(row, 0, TokenId::from_bytes)?, moment(row, 1)?))).await
}

pub(super) async fn revoke(db: Db<'_>, token: TokenId, until: Moment) -> Applied {
    let sql = "insert into revoked_token (token, kept_until) values ($1, $2)
        on conflict (token) do update set kept_until = greatest(revoked_token.kept_until, excluded.kept_until)";
    run(db, sql, values![token.as_bytes(), until.millis()]).await?;
    Ok(())
}

pub(super) async fn use_assertion(db: Db<'_>, digest: &[u8; 32], until: Moment) -> Applied {
    let sql = "insert into used_assertion (digest, kept_until) values ($1, $2) on conflict do nothing";
    add(db, sql, values![digest, until.millis()], Taken::Assertion).await
}
