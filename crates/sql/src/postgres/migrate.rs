//! Migrations: forward only, all that are missing in one transaction, by one node at a time.

use super::column::get;
use super::fault::Fault;
use super::statement::{Db, Read, one, run};
use super::value::values;
use crate::Migrated;

/// What a migration means for nodes of the version before it, which serve on while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It only adds: they serve on.
    Expand,
    /// It takes away what they use: none may be left when it runs.
    Contract,
}

use Kind::{Contract, Expand};

macro_rules! migrations {
    ($($name:literal $kind:ident,)+) => {
        &[$(($name, $kind, include_str!(concat!("../../migrations/postgres/", $name, ".sql")))),+]
    };
}

const MIGRATIONS: &[(&str, Kind, &str)] = migrations![
    "0001_directory" Expand,
    "0002_person" Expand,
    "0003_session" Expand,
    "0004_consent" Expand,
    "0005_grant" Expand,
    "0006_event" Expand,
    "0007_key" Expand,
    "0008_challenge" Expand,
    "0009_person_key" Contract,
    "0010_avatar" Expand,
    "0011_passkey" Expand,
    "0012_connection" Expand,
    "0013_audit" Expand,
    "0014_consent_look" Expand,
    "0015_node" Expand,
];

/// The latest schema that is known here.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The row that a migrating node holds. It needs no kind of lock that a compatible database lacks.
const TABLES: &str = "
    create table if not exists schema_version (
        version bigint primary key,
        name    text not null,
        kind    text not null check (kind in ('expand', 'contract'))
    );
    create table if not exists schema_turn (
        single boolean primary key default true check (single)
    );
    insert into schema_turn (single) values (true) on conflict do nothing;";

/// The schema of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Its number; 0 where there is none.
    pub(super) version: i64,
    /// Whether all that is not known here only added something.
    pub(super) is_usable: bool,
}

/// The schema that is there. Nothing is written.
pub(super) async fn version(db: Db<'_>) -> Read<Found> {
    let sql = "select max(version), max(case when kind <> 'expand' then version end) from schema_version";
    let found = one(db, sql, values![], |row| {
        let number = |column| Ok::<_, Fault>(get::<Option<i64>>(row, column)?.unwrap_or(0));
        Ok(Found { version: number(0)?, is_usable: number(1)? <= KNOWN })
    });
    match found.await {
        Err(fault) if fault.is_missing_table() => Ok(Found { version: 0, is_usable: true }),
        found => Ok(found?.unwrap_or(Found { version: 0, is_usable: true })),
    }
}

/// Brings the schema up to date. Of two that do so at once, the second finds nothing left to do.
pub(super) async fn migrate(db: Db<'_>) -> Read<Migrated> {
    // Of two that make the first tables at once, the server refuses one, which then finds them there.
    let mut turns = db.plain(TABLES).await;
    for _ in 0..2 {
        match turns {
            Err(fault) if fault.is_double() => turns = db.plain(TABLES).await,
            _ => break,
        }
    }
    turns?;
    // A migration may take longer than a statement is otherwise given.
    let db = db.without_hurry();
    db.plain("begin; set local statement_timeout = 0").await?;
    match steps(db).await {
        Ok(migrated) => {
            db.plain("commit").await?;
            Ok(migrated)
        }
        Err(fault) => {
            if fault.leaves_the_connection() {
                db.plain("rollback").await?;
            }
            Err(fault)
        }
    }
}

async fn steps(db: Db<'_>) -> Read<Migrated> {
    one(db, "select single from schema_turn for update", values![], |_| Ok(())).await?;
    let from = version(db).await?.version;
    let mut ran = Vec::new();
    for (number, (name, kind, sql)) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > from) {
        db.plain(sql).await?;
        let kind = match kind {
            Expand => "expand",
            Contract => "contract",
        };
        let sql = "insert into schema_version (version, name, kind) values ($1, $2, $3)";
        run(db, sql, values![number, *name, kind]).await?;
        ran.push(*name);
    }
    Ok(Migrated { from, to: from.max(KNOWN), ran })
}
