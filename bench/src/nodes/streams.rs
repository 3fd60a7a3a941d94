//! Many live sessions and many open event streams, spread over the nodes: memory, and how soon a stream
//! hears of a sign-out at another node.

use super::cluster::{Cluster, NODES};
use super::listener::{self, Heard};
use super::options::Extent;
use crate::failure::{During, Failure, Outcome};
use crate::figure::{Cpu, Memory};
use crate::histogram::Histogram;
use crate::measure::{megabytes, progress};
use crate::process;
use crate::report::Figure;
use crate::setup::sign_in::Tokens;
use crate::setup::{World, launch, sign_in};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Numbers of people that no other part of the run uses.
const SESSIONS: usize = 40_000_000;
const STREAMS: usize = 60_000_000;

/// Sessions and streams that are there before the first reading, so that what grows once has grown.
const FIRST: usize = 300;

/// How long streams are left alone before memory is read: each has sent a ping by then.
const IDLE: Duration = Duration::from_secs(16);

/// How long a stream may take to hear.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files that the bench and its servers hold open beside the streams.
const OTHER_FILES: u64 = 300;

/// Both, one after the other: the streams are opened while the sessions live.
pub(crate) async fn measure(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    let most = process::open_many_files()?;
    if most < extent.streams as u64 + OTHER_FILES {
        let needed = extent.streams as u64 + OTHER_FILES;
        return Err(Failure(format!(
            "{} streams need {needed} open files (ulimit -Hn): {most}",
            extent.streams
        )));
    }
    let mut figures = sessions(cluster, world, extent).await?;
    figures.extend(stored(cluster, extent)?);
    figures.extend(streams(cluster, world, extent).await?);
    Ok(figures)
}

async fn sessions(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    progress("live sessions");
    live(cluster, world, extent, SESSIONS, FIRST).await?;
    let before = resident(cluster)?;
    let begin = Instant::now();
    live(cluster, world, extent, SESSIONS + FIRST, extent.sessions).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let grown = resident(cluster)? - before;
    let each = |what: &str| format!("{what} (of {} over {NODES} nodes)", extent.sessions);
    Ok(vec![
        Figure::new(
            &each("memory per 100,000 live sessions"),
            grown / 1e6 * 1e5 / extent.sessions as f64,
            "MB",
        ),
        Figure::new("sign-ins with a first launch", extent.sessions as f64 / seconds, "/s"),
    ])
}

/// Writes live sessions of as many other people into the store, each with one app entered, like one that is
/// there; they began one after the other.
fn stored(cluster: &Cluster, extent: Extent) -> Outcome<Option<Figure>> {
    if extent.stored == 0 {
        return Ok(None);
    }
    progress("live sessions of other people in the store");
    let person = "insert into person (id, created_at, sealed_profile)
        select uuid_send(gen_random_uuid()), created_at - number, sealed_profile
        from (select * from person limit 1) one, generate_series(1, $COUNT) number returning id";
    let session = "insert into session (id, user_id, client, started_at, used_at, authenticated_at, method,
            sealed_label, expires_at)
        select uuid_send(gen_random_uuid()), person.id, client, started_at - number, used_at - number,
            authenticated_at - number, method, sealed_label, expires_at - number
        from (select * from session where ended_at is null limit 1) one,
            (select id, row_number() over () as number from person) person returning id, started_at";
    let entered = "insert into session_client (session, client, position, entered_at)
        select session.id, one.client, one.position, session.started_at
        from (select * from session_client limit 1) one, session";
    let all = format!("with person as ({person}), session as ({session}) {entered}");
    cluster.postgres.ask(&all.replace("$COUNT", &extent.stored.to_string()))?;
    cluster.postgres.ask("vacuum analyze")?;
    let live = cluster.postgres.ask("select count(*) from session where ended_at is null")?;
    Ok(Some(Figure::new("live sessions in the store", live.parse().during("a count")?, "")))
}

/// Signs so many people in, each on a session of their own that launches one app at the same node.
async fn live(cluster: &Cluster, world: &World, extent: Extent, first: usize, count: usize) -> Outcome<()> {
    let connections = extent.load.connections;
    let job = async |connection: &mut _, index| {
        let tokens = sign_in::sign_in(connection, &world.signer, first + index).await?;
        let app = &world.apps[index % world.apps.len()];
        launch::launch(connection, app, &tokens.access, "openid").await.map(drop)
    };
    cluster.spread(connections, count, 0, job).await.map(drop)
}

