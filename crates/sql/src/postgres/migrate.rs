//! Migrations: forward only, by one node at a time, all that are missing in one transaction but for
//! contract steps, which have one each.
//!
//! A version of Portico that takes something away does so in contract steps after its expand steps.
//! It serves without them, since it uses nothing of what they take; they run once no node is left that
//! does. So an upgrade is: migrate, replace the nodes, migrate again.

use std::time::Duration;

use portico_core::rule::lease::Terms;

use super::column::get;
use super::fault::Fault;
use super::node;
use super::statement::{Db, Read, one, run};
use super::value::values;
use crate::Held;
use crate::Migrated;

/// What a migration means for nodes of the version before it, which serve on while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only adds: they serve on.
    Expand,
    /// It takes away what they use: none may be left when it runs.
    Contract,
}

/// One migration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) sql: &'static str,
}

use Kind::{Contract, Expand};

macro_rules! migrations {
    ($($name:literal $kind:ident,)+) => {
        &[$(Step {
            name: $name,
            kind: $kind,
            sql: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),+]
    };
}

/// Every migration, in order.
pub(super) const MIGRATIONS: &[Step] = migrations![
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
    "0016_node_schema" Expand,
    "0017_node_issuer" Expand,
    "0018_link" Expand,
    "0019_wechat" Expand,
    "0020_node_gateway" Expand,
    "0021_app_token" Expand,
];

/// The latest schema that is known here.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The schema without which nothing is served: contract steps after it may wait.
pub(super) const NEEDED: i64 = needed();

/// From this schema on, nodes write down which one they know.
const NODES_TELL: i64 = 16;

/// Whoever has not renewed in this time has no lease any more.
const LAPSED: Duration = Duration::from_micros(Terms::DEFAULT.lease + 2 * Terms::DEFAULT.margin);

const fn needed() -> i64 {
    let mut number = MIGRATIONS.len();
    while number > 0 && matches!(MIGRATIONS[number - 1].kind, Contract) {
        number -= 1;
    }
    number as i64
}

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

/// The names of the migrations that come after a schema.
pub(super) fn after(schema: i64) -> Vec<&'static str> {
    (1..).zip(MIGRATIONS).filter(|(number, _)| *number > schema).map(|(_, step)| step.name).collect()
}

/// Brings the schema up to date, as far as nodes that serve allow. Of two that do so at once, the
/// second finds nothing left to do.
pub(super) async fn migrate(db: Db<'_>, steps: &[Step]) -> Read<Migrated> {
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
    let (mut migrated, mut goes_on) = part(db, steps).await?;
    while goes_on {
        let (next, more) = part(db, steps).await?;
        migrated.ran.extend(next.ran);
        (migrated.to, migrated.held, goes_on) = (next.to, next.held, more);
    }
    Ok(migrated)
}

/// One transaction of it; true if there is more.
async fn part(db: Db<'_>, steps: &[Step]) -> Read<(Migrated, bool)> {
    db.plain(
        "begin isolation level read committed; set local statement_timeout = 0;
         set local idle_in_transaction_session_timeout = 0",
    )
    .await?;
    let ran = run_missing(db, steps).await;
    match &ran {
        Ok(_) => db.plain("commit").await?,
        Err(fault) if fault.leaves_the_connection() => db.plain("rollback").await?,
        Err(_) => {}
    }
    ran
}

async fn run_missing(db: Db<'_>, steps: &[Step]) -> Read<(Migrated, bool)> {
    one(db, "select single from schema_turn for no key update", values![], |_| Ok(())).await?;
    let from = version(db).await?.version;
    let mut migrated = Migrated { from, to: from, ran: Vec::new(), held: None };
    for (number, step) in (1..).zip(steps).filter(|(number, _)| *number > from) {
        if step.kind == Contract && from >= NODES_TELL {
            // Nodes whose table is locked by a step before this one would seem dead.
            if !migrated.ran.is_empty() {
                return Ok((migrated, true));
            }
            let nodes = serving_before(db, number).await?;
            if !nodes.is_empty() {
                migrated.held = Some(Held { name: step.name, nodes });
                break;
            }
        }
        db.plain(step.sql).await?;
        let kind = match step.kind {
            Expand => "expand",
            Contract => "contract",
        };
        let sql = "insert into schema_version (version, name, kind) values ($1, $2, $3)";
        run(db, sql, values![number, step.name, kind]).await?;
        migrated.ran.push(step.name);
        migrated.to = number;
    }
    Ok((migrated, false))
}

/// The nodes that serve and do not know this schema. Those whose lease is over are struck out, and no
/// other enters until the migration is through.
async fn serving_before(db: Db<'_>, schema: i64) -> Read<Vec<String>> {
    one(db, "select single from schema_turn for update", values![], |_| Ok(())).await?;
    let before = node::before(db, schema).await?;
    if before.is_empty() {
        return Ok(Vec::new());
    }
    tokio::time::sleep(LAPSED).await;
    let mut serving = Vec::new();
    for (id, renewals, name) in node::before(db, schema).await? {
        let stood_still = before.iter().any(|(was, count, _)| (*was, *count) == (id, renewals));
        if !stood_still || !node::strike_out(db, id, renewals).await? {
            serving.push(name);
        }
    }
    Ok(serving)
}

/// Refuses a node that uses what has been taken away. Whoever migrates waits for the transaction that
/// asked.
pub(super) async fn admit(db: Db<'_>) -> Read<()> {
    one(db, "select single from schema_turn for key share", values![], |_| Ok(())).await?;
    match version(db).await?.is_usable {
        true => Ok(()),
        false => Err(Fault::Outgrown),
    }
}
