//! Five seconds without PostgreSQL, while every node is asked all the time.

use super::cluster::Cluster;
use super::guest::{self, Guest, Said};
use super::options::Extent;
use crate::failure::{During, Failure, Outcome};
use crate::measure::progress;
use crate::process;
use crate::report::Figure;
use crate::setup::{World, sign_in};
use crate::wire::Connection;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Numbers of people that no other part of the run uses.
const NUMBERS: usize = 70_000_000;
/// How long PostgreSQL is away.
const AWAY: Duration = Duration::from_secs(5);
/// How long nodes are watched before, and after its return.
const BEFORE: Duration = Duration::from_secs(1);
const AFTER: Duration = Duration::from_secs(4);
/// How often each node is asked.
const EVERY: Duration = Duration::from_millis(5);

/// A question and its answer.
#[derive(Clone, Copy)]
struct Look {
    sent: Instant,
    answered: Instant,
    /// Whether the token's session was alive all the time; otherwise it was over all the time.
    lives: bool,
    said: Said,
}

impl Look {
    fn is_right(&self) -> bool {
        self.said == if self.lives { Said::Active } else { Said::Inactive }
    }
}

/// PostgreSQL's processes paused, then the server stopped and started.
pub(crate) async fn measure(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    let postgres = &cluster.postgres;
    let mut figures = Vec::new();
    let paused = || process::signal("STOP", &postgres.processes()?);
    let resumed = || process::signal("CONT", &postgres.processes()?);
    figures.extend(one(cluster, world, extent, "PostgreSQL paused", 0, (paused, resumed)).await?);
    let (stop, start) = (|| postgres.stop(), || postgres.go_on());
    figures.extend(one(cluster, world, extent, "PostgreSQL stopped", 1, (stop, start)).await?);
    Ok(figures)
}

/// One outage: `away` begins it, and with the answer of `back` it is over.
async fn one(
    cluster: &Cluster,
    world: &World,
    extent: Extent,
    name: &str,
    number: usize,
    (away, back): (impl Fn() -> Outcome<()>, impl Fn() -> Outcome<()>),
) -> Outcome<Vec<Figure>> {
    progress(name);
    cluster.ready().await?;
    let guests = guest::invite(cluster, world, NUMBERS + 2 * number, 2, extent.load.connections).await?;
    let mut node = Connection::open(cluster.nodes[0].public).await?;
    sign_in::sign_out(&mut node, &guests[1].tokens).await?;

    let watch = Watch::begin(cluster, world, &guests)?;
    tokio::time::sleep(BEFORE).await;
    let lost = Instant::now();
    away()?;
    tokio::time::sleep_until((lost + AWAY).into()).await;
    back()?;
    let returned = Instant::now();
    tokio::time::sleep(AFTER).await;
    let looks = watch.end()?;
    cluster.ready().await?;

    let span = |span: Option<Duration>| span.map_or(f64::INFINITY, |span| span.as_secs_f64() * 1e3);
    let slowest = |of: &dyn Fn(&[Look]) -> Option<Duration>| {
        looks.iter().map(|node| span(of(node))).fold(0.0, f64::max)
    };
    let last = slowest(&|node| last_from_memory(node, lost, returned));
    let again = slowest(&|node| right_again(node, lost, returned));
    let wrong = looks.iter().flatten().filter(|look| look.said != Said::Unsure && !look.is_right()).count();
    let asked = looks.iter().map(Vec::len).sum::<usize>();
    let figure = |what: &str, value, unit| Figure::new(&format!("{name}: {what}"), value, unit);
    Ok(vec![
        // The lease.
        figure("the last answer from memory", last, "ms").at_most(2_000.0),
        figure("right again after its return", again, "ms").at_most(1_000.0),
        figure("wrong answers", wrong as f64, "").at_most(0.0),
        figure("questions", asked as f64, ""),
    ])
}

/// How long after the loss a node still said that the living session lives; none if it never stopped.
fn last_from_memory(looks: &[Look], lost: Instant, returned: Instant) -> Option<Duration> {
    let away = |look: &&Look| look.sent >= lost && look.answered < returned;
    let unsure = looks.iter().filter(away).find(|look| look.said == Said::Unsure)?;
    let right = looks.iter().filter(|look| look.said == Said::Active && look.answered < returned);
    let last = right.map(|look| look.sent).max()?;
    // A node that was unsure and then sure again while the store was away would be seen here.
    (unsure.sent > lost).then(|| last.saturating_duration_since(lost))
}

