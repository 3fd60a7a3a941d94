//! Opening: what is there is found again, and what cannot be opened says why in one line.

use std::fs;
use std::path::Path;

use portico_core::Change;
use portico_sql::sqlite::{OpenError, Sqlite, SqliteOptions};
use portico_store::{Commit, Read};

use crate::runtime;

fn open(path: &Path) -> Result<Sqlite, OpenError> {
    Sqlite::open(path, SqliteOptions::default())
}

/// The one line that refuses to open what is at this path.
fn refusal(path: &Path) -> String {
    let line = open(path).err().expect("it is refused").to_string();
    assert!(!line.contains('\n'));
    assert!(line.starts_with(&format!("cannot open the store {}: ", path.display())), "{line}");
    line
}

#[test]
fn a_store_that_is_opened_again_has_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let secret = Change::SecretStored { name: "root".to_owned(), wrapped: vec![7] };
    let store = open(&path).unwrap();
    runtime().block_on(store.commit(vec![secret])).unwrap();
    drop(store);
    assert!(!path.with_extension("db-wal").exists(), "the log is carried over when the store is closed");
    let store = open(&path).unwrap();
    assert_eq!(runtime().block_on(store.secret("root")), Ok(Some(vec![7])));
}

#[test]
fn two_stores_in_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let first = open(&path).unwrap();
    assert!(refusal(&path).ends_with("another portico is using it"));
    drop(first);
    assert!(open(&path).is_ok());
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let line = refusal(&folder.path().join("nowhere").join("portico.db"));
    assert!(line.ends_with("its folder does not exist"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let line = refusal(Path::new("/sys/portico.db"));
    assert!(line.ends_with("its folder is read-only, or its files may not be written"), "{line}");
}

#[test]
fn a_store_without_room_for_its_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    let refused = Sqlite::open(&path, SqliteOptions { most_pages: Some(5), ..SqliteOptions::default() });
    assert!(refused.err().unwrap().to_string().ends_with("the disk is full"));
    assert!(open(&path).is_ok(), "what was begun is carried on when there is room");
}

#[test]
fn a_file_that_is_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "a shopping list, long enough to have a header of a hundred bytes. ".repeat(20))
        .unwrap();
    let before = fs::read(&text).unwrap();
    assert!(refusal(&text).ends_with("the file there is not a database of portico"));
    assert_eq!(fs::read(&text).unwrap(), before);

    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("create table recipe (name text)").unwrap();
    let before = fs::read(&other).unwrap();
    assert!(refusal(&other).ends_with("the file there is not a database of portico"));
    assert_eq!(fs::read(&other).unwrap(), before);
}

#[test]
fn a_store_of_a_later_portico_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portico.db");
    drop(open(&path).unwrap());
    let later = rusqlite::Connection::open(&path).unwrap();
    later.execute("insert into schema_version (version, name) values (9999, 'later')", []).unwrap();
    drop(later);
    assert!(refusal(&path).contains("it has schema 9999, and this portico knows schemas up to "));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("portico.db")).unwrap();
    let secret = Change::SecretStored { name: "root".to_owned(), wrapped: vec![7] };
    runtime().block_on(store.commit(vec![secret])).unwrap();
    let mut files = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 4, "database, log, its index, lock");
}