async fn streams(cluster: &Cluster, world: &World, extent: Extent) -> Outcome<Vec<Figure>> {
    progress("event streams");
    let people = cluster
        .spread(extent.load.connections, extent.streams, 0, async |connection, index| {
            sign_in::sign_in(connection, &world.signer, STREAMS + index).await
        })
        .await?;
    let (tell, mut heard) = mpsc::unbounded_channel();
    let first = FIRST.min(people.len() / 2);
    listen(cluster, &people, 0..first, &tell).await?;
    tokio::time::sleep(IDLE).await;
    let before = resident(cluster)?;
    listen(cluster, &people, first..people.len(), &tell).await?;
    tokio::time::sleep(IDLE).await;
    let each = (resident(cluster)? - before) / (people.len() - first) as f64;

    progress("sign-outs under open streams");
    let idle = cpu(cluster)?;
    let began = Instant::now();
    let mut told = Histogram::new();
    let mut nodes = cluster.connect().await?;
    // The last ones: the first were opened when the nodes had little else.
    for (done, (index, tokens)) in people.iter().enumerate().rev().take(extent.told).enumerate() {
        let node = &mut nodes[(index + 1 + done % (NODES - 1)) % NODES];
        let begin = Instant::now();
        sign_in::sign_out(node, tokens).await?;
        told.add(until_heard(&mut heard, index, begin).await?);
    }
    let per_sign_out = |spent: Duration| spent.as_secs_f64() * 1e6 / extent.told as f64;
    let spent = cpu(cluster)?.iter().zip(&idle).map(|(now, then)| now.since(then)).sum();
    let millis = |part| told.quantile(part) as f64 / 1e6;
    let name = |what: &str| format!("{what}, {} streams open", extent.streams);
    Ok(vec![
        Figure::new("memory per idle stream", each / 1024.0, "KiB").at_most(32.0),
        Figure::new(&name("sign-out to its stream at another node, p50"), millis(0.5), "ms"),
        Figure::new(&name("sign-out to its stream at another node, p99"), millis(0.99), "ms").at_most(50.0),
        Figure::new(&name("the nodes per sign-out"), per_sign_out(spent), "µs CPU"),
        Figure::new(&name("such sign-outs"), extent.told as f64 / began.elapsed().as_secs_f64(), "/s"),
        Figure::new("memory of the nodes at the end", megabytes(resident(cluster)? as u64), "MB"),
    ])
}

/// Opens the streams of these people, each at the node where the person signed in.
async fn listen(
    cluster: &Cluster,
    people: &[Tokens],
    which: std::ops::Range<usize>,
    tell: &mpsc::UnboundedSender<Heard>,
) -> Outcome<()> {
    for index in which {
        listener::open(cluster.nodes[index % NODES].public, &people[index].access, index, tell.clone())
            .await?;
    }
    Ok(())
}

/// Nanoseconds from `begin` until this stream, and no other, heard that its session is over.
async fn until_heard(
    heard: &mut mpsc::UnboundedReceiver<Heard>,
    index: usize,
    begin: Instant,
) -> Outcome<u64> {
    let next = tokio::time::timeout(PATIENCE, heard.recv()).await;
    let late = || Failure(format!("a stream did not hear of its session's end in {} s", PATIENCE.as_secs()));
    let Heard { stream, at } = next.ok().flatten().ok_or_else(late)?;
    if stream != index {
        return Err(Failure("a stream heard of somebody else's end, or closed".into()));
    }
    let at = at.ok_or_else(|| Failure("a stream closed without a word".into()))?;
    Ok(u64::try_from((at - begin).as_nanos()).unwrap_or(u64::MAX))
}

/// Resident memory of all nodes, in bytes.
fn resident(cluster: &Cluster) -> Outcome<f64> {
    let each = cluster.nodes.iter().map(|node| Ok(Memory::of(node.process.id())?.resident as f64));
    each.sum()
}

fn cpu(cluster: &Cluster) -> Outcome<Vec<Cpu>> {
    cluster.nodes.iter().map(|node| Cpu::of(node.process.id())).collect()
}
