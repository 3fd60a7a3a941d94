//! Two transactions at once, each on a connection of its own, the first held open while the second
//! runs: by a lock on the last thing that a list does.

use std::sync::Arc;
use std::time::Duration;

use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::event::Happening;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_core::noun::session::{EndReason, Session};
use portico_sql::postgres::Postgres;
use portico_store::{Commit, CommitError, Committed, Read, Taken};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::{Schema, connect, options};
use crate::runtime;

const LIVE: SessionId = SessionId::from_bytes([1; 16]);
const USER: UserId = UserId::from_bytes([2; 16]);

fn at(seconds: i64) -> Moment {
    Moment::from_seconds(seconds)
}

fn client(id: &str) -> ClientId {
    id.parse().unwrap()
}

fn person(id: UserId) -> Person {
    let (password, wrapped_key, sealed_profile) = (None, vec![1], vec![1]);
    Person { id, created_at: at(0), blocked_at: None, erased_at: None, password, wrapped_key, sealed_profile }
}

fn session() -> Session {
    Session {
        id: LIVE,
        user: USER,
        client: client("super-app"),
        started_at: at(0),
        used_at: at(0),
        authenticated_at: at(0),
        method: "pwd".to_owned(),
        sealed_label: vec![],
        cookie_digest: None,
        expires_at: at(1000),
        ended: None,
    }
}

/// What makes a list wait, if somebody holds the row of numbers: the last thing that it does.
fn told() -> Change {
    Change::Happened { at: at(1), what: Happening::KeysRotated }
}

fn exchange(app: &str) -> Vec<Change> {
    vec![
        Change::SessionHeld { session: LIVE, now: at(1) },
        Change::ClientEntered { session: LIVE, client: client(app), at: at(1) },
    ]
}

fn sign_out() -> Vec<Change> {
    vec![
        Change::ClientsCounted { session: LIVE, count: 0 },
        Change::SessionEnded { session: LIVE, at: at(2), reason: EndReason::SignedOut },
    ]
}

/// The person's OpenID at the app comes from elsewhere.
fn import(app: &str) -> Vec<Change> {
    let link = Link {
        issuer: app_issuer(&client(app)),
        subject_index: [3; 32],
        user: USER,
        proof: LinkProof::Import,
        linked_at: at(1),
        open_id: Some(vec![7]),
    };
    let guard = Change::OpenIdUnissued { user: USER, app: client(app) };
    vec![Change::PersonHeld { user: USER }, guard, Change::Linked(link)]
}

/// The app is told the OpenID that the rule saw.
fn launch(app: &str, imported: bool) -> Vec<Change> {
    let guard = Change::OpenIdHeld { user: USER, app: client(app), imported };
    let mut list = exchange(app);
    list.extend([guard, Change::AppUsed { user: USER, app: client(app), at: at(1) }]);
    list
}

type Running = JoinHandle<Result<Committed, CommitError>>;

/// A store with one session, and two more connections to the same schema.
struct Scene {
    schema: Schema,
    store: Arc<Postgres>,
    /// Holds the row of numbers when it has to.
    gate: Client,
    watch: Client,
}

impl Scene {
    async fn new() -> Self {
        let schema = Schema::new().await;
        let store = Arc::new(Postgres::open(&schema.url, &options()).await.unwrap());
        let people = Change::PersonCreated { person: person(USER), handles: vec![] };
        store.commit(vec![people, Change::SessionStarted(session())]).await.unwrap();
        let (gate, watch) = (connect(&schema.url).await, connect(&schema.url).await);
        Self { schema, store, gate, watch }
    }

    fn begin(&self, changes: Vec<Change>) -> Running {
        let store = self.store.clone();
        tokio::spawn(async move { store.commit(changes).await })
    }

    /// Begins a list that stays open, everything done but its number, until the gate opens.
    async fn begin_and_hold(&self, mut changes: Vec<Change>) -> Running {
        self.gate.batch_execute("begin; select * from tide for update").await.unwrap();
        changes.push(told());
        let running = self.begin(changes);
        self.waiting(1).await;
        running
    }

