//! The figures of ADR 0012: `cargo run --release -p portico-sql --example measure_postgres URL`, on an
//! empty database that may be filled.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use portico_core::Change;
use portico_core::id::{SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::event::Happening;
use portico_core::noun::session::{EndReason, Session};
use portico_sql::postgres::{Postgres, PostgresOptions};
use portico_store::{Commit, Read};

const SESSIONS: u32 = 20_000;

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

fn touch(number: u32) -> Vec<Change> {
    let (session, at) = (session(number).id, Moment::from_millis(1));
    vec![
        Change::SessionHeld { session, now: at },
        Change::ClientEntered { session, client: "north.taxi".parse().unwrap(), at },
    ]
}

fn sign_out(number: u32) -> Vec<Change> {
    let (session, at) = (session(number), Moment::from_millis(2));
    vec![
        Change::ClientsCounted { session: session.id, count: 0 },
        Change::SessionEnded { session: session.id, at, reason: EndReason::SignedOut },
        Change::Happened {
            at,
            what: Happening::SessionEnded {
                session: session.id,
                user: session.user,
                reason: EndReason::SignedOut,
                clients: vec![],
            },
        },
    ]
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("the address of a database");
    let options = PostgresOptions { connections: 48, ..PostgresOptions::default() };
    let store = Arc::new(Postgres::open(&address, &options).await.unwrap());
    for start in (0..SESSIONS).step_by(1000) {
        let all = (start..start + 1000).map(|number| Change::SessionStarted(session(number)));
        store.commit(all.collect()).await.unwrap();
    }
    for _ in 0..200 {
        store.session(session(1).id).await.unwrap();
    }
    let clock = Instant::now();
    for number in 0..2000 {
        store.session(session(number * 7 % SESSIONS).id).await.unwrap();
    }
    report("a session, one after the other", 2000, clock.elapsed(), vec![]);
    race("a launch (guard, entry)", &store, 1, 200, 0, touch).await;
    race("a launch (guard, entry)", &store, 32, 100, 1000, touch).await;
    race("a sign-out with its event", &store, 1, 200, 5000, sign_out).await;
    race("a sign-out with its event", &store, 32, 100, 6000, sign_out).await;
}

async fn race(
    what: &str,
    store: &Arc<Postgres>,
    callers: u32,
    each: u32,
    from: u32,
    list: fn(u32) -> Vec<Change>,
) {
    let clock = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let store = store.clone();
        running.spawn(async move {
            let mut times = Vec::new();
            for number in 0..each {
                let begun = Instant::now();
                store.commit(list(from + caller * each + number)).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        });
    }
    let times = running.join_all().await.concat();
    report(&format!("{what}, {callers} at once"), callers * each, clock.elapsed(), times);
}

fn report(what: &str, times: u32, wall: Duration, mut each: Vec<Duration>) {
    each.sort_unstable();
    let at = |part: f64| each.get((each.len() as f64 * part) as usize).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    let rate = f64::from(times) / wall.as_secs_f64();
    println!("{what:<44} {rate:>8.0} /s   p50 {:>7.2} ms   p99 {:>7.2} ms", at(0.5), at(0.99));
}
