//! The figures of ADR 0002: `cargo run --release -p portico-sql --example measure`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portico_core::Change;
use portico_core::id::{SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::Session;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::{Commit, Read};
use tokio::sync::oneshot;

const SESSIONS: u32 = 200_000;
const READS: u32 = 200_000;

fn session(number: u32) -> Session {
    let mut id = [7; 16];
    id[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    let start = Moment::from_millis(0);
    Session {
        id: SessionId::from_bytes(id),
        user: UserId::from_bytes(id),
        client: "north-host".parse().unwrap(),
        started_at: start,
        used_at: start,
        authenticated_at: start,
        method: "pwd".to_owned(),
        sealed_label: vec![1; 40],
        cookie_digest: None,
        expires_at: Moment::from_millis(i64::MAX),
        ended: None,
    }
}

/// CPU time of the process so far, in steps of 10 ms.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn report(what: &str, times: u32, wall: Duration, cpu: Duration) {
    let each = |total: Duration| total.as_secs_f64() * 1e6 / f64::from(times);
    println!("{what:<44} {:>9.2} µs wall {:>9.2} µs cpu", each(wall), each(cpu));
}

macro_rules! measure {
    ($what:expr, $times:expr, $work:expr) => {{
        let (clock, before) = (Instant::now(), cpu());
        $work;
        report($what, $times, clock.elapsed(), cpu() - before);
    }};
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path().join("portico.db"), SqliteOptions::default()).unwrap());
    for start in (0..SESSIONS).step_by(10_000) {
        let all = (start..start + 10_000).map(|number| Change::SessionStarted(session(number)));
        store.commit(all.collect()).await.unwrap();
    }
    reads(&store).await;
    commits(&store).await;
    let size = fs::metadata(folder.path().join("portico.db")).unwrap().len();
    println!("{SESSIONS} sessions: {size} bytes");
}

async fn reads(store: &Arc<Sqlite>) {
    let id = |number: u32| session(number.wrapping_mul(7919) % SESSIONS).id;
    for number in 0..READS {
        store.session(id(number)).await.unwrap();
    }
    measure!("one of 500 sessions, where it is called", READS, {
        for number in 0..READS {
            assert!(store.session(id(number % 500)).await.unwrap().is_some());
        }
    });
    measure!("session by id, where it is called", READS, {
        for number in 0..READS {
            assert!(store.session(id(number)).await.unwrap().is_some());
        }
    });
    measure!("session by id, through spawn_blocking", READS, {
        for number in 0..READS {
            let store = store.clone();
            let found = tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(store.session(id(number)))
            });
            assert!(found.await.unwrap().unwrap().is_some());
        }
    });
    let (ask, asked) = mpsc::channel::<(SessionId, oneshot::Sender<bool>)>();
    let (reader, handle) = (store.clone(), tokio::runtime::Handle::current());
    std::thread::spawn(move || {
        for (id, answer) in asked {
            let found = handle.block_on(reader.session(id)).unwrap();
            answer.send(found.is_some()).unwrap();
        }
    });
    measure!("session by id, through a thread and a channel", READS, {
        for number in 0..READS {
            let (answer, answered) = oneshot::channel();
            ask.send((id(number), answer)).unwrap();
            assert!(answered.await.unwrap());
        }
    });
}

async fn commits(store: &Arc<Sqlite>) {
    let touch = |number: u32, at: i64| {
        let (session, used_at) = (session(number % SESSIONS).id, Moment::from_millis(at));
        vec![
            Change::SessionHeld { session, now: used_at },
            Change::SessionTouched { session, used_at, expires_at: Moment::from_millis(i64::MAX - 1) },
        ]
    };
    measure!("commit, one at a time", 2_000, {
        for number in 0..2_000 {
            store.commit(touch(number * 97, 1)).await.unwrap();
        }
    });
    for tasks in [8, 64, 256] {
        measure!(&format!("commit, {tasks} tasks at once"), tasks * 200, {
            let workers = (0..tasks).map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for round in 0..200 {
                        let list = touch(task * 769 + round, i64::from(round) + 2);
                        store.commit(list).await.unwrap();
                    }
                })
            });
            for worker in workers.collect::<Vec<_>>() {
                worker.await.unwrap();
            }
        });
    }
}
