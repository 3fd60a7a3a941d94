//! One OpenID from elsewhere, looked up among ten thousand and among many millions.

use super::merchants::one_each;
use super::progress;
use crate::failure::{During, Failure, Outcome};
use crate::options::Amount;
use crate::report::Row;
use crate::server::Portico;
use crate::setup::{merchant, register};
use aws_lc_rs::rand;
use rusqlite::{Connection, params};
use std::path::Path;

/// Numbers of apps that no other part of the run uses.
const NUMBERS: usize = 22_000_000;
/// The OpenIDs that are looked up, each in its turn: those of as many customers.
pub(crate) const ASKED: usize = 10_000;
/// Bytes of an OpenID of 28 characters as it lies in the store, sealed.
const SEALED: usize = 57;

/// The same questions over the wire, before and after the store is filled. There must be [`ASKED`]
/// customers, and the server must not be running.
pub(crate) async fn measure(portico: &mut Portico, amount: Amount) -> Outcome<Row> {
    progress("looking up one among ten thousand");
    let serving = portico.serve()?;
    let apps = register::apps(&serving, 2, NUMBERS, 2).await?;
    for app in &apps {
        merchant::import(&serving, app, ASKED).await?;
    }
    merchant::agree(&serving, &apps[0], &apps[1]).await?;
    let ids: Vec<String> = scattered().map(merchant::open_id).collect();
    let few = one_each(&serving, [&apps[0], &apps[1]], &ids, amount).await?;
    serving.process.end()?;

    progress("filling the store with links");
    fill(&portico.store(), &apps[0].id, amount.among)?;
    progress("looking up one among them");
    let serving = portico.serve()?;
    let many = one_each(&serving, [&apps[0], &apps[1]], &ids, amount).await?;
    serving.process.end()?;
    let name = format!("resolving one imported OpenID among {}", amount.among + ASKED);
    Ok(Row::new(&name, Some(1.1), many, few))
}

/// All that are asked, in an order that is none.
fn scattered() -> impl Iterator<Item = usize> {
    (0..ASKED).map(|number| number * 7_919 % ASKED)
}

/// Puts so many links of people whom nobody knows beside those of the app, as an import of as many would have
/// left them: past the server, whose commits would sync for hours.
fn fill(store: &Path, app: &str, links: usize) -> Outcome<()> {
    let failed = "filling the store";
    let mut db = Connection::open(store).during(failed)?;
    db.execute_batch("pragma cache_size = -4000000; pragma synchronous = off").during(failed)?;
    let all = db.transaction().during(failed)?;
    let sql = "insert into link (issuer, subject_index, user_id, proof, linked_at, open_id)
        values (?1, ?2, ?3, 'import', 1700000000000, ?4)";
    let mut insert = all.prepare(sql).during(failed)?;
    let issuer = format!("app:{app}");
    let mut row = [0; 32 + 16 + SEALED];
    for _ in 0..links {
        rand::fill(&mut row).map_err(|_| Failure("no chance".into()))?;
        let (index, rest) = row.split_at(32);
        let (user, open_id) = rest.split_at(16);
        insert.execute(params![issuer, index, user, open_id]).during(failed)?;
    }
    drop(insert);
    all.commit().during(failed)?;
    db.execute_batch("pragma wal_checkpoint(truncate)").during(failed)
}
