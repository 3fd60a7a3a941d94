//! A list of changes in one transaction, applied again if the server undid it.

use portico_core::Change;
use portico_store::{CommitError, Committed, Unavailable};

use super::apply::apply;
use super::fault::Failure;
use super::lock::Locks;
use super::pool::Pool;
use super::statement::Db;
use super::sweep;
use super::tide::{self, Drawn};

/// How often a list is applied before it counts as one that conflicts with others.
const ATTEMPTS: usize = 3;

/// What one transaction came to.
enum Outcome {
    Done(Committed),
    /// A sweep that left something for another round.
    More,
}

/// Applies the list. One that only sweeps takes as many transactions as it has rounds.
pub(super) async fn commit(pool: &Pool, changes: Vec<Change>) -> Result<Committed, CommitError> {
    let _place = pool.place().await?;
    let mut collisions = 0;
    loop {
        match attempt(pool, &changes).await {
            Ok(Outcome::Done(committed)) => {
                metrics::counter!("portico_store_commits_total").increment(1);
                return Ok(committed);
            }
            Ok(Outcome::More) => {}
            Err(Failure::Refused(refusal)) => return Err(refusal),
            Err(Failure::Fault(fault)) if fault.is_collision() => {
                collisions += 1;
                metrics::counter!("portico_store_collisions_total").increment(1);
                if collisions == ATTEMPTS {
                    return Err(CommitError::Conflict);
                }
            }
            Err(Failure::Fault(fault)) => match fault.taken() {
                Some(taken) => return Err(CommitError::Taken(taken)),
                None => {
                    let cause = fault.describe();
                    tracing::error!(cause, "a commit failed");
                    return Err(Unavailable(cause).into());
                }
            },
        }
    }
}

/// One transaction. After a refusal the connection is as good as before.
async fn attempt(pool: &Pool, changes: &[Change]) -> Result<Outcome, Failure> {
    let lent = pool.lend().await.map_err(|unavailable| Failure::Refused(unavailable.into()))?;
    let tried = transaction(lent.db(), changes).await;
    let fault = match tried {
        Ok(outcome) => return Ok(outcome),
        Err(Failure::Refused(refusal)) => match lent.db().plain("rollback").await {
            Ok(()) => return Err(Failure::Refused(refusal)),
            Err(fault) => fault,
        },
        Err(Failure::Fault(fault)) => match fault.leaves_the_connection() {
            true => lent.db().plain("rollback").await.err().unwrap_or(fault),
            false => fault,
        },
    };
    lent.after(&fault);
    Err(Failure::Fault(fault))
}

async fn transaction(db: Db<'_>, changes: &[Change]) -> Result<Outcome, Failure> {
    Locks::of(changes).begin(db).await?;
    if let [Change::Swept(times)] = changes {
        let more = sweep::round(db, times).await?;
        db.plain("commit").await?;
        return Ok(if more { Outcome::More } else { Outcome::Done(Committed::default()) });
    }
    let mut drawn = Drawn::default();
    for change in changes {
        apply(db, change.clone(), &mut drawn).await?;
    }
    Ok(Outcome::Done(tide::commit(db, drawn).await?))
}
