//! The guide's way to put a copy back: what it runs does what an erasure does, in every table.

use portico_core::Change;
use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_sql::postgres::Postgres;
use portico_store::{Commit, Page, Read};

use super::{Schema, connect, options};
use crate::runtime;

const SCRIPT: &str = include_str!("../../../../../docs/guides/restore-postgres.sql");

/// Tables with rows of a person that stay when the person is erased: they hold ids only.
const STAY: [&str; 4] = ["session", "code", "delivery", "person_key"];

fn created(number: u8) -> Change {
    let id = UserId::from_bytes([number; 16]);
    let person = Person {
        id,
        created_at: Moment::from_millis(1),
        blocked_at: None,
        erased_at: None,
        password: Some("$argon2id$".to_owned()),
        wrapped_key: vec![number],
        sealed_profile: vec![number],
    };
    let handle = Handle { kind: HandleKind::Username, index: [number; 32], verified: true };
    Change::PersonCreated { person, handles: vec![handle] }
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn whoever_has_no_key_after_a_restore_is_erased_again_and_nobody_else() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let store = Postgres::open(&schema.url, &options()).await.unwrap();
        store.commit(vec![created(1), created(2), created(3)]).await.unwrap();
        let [kept, gone, before] = [1, 2, 3].map(|number| UserId::from_bytes([number; 16]));
        let earlier = Change::PersonErased { user: before, at: Moment::from_millis(5) };
        store.commit(vec![earlier]).await.unwrap();
        let client = connect(&schema.url).await;
        // As the later copy of the keys has it: one went, and one came after the copy.
        let keys = "delete from person_key where user_id = $1";
        client.execute(keys, &[&gone.as_bytes().as_slice()]).await.unwrap();
        let later = "insert into person_key (user_id, wrapped) values ($1, $1)";
        client.execute(later, &[&[9u8; 16].as_slice()]).await.unwrap();
        let untouched = store.person(kept).await;
        client.batch_execute(SCRIPT).await.unwrap();
        assert_eq!(store.person(kept).await, untouched);
        let erased = store.person(gone).await.unwrap().unwrap();
        assert!(erased.erased_at.is_some() && erased.password.is_none() && erased.sealed_profile.is_empty());
        assert_eq!(store.person_by_handle(HandleKind::Username, &[2; 32]).await, Ok(None));
        let before = store.person(before).await.unwrap().unwrap();
        assert_eq!(before.erased_at, Some(Moment::from_millis(5)));
        assert_eq!(store.people(Page { after: None, limit: 10 }).await.unwrap().len(), 3);
        let left = client.query("select user_id from person_key", &[]).await.unwrap();
        assert_eq!(left.len(), 1);
        drop(store);
        schema.drop().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn the_restore_clears_every_table_that_holds_rows_of_people() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        drop(Postgres::open(&schema.url, &options()).await.unwrap());
        let sql = "select table_name::text from information_schema.columns
            where table_schema = current_schema() and column_name = 'user_id'";
        let tables = connect(&schema.url).await.query(sql, &[]).await.unwrap();
        let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
        assert!(tables.len() > 10, "{tables:?}");
        for table in tables.iter().filter(|table| !STAY.contains(&table.as_str())) {
            let cleared = format!("delete from {table} where user_id in (select id from gone);");
            assert!(SCRIPT.contains(&cleared), "{table}");
        }
        schema.drop().await;
    });
}