    async fn let_go(&self) {
        self.gate.batch_execute("rollback").await.unwrap();
    }

    /// Waits until so many lists of this schema wait for a lock.
    async fn waiting(&self, lists: i64) {
        let sql = "select count(distinct w.pid) from pg_locks w where not w.granted and w.pid in
            (select h.pid from pg_locks h join pg_class c on c.oid = h.relation
             where c.relnamespace = current_schema()::regnamespace)";
        let found = async {
            while self.watch.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) < lists {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(4), found).await.expect("they wait");
    }

    async fn end(self) {
        drop(self.store);
        self.schema.drop().await;
    }
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_sign_out_waits_for_an_exchange_that_is_open_and_then_knows_its_client() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let exchange = scene.begin_and_hold(exchange("taxi")).await;
        let sign_out_ = scene.begin(sign_out());
        scene.waiting(2).await;
        assert!(!sign_out_.is_finished());
        scene.let_go().await;
        exchange.await.unwrap().unwrap();
        assert_eq!(sign_out_.await.unwrap(), Err(CommitError::Conflict));
        assert_eq!(scene.store.clients_in(LIVE).await.unwrap(), [client("taxi")]);
        assert_eq!(scene.store.session(LIVE).await.unwrap().unwrap().ended, None);
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn an_exchange_waits_for_a_sign_out_that_is_open_and_then_gives_nothing() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let sign_out = scene.begin_and_hold(sign_out()).await;
        let exchange = scene.begin(exchange("taxi"));
        scene.waiting(2).await;
        assert!(!exchange.is_finished());
        scene.let_go().await;
        sign_out.await.unwrap().unwrap();
        assert_eq!(exchange.await.unwrap(), Err(CommitError::Conflict));
        assert_eq!(scene.store.clients_in(LIVE).await.unwrap(), []);
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn launches_in_one_session_do_not_wait_for_each_other() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let first = scene.begin_and_hold(exchange("taxi")).await;
        scene.store.commit(exchange("food")).await.unwrap();
        assert!(!first.is_finished());
        scene.let_go().await;
        first.await.unwrap().unwrap();
        let mut clients = scene.store.clients_in(LIVE).await.unwrap();
        clients.sort();
        assert_eq!(clients, [client("food"), client("taxi")]);
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_first_launch_waits_for_an_import_that_is_open_and_then_tells_no_derived_open_id() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let import = scene.begin_and_hold(import("taxi")).await;
        let launching = scene.begin(launch("taxi", false));
        scene.waiting(2).await;
        assert!(!launching.is_finished());
        scene.let_go().await;
        import.await.unwrap().unwrap();
        assert_eq!(launching.await.unwrap(), Err(CommitError::Conflict));
        assert_eq!(scene.store.open_id(USER, &client("taxi")).await, Ok(Some(vec![7])));
        assert_eq!(scene.store.apps_of(USER).await, Ok(vec![]));
        // Decided again, it sees where the OpenID comes from.
        scene.store.commit(launch("taxi", true)).await.unwrap();
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn an_import_waits_for_a_first_launch_that_is_open_and_then_brings_nothing() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let launch_ = scene.begin_and_hold(launch("taxi", false)).await;
        let importing = scene.begin(import("taxi"));
        scene.waiting(2).await;
        assert!(!importing.is_finished());
        scene.let_go().await;
        launch_.await.unwrap().unwrap();
        assert_eq!(importing.await.unwrap(), Err(CommitError::Conflict));
        assert_eq!(scene.store.open_id(USER, &client("taxi")).await, Ok(None));
        assert_eq!(scene.store.apps_of(USER).await.unwrap().len(), 1);
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn launches_of_one_person_in_two_apps_do_not_wait_for_each_other() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let first = scene.begin_and_hold(launch("taxi", false)).await;
        scene.store.commit(launch("food", false)).await.unwrap();
        assert!(!first.is_finished());
        scene.let_go().await;
        first.await.unwrap().unwrap();
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn an_open_id_is_not_undone_while_a_launch_that_tells_it_is_open() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        scene.store.commit(import("taxi")).await.unwrap();
        let launch_ = scene.begin_and_hold(launch("taxi", true)).await;
        let issuer = app_issuer(&client("taxi"));
        let undone = Change::Unlinked { issuer, subject_index: [3; 32], user: USER, at: at(2) };
        let undoing = scene.begin(vec![undone]);
        scene.waiting(2).await;
        assert!(!undoing.is_finished());
        scene.let_go().await;
        launch_.await.unwrap().unwrap();
        undoing.await.unwrap().unwrap();
        assert_eq!(scene.store.open_id(USER, &client("taxi")).await, Ok(None));
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn an_erasure_takes_what_was_being_added_when_it_came() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let link = Link {
            issuer: "https://issuer.example".to_owned(),
            subject_index: [3; 32],
            user: USER,
            open_id: None,
            proof: LinkProof::Assertion,
            linked_at: at(1),
        };
        let linking = scene.begin_and_hold(vec![Change::Linked(link)]).await;
        let erasing = scene.begin(vec![Change::PersonErased { user: USER, at: at(2) }]);
        scene.waiting(2).await;
        scene.let_go().await;
        linking.await.unwrap().unwrap();
        erasing.await.unwrap().unwrap();
        assert_eq!(scene.store.links_of(USER).await.unwrap(), []);
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn of_two_people_who_claim_a_handle_at_once_the_verified_one_has_it() {
    runtime().block_on(async {
        for first_is_verified in [true, false] {
            let scene = Scene::new().await;
            let create = |number: u8, verified| {
                let handle = Handle { kind: HandleKind::Email, index: [9; 32], verified };
                let person = person(UserId::from_bytes([number; 16]));
                vec![Change::PersonCreated { person, handles: vec![handle] }]
            };
            let first = scene.begin_and_hold(create(11, first_is_verified)).await;
            let second = scene.begin(create(12, !first_is_verified));
            scene.waiting(2).await;
            scene.let_go().await;
            first.await.unwrap().unwrap();
            let second = second.await.unwrap();
            let winner = if first_is_verified { 11 } else { 12 };
            match first_is_verified {
                true => assert_eq!(second, Err(CommitError::Taken(Taken::Email))),
                false => assert!(second.is_ok()),
            }
            let found = scene.store.person_by_handle(HandleKind::Email, &[9; 32]).await;
            assert_eq!(found, Ok(Some(UserId::from_bytes([winner; 16]))));
            scene.end().await;
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_list_that_the_server_undid_is_applied_again() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        // The other side is patient, so that it is the list that the server picks.
        scene.gate.batch_execute("set deadlock_timeout = '1h'; begin").await.unwrap();
        scene.gate.batch_execute("select 1 from session for update").await.unwrap();
        let list = scene.begin(vec![
            Change::PersonBlocked { user: USER, at: Some(at(1)) },
            Change::SessionEnded { session: LIVE, at: at(2), reason: EndReason::Revoked },
        ]);
        scene.waiting(1).await;
        scene.gate.batch_execute("select 1 from person for update").await.unwrap();
        assert!(!list.is_finished());
        scene.gate.batch_execute("rollback").await.unwrap();
        list.await.unwrap().unwrap();
        assert!(scene.store.session(LIVE).await.unwrap().unwrap().ended.is_some());
        assert_eq!(scene.store.person(USER).await.unwrap().unwrap().blocked_at, Some(at(1)));
        scene.end().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_list_that_was_begun_is_finished_although_nobody_waits_for_it() {
    runtime().block_on(async {
        let scene = Scene::new().await;
        let waiting = scene.begin_and_hold(sign_out()).await;
        waiting.abort();
        scene.let_go().await;
        let ended = async {
            while scene.store.session(LIVE).await.unwrap().unwrap().ended.is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(4), ended).await.expect("it is finished");
        scene.end().await;
    });
}
