//! Nodes, and the closings that they follow.

use async_trait::async_trait;
use portico_core::id::{ClosingSeq, EventSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::node::{Node, Standing};
use portico_store::{Nodes, Schema, Unavailable};
use tokio_postgres::Row;

use super::Postgres;
use super::column::{doc, get, id, limit, maybe_id, moment};
use super::fault::Fault;
use super::migrate;
use super::pool::Lent;
use super::statement::{Db, Read, many, one, run};
use super::value::values;

fn count(row: &Row, column: usize) -> Read<u64> {
    get::<i64>(row, column).map(i64::unsigned_abs)
}

/// The node of a row, if there is any.
fn node(row: &Row) -> Read<Option<Node>> {
    let Some(id) = maybe_id(row, 2, NodeId::from_bytes)? else { return Ok(None) };
    let (name, version, issuer, gateway) = (get(row, 3)?, get(row, 4)?, get(row, 7)?, get(row, 8)?);
    let (entered_at, renewals) = (moment(row, 5)?, count(row, 6)?);
    Ok(Some(Node { id, name, version, issuer, gateway, entered_at, renewals }))
}

/// One statement, so that the numbers and the nodes are of one moment.
///
/// The limit says that there is one row of numbers. Before its statistics are gathered PostgreSQL takes a
/// table for ten pages full, and the join of two such for so much that it compiles the statement
/// each time: for 5 ms and more, at each renewal and each closing.
async fn standing(db: Db<'_>) -> Read<Standing> {
    let sql = "select closings, events, node.id, name, version, entered_at, renewals, issuer, gateway
        from (select closings, events from tide limit 1) last left join node on true
        order by entered_at, node.id";
    let read = |row: &Row| Ok((ClosingSeq(count(row, 0)?), EventSeq(count(row, 1)?), node(row)?));
    let rows = many(db, sql, values![], read).await?;
    let (closings, events) = rows.first().map(|row| (row.0, row.1)).ok_or(Fault::Unreadable(0))?;
    Ok(Standing { closings, events, nodes: rows.into_iter().filter_map(|row| row.2).collect() })
}

/// What the node knows of the schema is written down with it, unless the schema has left it behind.
async fn enter(db: Db<'_>, new: &Node) -> Read<Standing> {
    db.plain(&db.manner.begin).await?;
    migrate::admit(db).await?;
    let sql = "insert into node (id, name, version, entered_at, renewals, schema, issuer, gateway)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (id) do update set name = excluded.name, version = excluded.version,
        entered_at = excluded.entered_at, renewals = excluded.renewals, schema = excluded.schema,
        issuer = excluded.issuer, gateway = excluded.gateway";
    let renewals = i64::try_from(new.renewals).unwrap_or(i64::MAX);
    let at = new.entered_at.millis();
    let (id, known) = (new.id.as_bytes(), migrate::KNOWN);
    let row = values![id, &new.name, &new.version, at, renewals, known, new.issuer.as_deref(), new.gateway];
    run(db, sql, row).await?;
    db.plain("commit").await?;
    standing(db).await
}

/// The nodes that do not know this schema, with how often they have renewed, and their names.
pub(super) async fn before(db: Db<'_>, schema: i64) -> Read<Vec<(NodeId, u64, String)>> {
    let sql = "select id, renewals, name from node where schema < $1";
    let read = |row: &Row| Ok((id(row, 0, NodeId::from_bytes)?, count(row, 1)?, get(row, 2)?));
    many(db, sql, values![schema], read).await
}

/// The count is committed by itself: what is read after it was not read before it.
async fn renew(db: Db<'_>, node: NodeId) -> Read<Option<Standing>> {
    let sql = "update node set renewals = renewals + 1 where id = $1";
    if run(db, sql, values![node.as_bytes()]).await? == 0 {
        return Ok(None);
    }
    standing(db).await.map(Some)
}

async fn schema(db: Db<'_>) -> Read<Option<Schema>> {
    let number = migrate::version(db).await?.version;
    let read = |row: &Row| Ok((id(row, 0, NodeId::from_bytes)?, get(row, 1)?));
    let nodes = many(db, "select id, schema from node order by id", values![], read).await?;
    Ok(Some(Schema { number, known: migrate::KNOWN, held: migrate::after(number), nodes }))
}

async fn clock(db: Db<'_>) -> Read<Option<Moment>> {
    let sql = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
    one(db, sql, values![], |row| moment(row, 0)).await
}

async fn leave(db: Db<'_>, node: NodeId, renewals: u64) -> Read<bool> {
    db.plain(&db.manner.begin).await?;
    let gone = strike_out(db, node, renewals).await?;
    db.plain("commit").await?;
    Ok(gone)
}

/// Two statements in the caller's transaction: the second sees what was claimed for the node until the
/// first had its row.
pub(super) async fn strike_out(db: Db<'_>, node: NodeId, renewals: u64) -> Read<bool> {
    let sql = "delete from node where id = $1 and renewals = $2";
    let renewals = i64::try_from(renewals).unwrap_or(i64::MAX);
    let gone = run(db, sql, values![node.as_bytes(), renewals]).await? > 0;
    if gone {
        run(db, "update delivery set owner = null where owner = $1", values![node.as_bytes()]).await?;
    }
    Ok(gone)
}

async fn closings_after(db: Db<'_>, last: ClosingSeq, most: usize) -> Read<Vec<(ClosingSeq, Closing)>> {
    let sql = "select seq, doc from closing where seq > $1 order by seq limit $2";
    let read = |row: &Row| Ok((ClosingSeq(count(row, 0)?), doc(row, 1)?));
    many(db, sql, values![i64::try_from(last.0).unwrap_or(i64::MAX), limit(most)], read).await
}

impl Postgres {
    /// A connection that nothing else uses: a lease is not lost because others have much to do.
    async fn apart(&self) -> Result<Lent, Unavailable> {
        self.pool.lend_to_nodes().await
    }
}

/// Ends the loan with what a transaction came to. Where it failed the connection goes, and the
/// transaction with it.
fn whole<T>(lent: Lent, came: Read<T>, what: &'static str) -> Result<T, Unavailable> {
    match came {
        Ok(came) => lent.answer(Ok(came)),
        Err(fault) => {
            tracing::error!(cause = fault.describe(), what);
            lent.close();
            Err(fault.into())
        }
    }
}

#[async_trait]
impl Nodes for Postgres {
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable> {
        let lent = self.apart().await?;
        let standing = enter(lent.db(), node).await;
        whole(lent, standing, "this node was not written down")
    }

    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable> {
        let lent = self.apart().await?;
        let standing = renew(lent.db(), node).await;
        lent.answer(standing)
    }

    async fn clock(&self) -> Result<Option<Moment>, Unavailable> {
        let lent = self.apart().await?;
        let clock = clock(lent.db()).await;
        lent.answer(clock)
    }

    async fn schema(&self) -> Result<Option<Schema>, Unavailable> {
        let lent = self.apart().await?;
        let schema = schema(lent.db()).await;
        lent.answer(schema)
    }

    async fn standing(&self) -> Result<Standing, Unavailable> {
        let lent = self.apart().await?;
        let standing = standing(lent.db()).await;
        lent.answer(standing)
    }

    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable> {
        let lent = self.apart().await?;
        let gone = leave(lent.db(), node, renewals).await;
        whole(lent, gone, "a node was not struck out")
    }

    async fn closings_after(
        &self,
        seq: ClosingSeq,
        limit: usize,
    ) -> Result<Vec<(ClosingSeq, Closing)>, Unavailable> {
        let lent = self.apart().await?;
        let closings = closings_after(lent.db(), seq, limit).await;
        lent.answer(closings)
    }
}
