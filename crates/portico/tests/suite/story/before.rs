//! What the version before many nodes left (the tag `before-many-nodes`), taken over by this one.
//!
//! `tests/suite/before` was written by the house of that version over its SQLite store, at the moment
//! at which every test world begins: Ana was created with a password; Boris, Chen and Dora signed in
//! and launched the taxi; then Chen signed out, and Dora took the phone number back. `notes.json` has
//! what they held.

use std::path::Path;
use std::sync::Arc;

use portico_seal::MasterKey;
use portico_sql::sqlite::{Sqlite, SqliteOptions};
use serde_json::{Value, json};

use super::server::{cli, ready, terminate};
use crate::fixture::{ISSUER, World};

const TAXI: &str = "org.example.taxi";
const KEY: &str = include_str!("../before/master.key");

fn notes() -> Value {
    serde_json::from_str(include_str!("../before/notes.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A data folder as that version left it.
fn left() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("portico.db", include_bytes!("../before/portico.db"));
    write("master.key", KEY.as_bytes());
    folder
}

async fn taken_over(folder: &Path) -> World {
    let store = Sqlite::open(folder.join("portico.db"), SqliteOptions::default()).unwrap();
    let mut world = World::found(Arc::new(store), ISSUER, MasterKey::parse(KEY).unwrap()).await;
    world.secrets.insert(TAXI.to_owned(), text(&notes()["secret"]).to_owned());
    world
}

#[tokio::test]
async fn tokens_of_the_version_before_are_good_for_what_they_were_good_for() {
    let (folder, notes) = (left(), notes());
    let world = taken_over(folder.path()).await;
    let boris = world.introspect(TAXI, text(&notes["boris"]["launch"])).await;
    assert_eq!((&boris["active"], &boris["sub"]), (&json!(true), &notes["boris"]["openid"]));
    assert_eq!(boris["scope"], "openid profile.basic phone.verified");
    let person = world.userinfo(text(&notes["boris"]["launch"])).await.ok().json();
    assert_eq!(person["name"], "Name of boris");
    let chen = world.introspect(TAXI, text(&notes["chen"]["launch"])).await;
    assert_eq!(chen, json!({ "active": false }));
    let dora = world.introspect(TAXI, text(&notes["dora"]["launch"])).await;
    assert_eq!(dora["scope"], "openid profile.basic");
}

#[tokio::test]
async fn a_session_of_the_version_before_goes_on_without_signing_in_or_agreeing_again_and_ends() {
    let (folder, notes) = (left(), notes());
    let world = taken_over(folder.path()).await;
    let boris = world.refresh(text(&notes["boris"]["refresh"])).await.ok();
    let boris = crate::fixture::Tokens::of(&boris);
    let more = [("scope", "openid profile.basic phone.verified")];
    let launch = world.exchange(&boris.access, TAXI, &more).await.ok().json();
    let again = world.introspect(TAXI, text(&launch["access_token"])).await;
    assert_eq!(again["sub"], notes["boris"]["openid"]);
    world.sign_out(&boris).await.ok();
    for token in [&launch["access_token"], &notes["boris"]["launch"]] {
        assert_eq!(world.introspect(TAXI, text(token)).await, json!({ "active": false }));
    }
}

#[test]
fn the_binary_serves_from_the_folder_of_the_version_before() {
    let (folder, notes) = (left(), notes());
    let (server, _) = ready(folder.path());
    let ana = cli(folder.path(), &["users", "show", text(&notes["ana"])]).to_string();
    assert!(ana.contains("ana@people.example"), "{ana}");
    let apps = cli(folder.path(), &["apps", "list"]).to_string();
    assert!(apps.contains(TAXI) && apps.contains("org.example.shop"), "{apps}");
    assert_eq!(terminate(server), Some(0));
}
