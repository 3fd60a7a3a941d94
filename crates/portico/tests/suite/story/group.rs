//! One sync serves all commits that wait when it starts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portico_sql::sqlite::{Sqlite, SqliteOptions};

use crate::fixture::{HOST, Tokens, World};

const REFRESHING: usize = 64;
const EACH: usize = 8;
const TRIES: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_concurrent_refreshes_average_at_least_sixteen_commits_a_slow_sync() {
    let folder = tempfile::tempdir().unwrap();
    let syncs = Arc::new(AtomicUsize::new(0));
    let counted = syncs.clone();
    let slow = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(4));
    };
    let options = SqliteOptions { before_sync: Some(Arc::new(slow)), ..SqliteOptions::default() };
    let store = Sqlite::open(folder.path().join("portico.db"), options).unwrap();
    let world = Arc::new(World::over(Arc::new(store)).await);
    // An RSA signature costs more than all the rest; it would be what is measured.
    world.register_host_signing(HOST, "EdDSA").await;
    let mut people = vec![];
    for number in 0..REFRESHING {
        people.push(world.sign_in(&format!("person {number}")).await);
    }
    // How much work fits between two syncs is the machine's affair: a busy one gets more tries.
    // Commits that did not share a sync would fail them all.
    let mut seen = vec![];
    for _ in 0..TRIES {
        let before = syncs.load(Ordering::SeqCst);
        let refreshing = people.into_iter().map(|tokens| tokio::spawn(refresh_all(world.clone(), tokens)));
        people = futures_util::future::try_join_all(refreshing).await.unwrap();
        seen.push(syncs.load(Ordering::SeqCst) - before);
        if REFRESHING * EACH >= 16 * seen[seen.len() - 1] {
            return;
        }
    }
    panic!("{} commits in {seen:?} syncs", REFRESHING * EACH);
}

async fn refresh_all(world: Arc<World>, mut tokens: Tokens) -> Tokens {
    for _ in 0..EACH {
        tokens = Tokens::of(&world.refresh(&tokens.refresh).await.ok());
    }
    tokens
}
