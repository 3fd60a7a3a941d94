//! One sync serves all that wait, and no answer precedes its sync.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, mpsc};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use parking_lot::Mutex;
use portico_core::Change;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use portico_store::{Commit, CommitError, Committed, Read, Taken};

use crate::runtime;

fn secret(name: &str) -> Vec<Change> {
    vec![Change::SecretStored { name: name.to_owned(), wrapped: vec![1] }]
}

#[test]
fn a_slow_sync_serves_all_that_wait_when_it_starts() {
    let syncs = Arc::new(AtomicUsize::new(0));
    let counted = syncs.clone();
    let slow = Arc::new(move || {
        counted.fetch_add(1, SeqCst);
        thread::sleep(Duration::from_millis(4));
    });
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { before_sync: Some(slow), ..SqliteOptions::default() };
    let store = Arc::new(Sqlite::open(folder.path().join("portico.db"), options).unwrap());
    runtime().block_on(async {
        let tasks = (0..64).map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..20 {
                    store.commit(secret(&format!("{task} {round}"))).await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
    let average = 64 * 20 / syncs.load(SeqCst);
    assert!(average >= 16, "{average} lists a sync");
}

/// After this a gate that nobody comes to, or opens, fails its test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A store whose syncs stop until they are let through one by one.
struct Gated {
    store: Sqlite,
    at_gate: mpsc::Receiver<()>,
    gate: mpsc::Sender<()>,
    _folder: tempfile::TempDir,
}

fn gated(options: SqliteOptions) -> Gated {
    let (arrive, at_gate) = mpsc::channel();
    let (gate, pass) = mpsc::channel();
    let ends = Mutex::new((arrive, pass));
    let stop = Arc::new(move || {
        let (arrive, pass) = &*ends.lock();
        arrive.send(()).unwrap();
        pass.recv_timeout(PATIENCE).unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { before_sync: Some(stop), ..options };
    let store = Sqlite::open(folder.path().join("portico.db"), options).unwrap();
    Gated { store, at_gate, gate, _folder: folder }
}

type Committing<'a> = Pin<Box<dyn Future<Output = Result<Committed, CommitError>> + Send + 'a>>;

impl Gated {
    /// Hands a list in, so that it waits for the writer when this returns.
    fn hand_in(&self, changes: Vec<Change>) -> Committing<'_> {
        let mut commit = self.store.commit(changes);
        assert!(is_unanswered(&mut commit));
        commit
    }

    /// Waits until a sync is about to start, and then lets it.
    fn let_one_through(&self) {
        self.at_gate.recv_timeout(PATIENCE).unwrap();
        self.gate.send(()).unwrap();
    }
}

fn is_unanswered(commit: &mut Committing<'_>) -> bool {
    commit.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

#[test]
fn no_answer_and_no_refusal_precedes_its_sync() {
    let runtime = runtime();
    let gated = gated(SqliteOptions::default());
    let mut first = gated.hand_in(secret("a"));
    gated.at_gate.recv_timeout(PATIENCE).unwrap();
    let mut refused = gated.hand_in(secret("a"));
    assert!(is_unanswered(&mut first));
    assert_eq!(runtime.block_on(gated.store.secret("a")), Ok(None));
    gated.gate.send(()).unwrap();
    assert!(runtime.block_on(first).is_ok());
    assert_eq!(runtime.block_on(gated.store.secret("a")), Ok(Some(vec![1])));
    gated.at_gate.recv_timeout(PATIENCE).unwrap();
    assert!(is_unanswered(&mut refused));
    gated.gate.send(()).unwrap();
    assert_eq!(runtime.block_on(refused), Err(CommitError::Taken(Taken::Secret)));
}

#[test]
fn everything_that_waits_goes_into_one_transaction_and_a_refused_list_leaves_the_others_alone() {
    let runtime = runtime();
    let gated = gated(SqliteOptions::default());
    let first = gated.hand_in(secret("first"));
    gated.at_gate.recv_timeout(PATIENCE).unwrap();
    let others: Vec<_> = ["a", "b", "a", "c"].map(|name| gated.hand_in(secret(name))).into_iter().collect();
    gated.gate.send(()).unwrap();
    assert!(runtime.block_on(first).is_ok());
    gated.let_one_through();
    let answers: Vec<_> = others.into_iter().map(|commit| runtime.block_on(commit).is_ok()).collect();
    assert_eq!(answers, [true, true, false, true]);
}

#[test]
fn a_list_whose_caller_has_gone_is_committed_and_the_others_are_answered() {
    let runtime = runtime();
    let gated = gated(SqliteOptions::default());
    let gone = gated.hand_in(secret("a"));
    gated.at_gate.recv_timeout(PATIENCE).unwrap();
    drop(gone);
    let next = gated.hand_in(secret("b"));
    gated.gate.send(()).unwrap();
    gated.let_one_through();
    assert!(runtime.block_on(next).is_ok());
    assert_eq!(runtime.block_on(gated.store.secret("a")), Ok(Some(vec![1])));
}

#[test]
fn a_batch_that_cannot_be_written_is_answered_unavailable_and_leaves_nothing() {
    let runtime = runtime();
    let gated = gated(SqliteOptions { most_pages: Some(120), ..SqliteOptions::default() });
    let before = gated.hand_in(secret("before"));
    gated.at_gate.recv_timeout(PATIENCE).unwrap();
    let mut half = secret("half");
    half.push(Change::SecretStored { name: "huge".to_owned(), wrapped: vec![0; 1 << 20] });
    // The second is refused because of a list that is undone in the end: that is no refusal.
    let lists = [secret("innocent"), secret("innocent"), half];
    let batch: Vec<_> = lists.map(|list| gated.hand_in(list)).into_iter().collect();
    gated.gate.send(()).unwrap();
    assert!(runtime.block_on(before).is_ok());
    for commit in batch {
        assert!(matches!(runtime.block_on(commit), Err(CommitError::Unavailable(_))));
    }
    for name in ["innocent", "half", "huge"] {
        assert_eq!(runtime.block_on(gated.store.secret(name)), Ok(None));
    }
    let after = gated.hand_in(secret("innocent"));
    gated.let_one_through();
    assert!(runtime.block_on(after).is_ok());
}

/// Counts what every store of this process counts.
#[derive(Default)]
struct Counts {
    commits: Arc<AtomicU64>,
    syncs: Arc<AtomicU64>,
}

static COUNTS: LazyLock<Counts> = LazyLock::new(Counts::default);

impl Recorder for &'static Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match key.name() {
            "portico_store_commits_total" => Counter::from_arc(self.commits.clone()),
            "portico_store_syncs_total" => Counter::from_arc(self.syncs.clone()),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn lists_and_syncs_are_counted() {
    metrics::set_global_recorder(&*COUNTS).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("portico.db"), SqliteOptions::default()).unwrap();
    runtime().block_on(async {
        for round in 0..10 {
            store.commit(secret(&round.to_string())).await.unwrap();
        }
    });
    assert!(COUNTS.commits.load(SeqCst) >= 10);
    assert!(COUNTS.syncs.load(SeqCst) >= 10);
}