/// How long after the return a node was right again, and stayed so; none if it was not.
fn right_again(looks: &[Look], lost: Instant, returned: Instant) -> Option<Duration> {
    let unsure = looks.iter().filter(|look| look.sent >= lost && !look.is_right());
    let last = unsure.map(|look| look.answered).max()?;
    let again = looks.iter().filter(|look| look.sent >= last && look.is_right()).map(|look| look.answered);
    again.min().map(|again| again.saturating_duration_since(returned))
}

/// A thread that asks every node, one question after the other, until it is ended.
struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Outcome<Vec<Vec<Look>>>>,
}

impl Watch {
    /// Of two guests, the first is signed in and stays so, and the second is signed out.
    fn begin(cluster: &Cluster, world: &World, guests: &[Guest]) -> Outcome<Self> {
        let questions = |address| {
            let ask = |guest: &Guest| guest.question(address, world);
            guests.iter().map(ask).collect::<Vec<_>>()
        };
        let nodes: Vec<_> = cluster.nodes.iter().map(|node| (node.public, questions(node.public))).collect();
        let over = Arc::new(AtomicBool::new(false));
        let (end, runtime) =
            (over.clone(), tokio::runtime::Builder::new_current_thread().enable_all().build());
        let runtime = runtime.during("a runtime to watch in")?;
        let watching = move || {
            let each = nodes.into_iter().map(|(address, questions)| ask(address, questions, end.clone()));
            runtime.block_on(futures_util::future::try_join_all(each))
        };
        Ok(Self { over, thread: std::thread::spawn(watching) })
    }

    fn end(self) -> Outcome<Vec<Vec<Look>>> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| Failure("the watch broke off".into()))?
    }
}

async fn ask(address: SocketAddr, questions: Vec<Bytes>, over: Arc<AtomicBool>) -> Outcome<Vec<Look>> {
    let mut connection = Connection::open(address).await?;
    let mut looks = Vec::new();
    while !over.load(Ordering::Relaxed) {
        for (index, question) in questions.iter().enumerate() {
            let sent = Instant::now();
            let said = guest::ask(&mut connection, question).await?;
            looks.push(Look { sent, answered: Instant::now(), lives: index == 0, said });
        }
        tokio::time::sleep(EVERY).await;
    }
    Ok(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at the living session at these milliseconds, each answered one later.
    fn looks(said: &[(u64, Said)], zero: Instant) -> Vec<Look> {
        let at = |millis| zero + Duration::from_millis(millis);
        let look =
            |&(millis, said): &_| Look { sent: at(millis), answered: at(millis + 1), lives: true, said };
        said.iter().map(look).collect()
    }

    #[test]
    fn an_outage_is_measured_from_the_loss_and_from_the_return() {
        use Said::{Active, Unsure};
        let zero = Instant::now();
        let (lost, returned) = (zero + Duration::from_millis(100), zero + Duration::from_millis(5_100));
        let seen = [(50, Active), (1_900, Active), (2_000, Unsure), (5_400, Unsure), (5_500, Active)];
        let node = looks(&seen, zero);
        assert_eq!(last_from_memory(&node, lost, returned), Some(Duration::from_millis(1_800)));
        assert_eq!(right_again(&node, lost, returned), Some(Duration::from_millis(401)));
    }

    #[test]
    fn a_node_that_never_stops_answering_or_never_comes_back_has_no_figure() {
        use Said::{Active, Unsure};
        let zero = Instant::now();
        let (lost, returned) = (zero + Duration::from_millis(100), zero + Duration::from_millis(5_100));
        let careless = looks(&[(50, Active), (3_000, Active), (5_500, Active)], zero);
        assert_eq!(last_from_memory(&careless, lost, returned), None);
        let gone = looks(&[(50, Active), (2_000, Unsure), (9_000, Unsure)], zero);
        assert_eq!(right_again(&gone, lost, returned), None);
    }
}
