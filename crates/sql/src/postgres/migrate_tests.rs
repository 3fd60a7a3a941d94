//! Two versions over one schema: the next one is this one with steps that are made up here.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use portico_core::id::NodeId;
use portico_core::moment::Moment;
use portico_core::noun::node::Node;
use portico_store::{Nodes, contract};
use tokio_postgres::NoTls;

use super::migrate::{KNOWN, Kind, MIGRATIONS, Step, migrate};
use super::{OpenError, Postgres, PostgresOptions};
use crate::{Held, Migrated};

/// Adds a column to every table, and a table.
const MORE: Step = Step {
    name: "9001_more",
    kind: Kind::Expand,
    sql: "do $$ declare name text; begin
            for name in select table_name from information_schema.tables
                where table_schema = current_schema() and table_name not like 'schema%' loop
                execute format('alter table %I add column later bigint not null default 7', name);
            end loop;
        end $$;
        create table later (id bigint primary key)",
};

/// Takes a table away that this version uses.
const LESS: Step = Step { name: "9002_less", kind: Kind::Contract, sql: "drop table used_assertion" };

fn address() -> String {
    std::env::var("PORTICO_TEST_POSTGRES").expect("it names a throw-away PostgreSQL")
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

async fn on_server(sql: &str) {
    let (server, connection) = tokio_postgres::connect(&address(), NoTls).await.unwrap();
    tokio::spawn(connection);
    server.batch_execute(sql).await.unwrap();
}

/// A schema of one test: its name, and the address under which it is found.
async fn schema() -> (String, String) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("upgrade_{}_{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
    on_server(&format!("create schema {name}")).await;
    let url = format!("{}?options=-csearch_path%3D{name}", address());
    (name, url)
}

async fn open(url: &str) -> Result<Postgres, OpenError> {
    Postgres::open(url, &PostgresOptions { connections: 8, ..PostgresOptions::default() }).await
}

/// `portico migrate` of a version that has these steps besides.
async fn upgrade(store: &Postgres, more: &[Step]) -> Migrated {
    let steps: Vec<Step> = MIGRATIONS.iter().chain(more).copied().collect();
    let lent = store.pool.lend().await.unwrap();
    migrate(lent.db(), &steps).await.unwrap()
}

fn node(number: u8) -> Node {
    Node {
        id: NodeId::from_bytes([number; 16]),
        name: format!("node-{number}"),
        version: "0.1.0".to_owned(),
        issuer: None,
        gateway: false,
        entered_at: Moment::from_millis(1),
        renewals: 0,
    }
}

fn held(nodes: &[&str]) -> Option<Held> {
    Some(Held { name: "9002_less", nodes: nodes.iter().map(ToString::to_string).collect() })
}

/// A node that renews its lease until it is dropped.
struct Serving(tokio::task::JoinHandle<()>);

impl Serving {
    async fn begin(store: &Arc<Postgres>, number: u8) -> Self {
        store.enter(&node(number)).await.unwrap();
        let store = store.clone();
        Self(tokio::spawn(async move {
            while store.renew(node(number).id).await.unwrap().is_some() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn this_version_keeps_its_promises_over_what_a_later_one_added() {
    run(async {
        // Some of the suite, from every noun.
        let cases: Vec<_> = contract::all().into_iter().step_by(4).collect();
        for cases in cases.chunks(8) {
            let mut running = tokio::task::JoinSet::new();
            for case in cases.iter().copied() {
                running.spawn(async move {
                    let (name, url) = schema().await;
                    let store = Arc::new(open(&url).await.unwrap());
                    // It has statements prepared when the schema changes.
                    let serving = Serving::begin(&store, 1).await;
                    let migrated = upgrade(&store, &[MORE]).await;
                    assert_eq!((migrated.ran, migrated.held), (vec!["9001_more"], None));
                    case.run(store.clone()).await;
                    store.enter(&node(2)).await.unwrap();
                    drop(serving);
                    drop(open(&url).await.unwrap());
                    on_server(&format!("drop schema {name} cascade")).await;
                });
            }
            running.join_all().await;
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn what_a_serving_node_uses_is_taken_away_only_when_it_is_gone() {
    run(async {
        let (name, url) = schema().await;
        let store = Arc::new(open(&url).await.unwrap());
        let serving = Serving::begin(&store, 1).await;
        // Written down, and dead: its count stands still.
        store.enter(&node(2)).await.unwrap();
        let first = upgrade(&store, &[MORE, LESS]).await;
        assert_eq!((first.from, first.to), (KNOWN, KNOWN + 1));
        assert_eq!((first.ran, first.held), (vec!["9001_more"], held(&["node-1"])));
        let left: Vec<_> = store.standing().await.unwrap().nodes.into_iter().map(|node| node.name).collect();
        assert_eq!(left, ["node-1"], "the dead one was struck out");
        drop(open(&url).await.unwrap());

        drop(serving);
        let second = upgrade(&store, &[MORE, LESS]).await;
        assert_eq!((second.ran, second.held), (vec!["9002_less"], None));
        let refused = open(&url).await.err().unwrap();
        assert!(matches!(refused, OpenError::Newer { .. }), "{refused:?}");
        let late = store.enter(&node(3)).await.unwrap_err();
        assert!(late.to_string().contains("taken away"), "{late}");
        assert!(store.standing().await.unwrap().nodes.is_empty());
        on_server(&format!("drop schema {name} cascade")).await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_node_that_knows_the_step_serves_on_over_it() {
    run(async {
        let (name, url) = schema().await;
        let store = Arc::new(open(&url).await.unwrap());
        let _serving = Serving::begin(&store, 1).await;
        // As a node of the next version would have written itself down.
        let known = KNOWN + 1;
        on_server(&format!("update {name}.node set schema = {known}")).await;
        let migrated = upgrade(&store, &[LESS]).await;
        assert_eq!((migrated.to, migrated.ran, migrated.held), (known, vec!["9002_less"], None));
        on_server(&format!("drop schema {name} cascade")).await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_node_that_enters_during_the_step_waits_for_it_and_is_refused() {
    run(async {
        let (name, url) = schema().await;
        let store = Arc::new(open(&url).await.unwrap());
        let slow = Step { sql: "select pg_sleep(1)", ..LESS };
        let migrating = {
            let store = store.clone();
            tokio::spawn(async move { upgrade(&store, &[slow]).await })
        };
        let other = open(&url).await.unwrap();
        let lent = other.pool.lend().await.unwrap();
        // Until it has its turn.
        while lent.db().plain("select single from schema_turn for key share nowait").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let late = other.enter(&node(1)).await.unwrap_err();
        assert!(late.to_string().contains("taken away"), "{late}");
        assert_eq!(migrating.await.unwrap().ran, ["9002_less"]);
        on_server(&format!("drop schema {name} cascade")).await;
    });
}
