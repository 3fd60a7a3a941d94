//! A backup, an erasure, and the backup put back.

use std::path::Path;

use super::server::{cli, ready, terminate};

const ERASED: &str = "boris.erased@people.example";
const KEPT: &str = "anna.kept@people.example";

fn holds(file: &Path, text: &str) -> bool {
    std::fs::read(file).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_backup_put_back_forgets_whom_it_was_told_to_forget_since() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let (first, second) = (path("first"), path("second"));
    let (server, _) = ready(&first);
    let create = |email: &str| {
        let made = cli(&first, &["users", "create", "--name", "Somebody", "--email", email]);
        made["user_id"].as_str().unwrap().to_owned()
    };
    let (kept, erased) = (create(KEPT), create(ERASED));
    cli(&first, &["backup", &text("copy")]);
    cli(&first, &["users", "erase", &erased]);
    let both = cli(&first, &["backup", &text("later"), "--keys", &text("keys")]);
    assert_eq!(both["keys_bytes"], std::fs::metadata(path("keys")).unwrap().len());
    let acts = cli(&first, &["audit"])["items"].to_string();
    assert!(acts.contains("\"store.copied\"") && acts.contains("\"store.keys_copied\""), "{acts}");
    terminate(server);
    for file in ["copy", "later", "keys"] {
        for value in [KEPT, ERASED, "Somebody"] {
            assert!(!holds(&path(file), value), "{value} stands readable in {file}");
        }
    }

    std::fs::create_dir(&second).unwrap();
    std::fs::copy(first.join("master.key"), second.join("master.key")).unwrap();
    let restored = cli(&second, &["restore", &text("copy"), "--keys", &text("keys")]);
    assert_eq!((&restored["people"], &restored["erased_again"]), (&1.into(), &1.into()));
    let (server, _) = ready(&second);
    let shown = |user: &str| cli(&second, &["users", "show", user]).to_string();
    assert!(shown(&kept).contains(KEPT));
    assert!(!shown(&erased).contains(ERASED) && shown(&erased).contains("erased_at"));
    terminate(server);
}
