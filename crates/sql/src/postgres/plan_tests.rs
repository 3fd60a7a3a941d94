//! No finder and no change goes over a whole table, or is worth compiling.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use portico_store::contract;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::value::Value;
use super::{Postgres, PostgresOptions};

static SEEN: Mutex<BTreeMap<&'static str, Vec<Type>>> = Mutex::new(BTreeMap::new());

/// Remembers a statement, whichever test runs it.
pub(super) fn note(sql: &'static str, values: &[Value<'_>]) {
    SEEN.lock().entry(sql).or_insert_with(|| values.iter().map(Value::kind).collect());
}

/// Tables that are small by nature.
const SMALL: [&str; 6] = ["scope", "signing_key", "tide", "node", "schema_turn", "schema_version"];

/// What is sorted after it was found because it is little: of one session, of one person, all keys,
/// all nodes, the rows that one list locks, two pages of which one is answered.
const LITTLE: [&str; 6] = [
    "from session_client where session = $1",
    "from app_use where user_id = $1",
    "from signing_key",
    "left join node",
    "= any($1) order by id for ",
    "(select from_app, to_app, registered_at from agreement",
];

/// From which estimated cost on PostgreSQL compiles a statement each time it runs (`jit_above_cost`).
const COMPILED: f64 = 100_000.0;

/// Answers a new schema and its address.
async fn fresh(server: &Client, address: &str, number: usize) -> (String, String) {
    let name = format!("plan_{}_{number}", std::process::id());
    server.batch_execute(&format!("create schema {name}")).await.unwrap();
    let url = format!("{address}?options=-csearch_path%3D{name}");
    (name, url)
}

async fn open(url: &str) -> Postgres {
    Postgres::open(url, &PostgresOptions { connections: 8, ..PostgresOptions::default() }).await.unwrap()
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn no_statement_goes_over_a_whole_table() {
    let address = std::env::var("PORTICO_TEST_POSTGRES").expect("it names a throw-away PostgreSQL");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (server, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut names = Vec::new();
        for cases in contract::all().chunks(8) {
            let mut running = tokio::task::JoinSet::new();
            for case in cases.iter().copied() {
                let (name, url) = fresh(&server, &address, names.len()).await;
                names.push(name);
                running.spawn(async move { case.run(Arc::new(open(&url).await)).await });
            }
            running.join_all().await;
        }
        contract::nodes::run(async || {
            let (name, url) = fresh(&server, &address, names.len()).await;
            names.push(name);
            Arc::new(open(&url).await)
        })
        .await;
        explain_all(&server, &names[0]).await;
        for name in names {
            server.batch_execute(&format!("drop schema {name} cascade")).await.unwrap();
        }
    });
}

async fn explain_all(server: &Client, schema: &str) {
    server.batch_execute(&format!("set search_path = {schema}")).await.unwrap();
    server.batch_execute("set plan_cache_mode = force_generic_plan").await.unwrap();
    // Statistics are gathered when there is something to count, and not at once.
    let is_dear = |plan: &[String]| cost(&plan[0]).is_none_or(|cost| cost >= COMPILED);
    let dear: Vec<_> = plans(server).await.into_iter().filter(|(_, plan)| is_dear(plan)).collect();
    assert!(dear.is_empty(), "without statistics these are compiled: {dear:#?}");
    let settings = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off";
    server.batch_execute(settings).await.unwrap();
    let (plans, indexes) = (plans(server).await.into_iter(), indexes(server, schema).await);
    let unbounded = plans.filter_map(|(sql, plan)| {
        bounded(sql, &plan, &indexes).err().map(|step| format!("{step}: {sql}\n{}", plan.join("\n")))
    });
    let unbounded: Vec<_> = unbounded.collect();
    assert!(unbounded.is_empty(), "{}", unbounded.join("\n\n"));
}

