//! One-time codes.

use portico_core::id::{FamilyId, SessionId, TokenId, UserId};
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_store::Taken;
use tokio_postgres::Row;

use super::column::{
    bytes, get, id, maybe_bytes, maybe_moment, maybe_text, moment, scopes, shown, text, word,
};
use super::statement::{Applied, Db, Read, add, must, one};
use super::value::values;

macro_rules! columns {
    () => {
        "digest, kind, client, user_id, session, scope, redirect_uri, challenge, nonce, \
         auth_time_asked, actor, expires_at, used_token, used_token_expires_at, used_family, \
         acr_asked"
    };
}

fn kind_text(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Authorization => "authorization",
        CodeKind::Login => "login",
        CodeKind::Phone => "phone",
        CodeKind::Wechat => "wechat",
    }
}

fn kind(text: &str) -> Option<CodeKind> {
    [CodeKind::Authorization, CodeKind::Login, CodeKind::Phone, CodeKind::Wechat]
        .into_iter()
        .find(|kind| kind_text(*kind) == text)
}

fn code(row: &Row) -> Read<Code> {
    Ok(Code {
        digest: bytes(row, 0)?,
        kind: word(row, 1, kind)?,
        client: text(row, 2)?,
        user: id(row, 3, UserId::from_bytes)?,
        session: id(row, 4, SessionId::from_bytes)?,
        scope: scopes(row, 5)?,
        redirect_uri: get(row, 6)?,
        challenge: get(row, 7)?,
        nonce: get(row, 8)?,
        auth_time_asked: get(row, 9)?,
        acr_asked: get(row, 15)?,
        actor: maybe_text(row, 10)?,
        expires_at: moment(row, 11)?,
        used: used(row)?,
    })
}

fn used(row: &Row) -> Read<Option<CodeUse>> {
    let Some(token_expires_at) = maybe_moment(row, 13)? else { return Ok(None) };
    let token = maybe_bytes(row, 12)?.map(TokenId::from_bytes);
    let family = maybe_bytes(row, 14)?.map(FamilyId::from_bytes);
    Ok(Some(CodeUse { token, token_expires_at, family }))
}

pub(super) async fn by_digest(db: Db<'_>, digest: &[u8; 32]) -> Read<Option<Code>> {
    one(db, concat!("select ", columns!(), " from code where digest = $1"), values![digest], code).await
}

pub(super) async fn issue(db: Db<'_>, code: &Code) -> Applied {
    let sql = concat!(
        "insert into code (",
        columns!(),
        ", kept_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
         $16, greatest($12, $14)) on conflict do nothing"
    );
    let used = code.used.as_ref();
    let row = values![
        &code.digest,
        kind_text(code.kind),
        code.client.as_str(),
        code.user.as_bytes(),
        code.session.as_bytes(),
        shown(&code.scope),
        &code.redirect_uri,
        &code.challenge,
        &code.nonce,
        code.auth_time_asked,
        code.actor.as_ref().map(|actor| actor.as_str()),
        code.expires_at.millis(),
        used.and_then(|used| used.token.as_ref()).map(TokenId::as_bytes),
        used.map(|used| used.token_expires_at.millis()),
        used.and_then(|used| used.family.as_ref()).map(FamilyId::as_bytes),
        code.acr_asked,
    ];
    add(db, sql, row, Taken::Id).await
}

/// The code stays as long as what it gave is good, so that a second use is recognised.
pub(super) async fn redeem(db: Db<'_>, digest: &[u8; 32], gave: &CodeUse) -> Applied {
    let sql = "update code set used_token = $2, used_token_expires_at = $3, used_family = $4,
        kept_until = greatest(expires_at, $3) where digest = $1 and used_token_expires_at is null";
    let family = gave.family.as_ref().map(FamilyId::as_bytes);
    let token = gave.token.as_ref().map(TokenId::as_bytes);
    must(db, sql, values![digest, token, gave.token_expires_at.millis(), family]).await
}
