//! A server that goes away, falls silent and comes back, seen through a relay that the test holds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portico_core::Change;
use portico_core::id::NodeId;
use portico_core::moment::Moment;
use portico_core::noun::event::Happening;
use portico_core::noun::node::Node;
use portico_sql::postgres::{OpenError, Postgres, PostgresOptions};
use portico_store::{Commit, CommitError, Nodes, Read};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

use super::{Schema, connect, options};
use crate::runtime;

/// What the relay does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Nothing passes, and nothing says so.
    Silent,
    /// Nothing passes any more on the connections that are there; new ones are well.
    Stranded,
    /// Closed, those that were there too.
    Cut,
}

/// Stands between the store and the server.
struct Relay {
    url: String,
    way: watch::Sender<Way>,
}

impl Relay {
    async fn new(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server: SocketAddr =
            format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()).parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let (way, seen) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, seen.clone()));
            }
        });
        Self { url: url.into(), way }
    }

    fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, mut way: watch::Receiver<Way>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let mut is_new = true;
    loop {
        let now = *way.borrow_and_update();
        match now {
            Way::Stranded if !is_new => return std::future::pending().await,
            Way::Cut => return,
            Way::Silent => drop(way.changed().await),
            Way::Open | Way::Stranded => tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => return,
                _ = way.changed() => {}
            },
        }
        is_new = false;
    }
}

fn secret(name: &str) -> Vec<Change> {
    vec![Change::SecretStored { name: name.to_owned(), wrapped: vec![1] }]
}

fn is_unavailable<T>(answer: &Result<T, CommitError>) -> bool {
    matches!(answer, Err(CommitError::Unavailable(_)))
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_server_that_is_gone_is_unavailable_and_right_again_when_it_is_back() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let relay = Relay::new(&schema.url).await;
        let store = Postgres::open(&relay.url, &options()).await.unwrap();
        store.commit(secret("before")).await.unwrap();
        relay.set(Way::Cut);
        assert!(store.secret("before").await.is_err());
        assert!(is_unavailable(&store.commit(secret("meanwhile")).await));
        relay.set(Way::Open);
        store.commit(secret("after")).await.unwrap();
        assert_eq!(store.secret("before").await, Ok(Some(vec![1])));
        assert_eq!(store.secret("meanwhile").await, Ok(None));
        drop(store);
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_renewal_that_is_given_up_leaves_no_connection_behind_on_which_the_next_would_wait() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let relay = Relay::new(&schema.url).await;
        let store = Postgres::open(&relay.url, &options()).await.unwrap();
        let id = NodeId::from_bytes([1; 16]);
        let (name, version) = ("one".to_owned(), "0.1.0".to_owned());
        let (issuer, entered_at) = (None, Moment::from_millis(1));
        let node = Node { id, name, version, issuer, gateway: false, entered_at, renewals: 0 };
        store.enter(&node).await.unwrap();
        // Both connections that are kept for nodes are there.
        let (one, two) = tokio::join!(store.standing(), store.renew(id));
        assert!(one.is_ok() && two.is_ok());
        relay.set(Way::Stranded);
        let patience = Duration::from_millis(300);
        let mut given_up = 0;
        while tokio::time::timeout(patience, store.renew(id)).await.is_err() {
            given_up += 1;
            assert!(given_up <= 2, "each of the two is found silent once");
        }
        assert!(given_up > 0);
        assert!(store.renew(id).await.unwrap().is_some());
        drop(store);
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_server_that_falls_silent_is_given_up_in_time() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let relay = Relay::new(&schema.url).await;
        let brief = Duration::from_millis(300);
        let options = PostgresOptions {
            statement_timeout: brief,
            connect_timeout: brief,
            wait_timeout: brief,
            ..options()
        };
        let store = Postgres::open(&relay.url, &options).await.unwrap();
        relay.set(Way::Silent);
        let asked = Instant::now();
        assert!(store.secret("a").await.is_err());
        assert!(is_unavailable(&store.commit(secret("a")).await));
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        relay.set(Way::Open);
        store.commit(secret("b")).await.unwrap();
        drop(store);
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_connection_that_is_lost_before_the_answer_leaves_the_outcome_open() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let relay = Relay::new(&schema.url).await;
        let store = Arc::new(Postgres::open(&relay.url, &options()).await.unwrap());
        let gate = connect(&schema.url).await;
        gate.batch_execute("begin; select * from tide for update").await.unwrap();
        let mut list = secret("a");
        list.push(Change::Happened { at: Moment::from_millis(1), what: Happening::KeysRotated });
        let committing = tokio::spawn({
            let store = store.clone();
            async move { store.commit(list).await }
        });
        let waits = "select count(*) from pg_locks w where not w.granted and w.pid in
            (select h.pid from pg_locks h where h.relation = 'tide'::regclass)";
        while gate.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        relay.set(Way::Cut);
        let answer = committing.await.unwrap();
        assert!(is_unavailable(&answer), "{answer:?}");
        drop(store);
        gate.batch_execute("rollback").await.unwrap();
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_connection_that_the_server_ended_is_replaced() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let admin = connect(&schema.url).await;
        // A user of its own, by whom its connections are known.
        let user = format!("user_{}", schema.name);
        admin.batch_execute(&format!("create role {user} superuser login")).await.unwrap();
        let mut url = Url::parse(&schema.url).unwrap();
        url.set_username(&user).unwrap();
        let store = Postgres::open(url.as_str(), &options()).await.unwrap();
        store.commit(secret("a")).await.unwrap();
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1::text";
        assert!(!admin.query(end, &[&user]).await.unwrap().is_empty());
        let next = store.commit(secret("b")).await;
        assert!(next.is_ok() || is_unavailable(&next), "{next:?}");
        store.commit(secret("c")).await.unwrap();
        drop(store);
        schema.drop().await;
        admin.batch_execute(&format!("drop role {user}")).await.unwrap();
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_standby_is_unavailable_and_the_text_holds_no_value() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        let url = format!("{}%20-cdefault_transaction_read_only%3Don", schema.url);
        let store = Postgres::open(&url, &options()).await.unwrap();
        let Err(CommitError::Unavailable(why)) = store.commit(secret("precious")).await else {
            panic!("it cannot write");
        };
        assert!(why.0.contains("read-only") && !why.0.contains("precious"), "{why}");
        drop(store);
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_store_that_cannot_be_reached_says_where_but_not_with_which_password() {
    runtime().block_on(async {
        for (url, said) in [
            ("postgres://ana:geheim@127.0.0.1:1/x", "127.0.0.1:1/x"),
            ("postgres://ana:geheim@127.0.0.1:1/x?sslmode=sometimes", "sslmode"),
            ("postgres://ana:geheim@127.0.0.1:1/x?connect_timeout=never", "not understood"),
        ] {
            let refused = Postgres::open(url, &options()).await.err().unwrap();
            let line = format!("{refused} {refused:?}");
            assert!(line.contains(said) && !line.contains("geheim"), "{line}");
            assert!(!refused.to_string().contains('\n'));
        }
        let missing = PostgresOptions { password_file: Some("/nowhere/password".into()), ..options() };
        let refused = Postgres::open("postgres://ana@127.0.0.1:1/x", &missing).await.err().unwrap();
        assert!(matches!(refused, OpenError::Settings(_)), "{refused}");
    });
}
