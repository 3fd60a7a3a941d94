//! How look-ups of OpenIDs from elsewhere grow with their number, and what one takes on disk:
//! `cargo run --release -p portico-sql --example measure_links -- --links 10000000 [postgres://…]`, on an
//! empty database that may be filled, or on a file of its own.
//!
//! The links come in no order, as a merchant's file does, but past the store's commits: ten million of
//! those would sync for an hour. What they take on disk is the same.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portico_core::Change;
use portico_core::id::{ClientId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::link::app_issuer;
use portico_sql::postgres::{Postgres, PostgresOptions};
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::{Known, Store};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};

const TIMES: u64 = 200_000;
const BATCHES: u64 = 200;
const BATCH: u64 = 1000;

/// The app whose OpenIDs came from elsewhere, and one that everybody has opened.
struct Apps {
    shop: ClientId,
    live: ClientId,
}

/// Bytes without any order, the same every time (splitmix64).
fn mixed<const N: usize>(number: u64, salt: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for (place, part) in (1..).zip(bytes.chunks_mut(8)) {
        let mut word = (number ^ (salt << 56)).wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(place));
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        part.copy_from_slice(&(word ^ (word >> 31)).to_be_bytes()[..part.len()]);
    }
    bytes
}

fn user(number: u64) -> UserId {
    UserId::from_bytes(mixed(number, 1))
}

/// The keyed hash of an OpenID.
fn index(number: u64) -> [u8; 32] {
    mixed(number, 2)
}

/// An OpenID of 28 characters, sealed, has 57 bytes.
fn sealed(number: u64) -> [u8; 57] {
    mixed(number, 3)
}

const LINKED_AT: i64 = 1_700_000_000_000;

fn used(number: u64, apps: &Apps) -> Change {
    let at = Moment::from_millis(1_700_000_000_000);
    Change::AppUsed { user: user(number), app: apps.live.clone(), at }
}

/// CPU time of the process so far, in steps of 10 ms.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

async fn measure(what: &str, times: u64, mut work: impl AsyncFnMut(u64)) {
    for number in 0..times / 10 {
        work(number).await;
    }
    let (clock, before) = (Instant::now(), cpu());
    for number in 0..times {
        work(number).await;
    }
    let each = |total: Duration| total.as_secs_f64() * 1e6 / times as f64;
    println!("{what:<44} {:>9.2} µs wall {:>9.2} µs cpu", each(clock.elapsed()), each(cpu() - before));
}

/// All of it in one transaction, with room for every page.
fn fill_sqlite(path: &Path, links: u64, issuer: &str) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(
        "pragma cache_size = -4500000; pragma journal_mode = off; pragma synchronous = off; begin",
    )
    .unwrap();
    let mut insert = db.prepare("insert into link values (?1, ?2, ?3, 'import', ?4, ?5)").unwrap();
    for number in 0..links {
        insert.execute((issuer, index(number), user(number).as_bytes(), LINKED_AT, sealed(number))).unwrap();
    }
    drop(insert);
    db.execute_batch("commit; pragma journal_mode = wal").unwrap();
}

async fn fill_postgres(client: &Client, links: u64, issuer: &str) {
    let sql = "copy link (issuer, subject_index, user_id, proof, linked_at, open_id) from stdin with (format binary)";
    let kinds = [Type::TEXT, Type::BYTEA, Type::BYTEA, Type::TEXT, Type::INT8, Type::BYTEA];
    let mut rows = pin!(BinaryCopyInWriter::new(client.copy_in(sql).await.unwrap(), &kinds));
    for number in 0..links {
        let (index, user, open_id) = (index(number), user(number), sealed(number));
        let [index, user, open_id] = [&index[..], &user.as_bytes()[..], &open_id[..]];
        rows.as_mut().write(&[&issuer, &index, &user, &"import", &LINKED_AT, &open_id]).await.unwrap();
    }
    rows.finish().await.unwrap();
    client.batch_execute("vacuum analyze link").await.unwrap();
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let links: u64 = match &arguments[..] {
        [flag, number, ..] if flag == "--links" => number.parse().expect("a number of links"),
        _ => panic!("--links N [postgres://…]"),
    };
    let apps = Apps { shop: "org.example.shop".parse().unwrap(), live: "org.example.live".parse().unwrap() };
    let issuer = app_issuer(&apps.shop);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let store: Arc<dyn Store> = match arguments.get(2) {
        Some(url) => {
            let store = Arc::new(Postgres::open(url, &PostgresOptions::default()).await.unwrap());
            let client = connect(url).await;
            fill_postgres(&client, links, &issuer).await;
            let row = client.query_one("select pg_total_relation_size('link')", &[]).await.unwrap();
            println!("{links} links: {} bytes each", row.get::<_, i64>(0).unsigned_abs() / links);
            store
        }
        None => {
            let open = || Sqlite::open(&path, SqliteOptions::default()).unwrap();
            // Whole once the store is closed.
            let size = || fs::metadata(&path).map_or(0, |file| file.len());
            drop(open());
            let empty = size();
            fill_sqlite(&path, links, &issuer);
            println!("{links} links: {} bytes each", (size() - empty) / links);
            Arc::new(open())
        }
    };
    // Whoever is asked about below.
    let seen: Vec<u64> = (0..links.min(BATCHES * BATCH)).map(|number| any(number, links)).collect();
    for people in seen.chunks(5000) {
        store.commit(people.iter().map(|number| used(*number, &apps)).collect()).await.unwrap();
    }
    look_up(&*store, links, &apps).await;
}

/// One after the other, in no order.
fn any(number: u64, links: u64) -> u64 {
    number.wrapping_mul(7_919_777) % links
}

async fn look_up(store: &dyn Store, links: u64, apps: &Apps) {
    let any = |number: u64| any(number, links);
    let issuer = app_issuer(&apps.shop);
    measure("whom an OpenID belongs to", TIMES, async |number| {
        assert!(store.person_by_link(&issuer, &index(any(number))).await.unwrap().is_some());
    })
    .await;
    measure("a person's OpenID", TIMES, async |number| {
        assert!(store.open_id(user(any(number)), &apps.shop).await.unwrap().is_some());
    })
    .await;
    let batch = |round: u64, known: fn(u64) -> Known| -> Vec<Known> {
        (0..BATCH).map(|number| known(any(round * BATCH + number))).collect()
    };
    let derived = |number| Known::Derived(user(number));
    let imported = |number| Known::Imported(index(number));
    let (shop, live) = (&apps.shop, &apps.live);
    for (what, from, to, known) in [
        ("1000 imported ones, to derived ones", shop, live, imported as fn(u64) -> Known),
        ("1000 derived ones, to imported ones", live, shop, derived),
        ("1000 derived ones, to derived ones", live, live, derived),
    ] {
        measure(what, BATCHES, async |round| {
            let found = store.resolve(from, to, &batch(round, known)).await.unwrap();
            assert!(found.people.iter().all(Option::is_some));
        })
        .await;
    }
    measure("what stands in the way of 1000 imports", BATCHES, async |round| {
        let asked: Vec<_> = (0..BATCH).map(|number| any(round * BATCH + number)).collect();
        let asked: Vec<_> = asked.into_iter().map(|number| (user(number), index(number))).collect();
        assert_eq!(store.import_facts(shop, &asked).await.unwrap().len(), asked.len());
    })
    .await;
}
