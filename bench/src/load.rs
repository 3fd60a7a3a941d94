//! The load: prepared requests, round-robin, over kept connections with one request in flight on each.

use crate::failure::{During, Failure, Outcome};
use crate::histogram::Histogram;
use crate::wire::{Answer, Connection};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};

/// No round may take longer; one that would is a failure, not a figure.
const LIMIT: Duration = Duration::from_secs(120);

/// Which of the prepared requests a round sends: `count` of them from `first` on, beginning again at the
/// end of the list.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// What every answer of a round must be.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    /// The status of the answer.
    pub(crate) status: u16,
    /// A refusal with the same status (`{"active":false}`) is shorter than this.
    pub(crate) body_at_least: usize,
    /// How the body begins, where a refusal may be as long.
    pub(crate) begins: &'static str,
}

/// What the sender saw of one round.
pub(crate) struct Round {
    pub(crate) wall: Duration,
    pub(crate) latency: Histogram,
}

/// Connections to one server, kept from round to round.
pub(crate) struct Load {
    connections: Vec<Connection>,
    sleep: bool,
}

impl Expected {
    /// Whether an answer is such a one.
    pub(crate) fn is(&self, answer: &Answer<'_>) -> bool {
        answer.status == self.status
            && answer.body.len() >= self.body_at_least
            && answer.body.starts_with(self.begins.as_bytes())
    }
}

impl Load {
    /// Opens this many connections. Without `sleep`, the sender stays awake during a round.
    pub(crate) async fn open(address: SocketAddr, connections: usize, sleep: bool) -> Outcome<Self> {
        let mut opened = Vec::with_capacity(connections);
        for _ in 0..connections {
            opened.push(Connection::open(address).await?);
        }
        Ok(Self { connections: opened, sleep })
    }

    /// Sends the slice once and waits for every answer. Fails at the first answer that is not the
    /// expected one, and when the round takes longer than two minutes.
    pub(crate) async fn round(
        &mut self,
        requests: &Arc<[Bytes]>,
        slice: Slice,
        expected: Expected,
    ) -> Outcome<Round> {
        let sent = Arc::new(AtomicUsize::new(0));
        let mut senders = JoinSet::new();
        let begin = Instant::now();
        for connection in self.connections.drain(..) {
            senders.spawn(send(connection, requests.clone(), slice, sent.clone(), expected));
        }
        let awake = (!self.sleep).then(|| tokio::spawn(stay_awake()));
        let mut latency = Histogram::new();
        let all = async {
            while let Some(sender) = senders.join_next().await {
                let (connection, seen) = sender.during("a sender")??;
                latency.merge(&seen);
                self.connections.push(connection);
            }
            Ok::<(), Failure>(())
        };
        let limit = tokio::time::timeout(LIMIT, all).await;
        awake.inspect(JoinHandle::abort);
        limit.map_err(|_| Failure(format!("no end of a round within {} s", LIMIT.as_secs())))??;
        Ok(Round { wall: begin.elapsed(), latency })
    }
}

/// Keeps the sender from sleeping when no answer is there yet. A server that must wake a sleeping sender
/// pays for that (an interrupt to the other core) with each answer: a slow server always, one fast enough
/// to keep the sender busy never. What is compared is the servers, so neither pays.
async fn stay_awake() {
    loop {
        tokio::task::yield_now().await;
    }
}

async fn send(
    mut connection: Connection,
    requests: Arc<[Bytes]>,
    slice: Slice,
    sent: Arc<AtomicUsize>,
    expected: Expected,
) -> Outcome<(Connection, Histogram)> {
    let mut latency = Histogram::new();
    loop {
        let index = sent.fetch_add(1, Ordering::Relaxed);
        if index >= slice.count {
            return Ok((connection, latency));
        }
        let begin = Instant::now();
        let answer = connection.ask(&requests[(slice.first + index) % requests.len()]).await?;
        if !expected.is(&answer) {
            return Err(answer.refused("a request of the load"));
        }
        latency.add(u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bare;
    use crate::wire::Request;
    use tokio::net::TcpListener;

    fn expected(status: u16, body_at_least: usize, begins: &'static str) -> Expected {
        Expected { status, body_at_least, begins }
    }

    async fn round(slice: Slice, expected: Expected) -> Outcome<Round> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let constant = bare::constant(200, &[("a".into(), "b".into())], 100);
        tokio::spawn(async move { bare::accept(listener, &constant).await });
        let requests: Arc<[Bytes]> = (0..3)
            .map(|number| Request::new("POST", "/", address).form(&[("n", &number.to_string())]).bytes())
            .collect();
        let mut load = Load::open(address, 4, false).await?;
        load.round(&requests, slice, expected).await?;
        load.round(&requests, slice, expected).await
    }

    #[tokio::test]
    async fn a_round_sends_exactly_its_requests_and_may_follow_another() {
        let round = round(Slice { first: 2, count: 50 }, expected(200, 100, "xx")).await.unwrap();
        assert_eq!(round.latency.count(), 50);
        assert!(round.latency.quantile(0.5) > 0 && round.wall > Duration::ZERO);
    }

    #[tokio::test]
    async fn a_round_fails_at_an_answer_that_is_not_the_expected_one() {
        let slice = Slice { first: 0, count: 5 };
        assert!(round(slice, expected(201, 0, "")).await.is_err());
        assert!(round(slice, expected(200, 101, "")).await.is_err());
        assert!(round(slice, expected(200, 0, "xy")).await.is_err());
    }
}
