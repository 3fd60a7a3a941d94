//! The same job many times, over several connections at once.

use crate::failure::Outcome;
use crate::wire::Connection;
use futures_util::future::try_join_all;
use std::cell::Cell;
use std::net::SocketAddr;

/// Runs the job for every number below `count`, one at a time on each of the connections, and gives the
/// results in order. The first failure ends it.
pub(crate) async fn each<T>(
    address: SocketAddr,
    connections: usize,
    count: usize,
    job: impl AsyncFn(&mut Connection, usize) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    let next = Cell::new(0);
    let worker = async |_| {
        let mut connection = Connection::open(address).await?;
        let mut done = Vec::new();
        while next.get() < count {
            let index = next.replace(next.get() + 1);
            done.push((index, job(&mut connection, index).await?));
        }
        Outcome::Ok(done)
    };
    let mut done: Vec<_> =
        try_join_all((0..connections.min(count)).map(worker)).await?.into_iter().flatten().collect();
    done.sort_unstable_by_key(|&(index, _)| index);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}
