//! The schema: made at once where there is none, brought up to date by one of several, refused where
//! it does not fit.

use portico_sql::postgres::{OpenError, Postgres, migrate};
use portico_store::{Commit, Read};

use super::{Schema, connect, options};
use crate::runtime;

async fn run(schema: &Schema, sql: &str) {
    connect(&schema.url).await.batch_execute(sql).await.unwrap();
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn of_nodes_that_open_an_empty_database_at_once_each_finds_it_ready() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let url = schema.url.clone();
        let opening = (0..6).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Postgres::open(&url, &options()).await })
        });
        for store in opening.collect::<Vec<_>>() {
            let store = store.await.unwrap().unwrap();
            assert_eq!(store.secret("a").await, Ok(None));
            assert!(store.commit(vec![]).await.is_ok());
        }
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn of_two_that_migrate_at_once_one_does_and_the_other_finds_it_done() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let url = schema.url.clone();
        let migrating = (0..2).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { migrate(&url, &options()).await })
        });
        let mut done = Vec::new();
        for migrated in migrating.collect::<Vec<_>>() {
            done.push(migrated.await.unwrap().unwrap());
        }
        done.sort_by_key(|migrated| migrated.from);
        let known = done[0].ran.len() as i64;
        assert!(known >= 15 && done[0].from == 0 && done[0].to == known, "{done:?}");
        assert!(done[1].ran.is_empty() && done[1].from == known, "{done:?}");
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_schema_that_is_behind_is_left_to_migrate() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        // As the version before this one left it.
        run(
            &schema,
            "drop table node; drop table closing; alter table tide drop column closings;
             alter table delivery drop column owner, drop column event;
             drop table agreement, link_ticket, session_key, app_token;
             alter table link drop column open_id; create index link_by_person on link (user_id);
             alter table past_link drop column open_id;
             delete from schema_version where version >= 15",
        )
        .await;
        let refused = Postgres::open(&schema.url, &options()).await.err().unwrap();
        assert!(matches!(refused, OpenError::Behind { found: 14, .. }), "{refused:?}");
        assert!(refused.to_string().contains("`portico migrate`"), "{refused}");
        let migrated = migrate(&schema.url, &options()).await.unwrap();
        assert!(migrated.from == 14 && migrated.ran[0] == "0015_node", "{migrated:?}");
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_later_schema_is_served_from_while_it_only_added_something() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        run(&schema, "insert into schema_version values (9001, '9001_more', 'expand')").await;
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        run(&schema, "insert into schema_version values (9002, '9002_less', 'contract')").await;
        let refused = Postgres::open(&schema.url, &options()).await.err().unwrap();
        assert!(matches!(refused, OpenError::Newer { found: 9002, .. }), "{refused:?}");
        let migrated = migrate(&schema.url, &options()).await.unwrap();
        assert!(migrated.from == 9002 && migrated.to == 9002 && migrated.ran.is_empty(), "{migrated:?}");
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn tables_of_another_program_are_left_alone() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        run(&schema, "create table session (theirs text); insert into session values ('x')").await;
        let refused = Postgres::open(&schema.url, &options()).await.err().unwrap();
        assert!(refused.to_string().contains("tables of another program"), "{refused}");
        let rows = connect(&schema.url).await.query("select theirs from session", &[]).await.unwrap();
        assert_eq!(rows.len(), 1);
        schema.drop().await;
    });
}
