//! Signing keys and secrets of the house, wrapped.

use portico_core::moment::Moment;
use portico_core::noun::client::TokenAlg;
use portico_core::noun::key::SigningKeyRecord;
use portico_store::{StoredSecret, Taken};
use tokio_postgres::Row;

use super::column::{doc, get, maybe_moment, moment, to_doc, word};
use super::statement::{Applied, Db, Read, add, many, must, one};
use super::value::values;

fn alg_text(alg: TokenAlg) -> &'static str {
    match alg {
        TokenAlg::Rs256 => "RS256",
        TokenAlg::Es256 => "ES256",
        TokenAlg::EdDsa => "EdDSA",
    }
}

fn alg(text: &str) -> Option<TokenAlg> {
    [TokenAlg::Rs256, TokenAlg::Es256, TokenAlg::EdDsa].into_iter().find(|alg| alg_text(*alg) == text)
}

pub(super) async fn all(db: Db<'_>) -> Read<Vec<SigningKeyRecord>> {
    let sql = "select kid, alg, wrapped, public_jwk, created_at, signs_from, retires_at
        from signing_key order by created_at, kid";
    let read = |row: &Row| {
        Ok(SigningKeyRecord {
            kid: get(row, 0)?,
            alg: word(row, 1, alg)?,
            wrapped: get(row, 2)?,
            public_jwk: doc(row, 3)?,
            created_at: moment(row, 4)?,
            signs_from: moment(row, 5)?,
            retires_at: maybe_moment(row, 6)?,
        })
    };
    many(db, sql, values![], read).await
}

pub(super) async fn make(db: Db<'_>, key: &SigningKeyRecord) -> Applied {
    let sql = "insert into signing_key (kid, alg, wrapped, public_jwk, created_at, signs_from, retires_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    let row = values![
        &key.kid,
        alg_text(key.alg),
        &key.wrapped,
        to_doc(&key.public_jwk)?,
        key.created_at.millis(),
        key.signs_from.millis(),
        key.retires_at.map(Moment::millis),
    ];
    add(db, sql, row, Taken::Id).await
}

pub(super) async fn retire(db: Db<'_>, kid: &str, at: Moment) -> Applied {
    must(db, "update signing_key set retires_at = $2 where kid = $1", values![kid, at.millis()]).await
}

pub(super) async fn secret(db: Db<'_>, name: &str) -> Read<Option<StoredSecret>> {
    one(db, "select wrapped from secret where name = $1", values![name], |row| get(row, 0)).await
}

pub(super) async fn store_secret(db: Db<'_>, name: &str, wrapped: &[u8]) -> Applied {
    let sql = "insert into secret (name, wrapped) values ($1, $2) on conflict do nothing";
    add(db, sql, values![name, wrapped], Taken::Secret).await
}
