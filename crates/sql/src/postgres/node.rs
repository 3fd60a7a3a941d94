//! Nodes, and the closings that they follow.

use async_trait::async_trait;
use portico_core::id::{ClosingSeq, EventSeq, NodeId};
use portico_core::noun::closing::Closing;
use portico_core::noun::node::{Node, Standing};
use portico_store::{Nodes, Unavailable};
use tokio_postgres::Row;

use super::Postgres;
use super::column::{doc, get, limit, maybe_id, moment};
use super::fault::Fault;
use super::pool::Lent;
use super::statement::{Db, Read, many, run};
use super::value::values;

fn count(row: &Row, column: usize) -> Read<u64> {
    get::<i64>(row, column).map(i64::unsigned_abs)
}

/// The node of a row, if there is any.
fn node(row: &Row) -> Read<Option<Node>> {
    let Some(id) = maybe_id(row, 2, NodeId::from_bytes)? else { return Ok(None) };
    let (name, version) = (get(row, 3)?, get(row, 4)?);
    Ok(Some(Node { id, name, version, entered_at: moment(row, 5)?, renewals: count(row, 6)? }))
}

/// One statement, so that the numbers and the nodes are of one moment.
async fn standing(db: Db<'_>) -> Read<Standing> {
    let sql = "select closings, events, node.id, name, version, entered_at, renewals
        from tide left join node on true order by entered_at, node.id";
    let read = |row: &Row| Ok((ClosingSeq(count(row, 0)?), EventSeq(count(row, 1)?), node(row)?));
    let rows = many(db, sql, values![], read).await?;
    let (closings, events) = rows.first().map(|row| (row.0, row.1)).ok_or(Fault::Unreadable(0))?;
    Ok(Standing { closings, events, nodes: rows.into_iter().filter_map(|row| row.2).collect() })
}

async fn enter(db: Db<'_>, new: &Node) -> Read<Standing> {
    let sql = "insert into node (id, name, version, entered_at, renewals) values ($1, $2, $3, $4, $5)
        on conflict (id) do update set name = excluded.name, version = excluded.version,
        entered_at = excluded.entered_at, renewals = excluded.renewals";
    let renewals = i64::try_from(new.renewals).unwrap_or(i64::MAX);
    let row = values![new.id.as_bytes(), &new.name, &new.version, new.entered_at.millis(), renewals];
    run(db, sql, row).await?;
    standing(db).await
}

/// The count is committed by itself: what is read after it was not read before it.
async fn renew(db: Db<'_>, node: NodeId) -> Read<Option<Standing>> {
    let sql = "update node set renewals = renewals + 1 where id = $1";
    if run(db, sql, values![node.as_bytes()]).await? == 0 {
        return Ok(None);
    }
    standing(db).await.map(Some)
}

/// Two statements in a transaction: the second sees what was claimed for the node until the first
/// had its row.
async fn leave(db: Db<'_>, node: NodeId, renewals: u64) -> Read<bool> {
    db.plain(&db.manner.begin).await?;
    let sql = "delete from node where id = $1 and renewals = $2";
    let renewals = i64::try_from(renewals).unwrap_or(i64::MAX);
    let gone = run(db, sql, values![node.as_bytes(), renewals]).await? > 0;
    if gone {
        run(db, "update delivery set owner = null where owner = $1", values![node.as_bytes()]).await?;
    }
    db.plain("commit").await?;
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

#[async_trait]
impl Nodes for Postgres {
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable> {
        let lent = self.apart().await?;
        let standing = enter(lent.db(), node).await;
        lent.answer(standing)
    }

    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable> {
        let lent = self.apart().await?;
        let standing = renew(lent.db(), node).await;
        lent.answer(standing)
    }

    async fn standing(&self) -> Result<Standing, Unavailable> {
        let lent = self.apart().await?;
        let standing = standing(lent.db()).await;
        lent.answer(standing)
    }

    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable> {
        let lent = self.apart().await?;
        match leave(lent.db(), node, renewals).await {
            Ok(gone) => Ok(gone),
            Err(fault) => {
                tracing::error!(cause = fault.describe(), "a node was not struck out");
                // The connection goes, and its transaction with it.
                lent.close();
                Err(fault.into())
            }
        }
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
