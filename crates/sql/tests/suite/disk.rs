//! What the file does: it does not grow with launches, and a full one is usable again.

use std::fs;

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::id::{SessionId, TokenId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::Session;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::{Commit, CommitError, Read};

use crate::runtime;

fn id(number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    bytes
}

fn session(number: u32) -> Session {
    let start = Moment::from_millis(0);
    Session {
        id: SessionId::from_bytes(id(number)),
        user: UserId::from_bytes(id(number)),
        client: "north-host".parse().unwrap(),
        started_at: start,
        used_at: start,
        authenticated_at: start,
        method: "pwd".to_owned(),
        sealed_label: vec![],
        cookie_digest: None,
        expires_at: Moment::from_millis(1_000_000),
        ended: None,
    }
}

/// What a repeated launch writes down: the latest use of the session and of the app.
fn launch(person: u32, app: u32, now: i64) -> Vec<Change> {
    let session = session(person);
    let at = Moment::from_millis(now);
    vec![
        Change::SessionHeld { session: session.id, now: at },
        Change::ClientEntered { session: session.id, client: format!("app-{app}").parse().unwrap(), at },
        Change::AppUsed { user: session.user, app: format!("app-{app}").parse().unwrap(), at },
        Change::SessionTouched {
            session: session.id,
            used_at: at,
            expires_at: Moment::from_millis(1_000_000 + now),
        },
    ]
}

#[test]
fn a_hundred_thousand_repeated_launches_leave_the_size_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let runtime = runtime();
    let size = || fs::metadata(&path).unwrap().len();
    let launch_all = |rounds: std::ops::Range<i64>| {
        let store = Sqlite::open(&path, SqliteOptions::default()).unwrap();
        for round in rounds {
            let all = (0..100).flat_map(|person| (0..10).flat_map(move |app| launch(person, app, round)));
            runtime.block_on(store.commit(all.collect())).unwrap();
        }
        fs::metadata(path.with_extension("db-wal")).unwrap().len()
    };
    let store = Sqlite::open(&path, SqliteOptions::default()).unwrap();
    runtime
        .block_on(store.commit((0..100).map(|person| Change::SessionStarted(session(person))).collect()))
        .unwrap();
    drop(store);
    launch_all(1..2);
    let before = size();
    let log = launch_all(2..102);
    assert!(size() <= before + (1 << 16), "{before} bytes grew to {}", size());
    assert!(log <= 16 << 20, "the log has {log} bytes");
}

#[test]
fn a_full_store_says_so_keeps_answering_and_takes_writes_again_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { most_pages: Some(200), ..SqliteOptions::default() };
    let store = Sqlite::open(folder.path().join("portico.db"), options).unwrap();
    let until = Moment::from_millis(500);
    let fill = |round: u32| -> Vec<Change> {
        let tokens = (0..200).map(|number| TokenId::from_bytes(id(round * 200 + number)));
        tokens.map(|token| Change::TokenRevoked { token, until }).collect()
    };
    runtime().block_on(async {
        let mut committed = 0;
        let refusal = loop {
            match store.commit(fill(committed)).await {
                Ok(_) => committed += 1,
                Err(refusal) => break refusal,
            }
        };
        assert!(matches!(refusal, CommitError::Unavailable(_)), "{refusal:?}");
        let there = store.revoked_tokens().await.unwrap();
        assert_eq!(there.len(), committed as usize * 200, "no list is half there");
        assert!(store.commit(fill(committed)).await.is_err());
        let now = Moment::from_millis(501);
        let sweep = Sweep { spent_before: now, expired_before: now, events_before: now, ended_before: now };
        store.commit(vec![Change::Swept(sweep)]).await.unwrap();
        store.commit(fill(committed)).await.unwrap();
        assert_eq!(store.revoked_tokens().await.unwrap().len(), 200);
    });
}
