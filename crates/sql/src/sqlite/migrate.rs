//! Migrations: forward only, each in a transaction of its own.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::open_error::OpenError;
use super::statement::Read;

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../migrations/sqlite/", $name, ".sql")))),+]
    };
}

const MIGRATIONS: &[(&str, &str)] = &migrations![
    "0001_directory",
    "0002_person",
    "0003_session",
    "0004_consent",
    "0005_grant",
    "0006_event",
    "0007_key",
    "0008_challenge",
    "0009_person_key",
    "0010_avatar",
    "0011_passkey",
    "0012_connection",
    "0013_audit",
    "0014_consent_look",
    "0015_node",
    "0016_node_schema",
    "0017_node_issuer",
    "0018_link",
    "0019_wechat",
    "0020_node_gateway",
    "0021_app_token",
];

/// Marks the file as ours (`PRAGMA application_id`): "PTCO".
pub(super) const APPLICATION: i64 = 0x5054_434f;

/// The latest schema that is known here.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The schema that the file has, 0 for an empty file. Nothing is written.
pub(super) fn version(db: &Connection, path: &Path) -> Result<i64, OpenError> {
    let broken = |error: rusqlite::Error| OpenError::from_sqlite(path, &error);
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(broken);
    let found = match (number("pragma application_id")?, number("select count(*) from sqlite_schema")?) {
        (APPLICATION, _) => number("select max(version) from schema_version")?,
        (0, 0) => 0,
        _ => return Err(OpenError::NotAStore(path.to_owned())),
    };
    if found > KNOWN {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: KNOWN });
    }
    Ok(found)
}

/// The migrations that a file of this schema lacks.
pub(super) fn missing(found: i64) -> impl Iterator<Item = &'static str> {
    (1..).zip(MIGRATIONS).filter(move |(number, _)| *number > found).map(|(_, (name, _))| *name)
}

/// Brings the schema up to date, and writes once, so that what cannot write does not start.
pub(super) fn migrate(db: &mut Connection, path: &Path, found: i64) -> Result<(), OpenError> {
    let broken = |error: rusqlite::Error| OpenError::from_sqlite(path, &error);
    for (number, (name, sql)) in (1..).zip(MIGRATIONS.iter().copied()).filter(|(number, _)| *number > found) {
        step(db, number, name, sql).map_err(broken)?;
    }
    db.pragma_update(None, "user_version", KNOWN).map_err(broken)
}

fn step(db: &mut Connection, number: i64, name: &str, sql: &str) -> Read<()> {
    let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if number == 1 {
        step.pragma_update(None, "application_id", APPLICATION)?;
        step.execute_batch(
            "create table schema_version (version integer primary key, name text not null) strict",
        )?;
    }
    step.execute_batch(sql)?;
    step.execute("insert into schema_version (version, name) values (?1, ?2)", (number, name))?;
    step.commit()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A file as the version left it whose latest schema this is.
    fn left_at(schema: usize) -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        for (number, (name, sql)) in (1..).zip(&MIGRATIONS[..schema]) {
            step(&mut db, number, name, sql).unwrap();
        }
        db
    }

    fn row(db: &Connection, sql: &str) -> String {
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn codes_and_links_are_kept_when_there_come_more_kinds_of_them() {
        let mut db = left_at(16);
        db.execute_batch(
            "insert into code values (zeroblob(32), 'login', 'taxi', x'01', x'02', 'openid', null, 'c', null, 1,
                 'host', 7, x'03', 8, x'04', 9, 1);
             insert into link values ('https://a.example', zeroblob(32), x'01', 'login', 5);
             insert into past_link values (x'01', 'https://a.example', zeroblob(32), 'login', 5, 6)",
        )
        .unwrap();
        let code =
            "select json_array(hex(digest), kind, client, hex(user_id), hex(session), scope, redirect_uri,
            challenge, nonce, auth_time_asked, actor, expires_at, hex(used_token), used_token_expires_at,
            hex(used_family), kept_until, acr_asked) from code";
        let before = row(&db, code);
        migrate(&mut db, Path::new("portico.db"), 16).unwrap();
        assert_eq!(row(&db, code), before);
        let kind = "select kind || acr_asked from code where client = 'taxi' and kept_until = 9";
        assert_eq!(row(&db, kind), "login1");
        for table in ["link", "past_link"] {
            let linked = format!("select proof || linked_at || coalesce(open_id, '-') from {table}");
            assert_eq!(row(&db, &linked), "login5-");
        }
        for (kind, is_known) in [("phone", true), ("wechat", true), ("other", false)] {
            let changed = db.execute("update code set kind = ?1", [kind]);
            assert_eq!(changed.is_ok(), is_known, "{kind}");
        }
        let indexes = "select group_concat(name) from (select name from sqlite_schema
            where type = 'index' and tbl_name = 'code' and sql is not null order by name)";
        assert_eq!(row(&db, indexes), "code_by_client,code_by_keeping");
    }
}
