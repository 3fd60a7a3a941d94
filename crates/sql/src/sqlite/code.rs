//! One-time codes.

use portico_core::id::{FamilyId, SessionId, TokenId, UserId};
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_store::Taken;
use rusqlite::{Connection, Row};

use super::column::{id, maybe_moment, maybe_text, moment, scopes, shown, text, word};
use super::statement::{Applied, Read, add, must, one};

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

fn code(row: &Row<'_>) -> Read<Code> {
    Ok(Code {
        digest: row.get(0)?,
        kind: word(row, 1, kind)?,
        client: text(row, 2)?,
        user: id(row, 3, UserId::from_bytes)?,
        session: id(row, 4, SessionId::from_bytes)?,
        scope: scopes(row, 5)?,
        redirect_uri: row.get(6)?,
        challenge: row.get(7)?,
        nonce: row.get(8)?,
        auth_time_asked: row.get(9)?,
        acr_asked: row.get(15)?,
        actor: maybe_text(row, 10)?,
        expires_at: moment(row, 11)?,
        used: used(row)?,
    })
}

fn used(row: &Row<'_>) -> Read<Option<CodeUse>> {
    let Some(token_expires_at) = maybe_moment(row, 13)? else { return Ok(None) };
    let token = row.get::<_, Option<[u8; 16]>>(12)?.map(TokenId::from_bytes);
    let family = row.get::<_, Option<[u8; 16]>>(14)?.map(FamilyId::from_bytes);
    Ok(Some(CodeUse { token, token_expires_at, family }))
}

pub(super) fn by_digest(db: &Connection, digest: &[u8; 32]) -> Read<Option<Code>> {
    one(db, concat!("select ", columns!(), " from code where digest = ?1"), [digest], code)
}

pub(super) fn issue(db: &Connection, code: &Code) -> Applied {
    let sql = concat!(
        "insert into code (",
        columns!(),
        ", kept_until) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
         ?16, max(?12, coalesce(?14, ?12))) on conflict do nothing"
    );
    let used = code.used.as_ref();
    let row = (
        code.digest,
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
        used.and_then(|used| used.token).map(|token| *token.as_bytes()),
        used.map(|used| used.token_expires_at.millis()),
        used.and_then(|used| used.family).map(|family| *family.as_bytes()),
        code.acr_asked,
    );
    add(db, sql, row, Taken::Id)
}

/// The code stays as long as what it gave is good, so that a second use is recognised.
pub(super) fn redeem(db: &Connection, digest: &[u8; 32], gave: &CodeUse) -> Applied {
    let sql = "update code set used_token = ?2, used_token_expires_at = ?3, used_family = ?4,
        kept_until = max(expires_at, ?3) where digest = ?1 and used_token_expires_at is null";
    let family = gave.family.map(|family| *family.as_bytes());
    let token = gave.token.map(|token| *token.as_bytes());
    must(db, sql, (digest, token, gave.token_expires_at.millis(), family))
}
