//! Signing out: how long the answer takes, and whether every node knows of it by then.

use super::cluster::{Cluster, NODES};
use super::guest::{self, Guest, Said};
use super::options::Extent;
use crate::failure::{Failure, Outcome};
use crate::histogram::Histogram;
use crate::process;
use crate::report::Figure;
use crate::setup::{World, sign_in};
use crate::wire::Connection;
use futures_util::future::try_join_all;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Numbers of people that no other part of the run uses.
const NUMBERS: usize = 20_000_000;
/// People who sign out while one node is paused.
const PER_PAUSE: usize = 4;
/// How long a paused node goes on being paused after the last sign-out, with questions waiting for it.
const ASKED_WHILE_PAUSED: Duration = Duration::from_millis(50);

/// What was seen of sign-outs.
struct Seen {
    latency: Histogram,
    /// Answers *active* to questions that were asked after the sign-out had answered.
    broken: usize,
    /// Answers 503 to such questions.
    unsure: usize,
}

impl Seen {
    fn new() -> Self {
        Self { latency: Histogram::new(), broken: 0, unsure: 0 }
    }

    fn hear(&mut self, said: Said) {
        match said {
            Said::Active => self.broken += 1,
            Said::Unsure => self.unsure += 1,
            Said::Inactive => {}
        }
    }

    fn answered_in(&mut self, took: Duration) {
        self.latency.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    fn millis(&self, part: f64) -> f64 {
        self.latency.quantile(part) as f64 / 1e6
    }
}

/// Sign-outs with every node well, and with one paused.
pub(crate) async fn measure(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    let well = healthy(cluster, world, extent).await?;
    let paused = paused(cluster, world, extent).await?;
    Ok(vec![
        Figure::new("sign-out, p50 to the answer", well.millis(0.5), "ms").at_most(15.0),
        Figure::new("sign-out, p99 to the answer", well.millis(0.99), "ms").at_most(50.0),
        Figure::new("active after a sign-out", well.broken as f64, "").at_most(0.0),
        Figure::new("503 after a sign-out", well.unsure as f64, ""),
        Figure::new("sign-out with a node paused, p50", paused.millis(0.5), "ms"),
        // One lease and 100 ms.
        Figure::new("sign-out with a node paused, longest", paused.millis(1.0), "ms").at_most(2_100.0),
        Figure::new("active after such a sign-out", paused.broken as f64, "").at_most(0.0),
        Figure::new("503 after such a sign-out", paused.unsure as f64, ""),
    ])
}

/// One sign-out after the other, at the nodes in turn; after each, every node is asked.
async fn healthy(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Seen> {
    let guests = guest::invite(cluster, world, NUMBERS, extent.sign_outs, extent.load.connections).await?;
    let mut nodes = cluster.connect().await?;
    let mut seen = Seen::new();
    for (index, guest) in guests.iter().enumerate() {
        seen.answered_in(sign_out(guest, &mut nodes[index / NODES % NODES]).await?);
        for node in &mut nodes {
            seen.hear(guest.ask(node, world).await?);
        }
    }
    Ok(seen)
}

/// Again and again: one node is paused, and people sign out at the others. The paused node is asked after
/// the answers and before it goes on, so it finds the questions when it wakes.
async fn paused(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Seen> {
    let mut seen = Seen::new();
    for round in 0..extent.pauses {
        let first = NUMBERS + extent.sign_outs + round * PER_PAUSE;
        let guests = guest::invite(cluster, world, first, PER_PAUSE, NODES).await?;
        cluster.ready().await?;
        let sleeper = round % NODES;
        let process = cluster.nodes[sleeper].process.id();
        process::signal("STOP", &[process])?;
        let away = while_paused(cluster, world, &guests, sleeper, &mut seen).await;
        process::signal("CONT", &[process])?;
        for woken in away? {
            seen.hear(woken.await.map_err(|error| Failure(format!("asking a paused node: {error}")))??);
        }
        cluster.ready().await?;
    }
    Ok(seen)
}

/// Signs the guests out at the two other nodes, two at a time, asks those, and leaves a question about
/// each guest at the one that sleeps.
async fn while_paused(
    cluster: &Cluster,
    world: &World,
    guests: &[Guest],
    sleeper: usize,
    seen: &mut Seen,
) -> Outcome<Vec<JoinHandle<Outcome<Said>>>> {
    let awake = [(sleeper + 1) % NODES, (sleeper + 2) % NODES];
    let mut questions = Vec::new();
    for both in guests.chunks(awake.len()) {
        let signing_out = both.iter().zip(awake).map(async |(guest, node)| {
            let mut connection = Connection::open(cluster.nodes[node].public).await?;
            sign_out(guest, &mut connection).await
        });
        for took in try_join_all(signing_out).await? {
            seen.answered_in(took);
        }
        for guest in both {
            for node in awake {
                let mut connection = Connection::open(cluster.nodes[node].public).await?;
                seen.hear(guest.ask(&mut connection, world).await?);
            }
            questions.push(guest.ask_later(cluster.nodes[sleeper].public, world));
        }
    }
    tokio::time::sleep(ASKED_WHILE_PAUSED).await;
    Ok(questions)
}

/// Signs out and says how long the answer took.
async fn sign_out(guest: &Guest, node: &mut Connection) -> Outcome<Duration> {
    let begin = Instant::now();
    sign_in::sign_out(node, &guest.tokens).await?;
    Ok(begin.elapsed())
}