/// How the server would run each statement of the suite.
async fn plans(server: &Client) -> Vec<(&'static str, Vec<String>)> {
    let seen = SEEN.lock().clone();
    assert!(seen.len() > 100, "the suite runs every statement: {}", seen.len());
    let mut plans = Vec::new();
    for (sql, kinds) in seen {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
        let (declared, unbound) = match names.len() {
            0 => (String::new(), String::new()),
            many => (format!("({})", names.join(", ")), format!("({})", vec!["null"; many].join(", "))),
        };
        server.batch_execute(&format!("prepare planned{declared} as {sql}")).await.unwrap();
        let answer = server.simple_query(&format!("explain execute planned{unbound}")).await.unwrap();
        let lines = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        plans.push((sql, lines.collect()));
        server.batch_execute("deallocate planned").await.unwrap();
    }
    plans
}

/// The first column of each index.
async fn indexes(server: &Client, schema: &str) -> BTreeMap<String, String> {
    let sql = "select relname::text, pg_get_indexdef(indexrelid, 1, true)
        from pg_index join pg_class on pg_class.oid = indexrelid
        where relnamespace = (select oid from pg_namespace where nspname = $1)";
    let rows = server.query(sql, &[&schema]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What the server takes a plan to cost, by its first line.
fn cost(step: &str) -> Option<f64> {
    let (_, costs) = step.split_once("(cost=")?;
    costs.split_once("..")?.1.split(' ').next()?.parse().ok()
}

/// Whether every step finds its rows through an index, and stops where it is told to; otherwise the
/// first step that does not.
fn bounded(sql: &str, plan: &[String], indexes: &BTreeMap<String, String>) -> Result<(), String> {
    let steps = plan.iter().enumerate().filter(|(place, line)| *place == 0 || line.contains("->"));
    for (place, line) in steps {
        let step = line.trim_start().trim_start_matches("->").trim_start();
        let details = plan[place + 1..].iter().take_while(|line| !line.contains("->"));
        // A condition on a later column alone goes over the whole index.
        let first = indexes.iter().find(|(index, _)| step.contains(&format!(" using {index} on ")));
        let first = first.map_or("", |(_, column)| column);
        let is_on_first = |detail: &str| detail.starts_with("Index Cond:") && detail.contains(first);
        let is_found = details.map(|line| line.trim()).any(is_on_first);
        let stops = sql.contains(" limit ") || sql.contains("max(") && sql.contains("min(");
        let is_bounded = if let Some(what) = step.strip_prefix("Seq Scan on ") {
            SMALL.iter().any(|small| what.split(' ').next() == Some(*small))
        } else if step.starts_with("Sort") {
            LITTLE.iter().any(|little| sql.contains(little))
        } else if step.starts_with("Index") {
            is_found || stops || SMALL.iter().any(|small| step.contains(&format!(" on {small} ")))
        } else {
            true
        };
        if !is_bounded {
            return Err(step.to_owned());
        }
    }
    Ok(())
}

#[test]
fn what_a_plan_costs_is_read_from_its_first_step() {
    let step = "Sort  (cost=240969.72..243458.47 rows=995500 width=128)";
    assert_eq!((cost(step), cost("Sort Key: node.entered_at")), (Some(243_458.47), None));
}

#[test]
fn a_scan_and_a_sort_of_everything_are_recognised() {
    let indexes = BTreeMap::from([("x".to_owned(), "id".to_owned())]);
    let plan = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    let scan = plan(&["Seq Scan on person  (cost=1..2)", "  Filter: (password = $1)"]);
    assert!(bounded("select 1 from person where password = $1", &scan, &indexes).is_err());
    let whole = plan(&["Aggregate  (cost=1..2)", "  ->  Index Only Scan using x on person  (cost=1..2)"]);
    assert!(bounded("select count(*) from person", &whole, &indexes).is_err());
    let sort =
        plan(&["Sort  (cost=1..2)", "  ->  Index Scan using x on delivery", "    Index Cond: (a = $1)"]);
    assert!(bounded("select 1 from delivery where a = $1 order by b", &sort, &indexes).is_err());
    let late = plan(&["Index Scan using x on person  (cost=1..2)", "  Index Cond: (born = $1)"]);
    assert!(bounded("select 1 from person where born = $1", &late, &indexes).is_err());
    let found = plan(&["Index Scan using x on person  (cost=1..2)", "  Index Cond: (id = $1)"]);
    assert!(bounded("select 1 from person where id = $1", &found, &indexes).is_ok());
}
