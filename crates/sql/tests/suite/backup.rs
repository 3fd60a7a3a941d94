//! Copies: without people's keys, and put back with them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use portico_core::Change;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::agreement::Agreement;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_core::noun::session::{EndReason, Session};
use portico_sql::sqlite::{RestoreError, Restored, Sqlite, SqliteOptions, restore};
use portico_store::{Backup, Commit, Read};

use crate::runtime;

const KEY: &[u8] = b"the wrapped key of one person, long enough to be found";

fn user(number: u8) -> UserId {
    UserId::from_bytes([number; 16])
}

fn at(seconds: i64) -> Moment {
    Moment::from_seconds(1_700_000_000 + seconds)
}

fn created(number: u8) -> Change {
    let person = Person {
        id: user(number),
        created_at: at(0),
        blocked_at: None,
        erased_at: None,
        password: None,
        wrapped_key: [KEY, &[number]].concat(),
        sealed_profile: vec![number; 40],
    };
    let handle = Handle { kind: HandleKind::Email, index: [number; 32], verified: true };
    Change::PersonCreated { person, handles: vec![handle] }
}

fn begun(number: u8) -> Change {
    Change::SessionStarted(Session {
        id: SessionId::from_bytes([number; 16]),
        user: user(number),
        client: "north-host".parse().unwrap(),
        started_at: at(0),
        used_at: at(0),
        authenticated_at: at(0),
        method: "pwd".to_owned(),
        sealed_label: vec![],
        cookie_digest: Some([number; 32]),
        expires_at: at(1_000_000),
        ended: None,
    })
}

fn app() -> ClientId {
    "north.taxi".parse().unwrap()
}

/// The person's OpenID at the app came from elsewhere.
fn imported(number: u8) -> Change {
    Change::Linked(Link {
        issuer: app_issuer(&app()),
        subject_index: [number; 32],
        user: user(number),
        proof: LinkProof::Import,
        linked_at: at(0),
        open_id: Some(vec![number; 30]),
    })
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, SqliteOptions::default()).unwrap()
}

fn holds(path: &Path, what: &[u8]) -> bool {
    std::fs::read(path).unwrap().windows(what.len()).any(|window| window == what)
}

#[test]
fn a_copy_holds_everything_but_the_keys_and_is_put_back_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let runtime = runtime();
    let store = open(&path("portico.db"));
    runtime.block_on(async {
        store.commit(vec![created(1), created(2), begun(1), begun(2)]).await.unwrap();
        let agreed = Agreement { from: app(), to: "south.food".parse().unwrap(), registered_at: at(0) };
        let agreed = Change::AgreementRegistered(agreed);
        store.commit(vec![imported(1), imported(2), agreed]).await.unwrap();
        store.copy(&path("copy")).await.unwrap();
        store.commit(vec![Change::PersonErased { user: user(2), at: at(9) }]).await.unwrap();
        store.copy_keys(&path("keys")).await.unwrap();
    });
    assert!(!holds(&path("copy"), KEY) && holds(&path("keys"), KEY));
    assert!(!holds(&path("keys"), &[KEY, &[2]].concat()));
    for name in ["copy", "keys"] {
        assert_eq!(path(name).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    let restored = restore(&path("copy"), &path("keys"), &path("back.db"), at(20)).unwrap();
    assert_eq!(restored, Restored { people: 1, erased: 1 });
    let back = open(&path("back.db"));
    runtime.block_on(async {
        assert_eq!(back.person(user(1)).await, store.person(user(1)).await);
        let gone = back.person(user(2)).await.unwrap().unwrap();
        assert_eq!((gone.erased_at, gone.sealed_profile.len()), (Some(at(9)), 0));
        assert_eq!(back.person_by_handle(HandleKind::Email, &[2; 32]).await, Ok(None));
        assert_eq!(back.person_by_handle(HandleKind::Email, &[1; 32]).await, Ok(Some(user(1))));
        let session = back.session(SessionId::from_bytes([1; 16])).await.unwrap().unwrap();
        assert_eq!(session.ended.map(|ended| (ended.at, ended.reason)), Some((at(20), EndReason::Revoked)));
        assert_eq!(back.open_id(user(1), &app()).await, Ok(Some(vec![1; 30])));
        assert_eq!(back.open_id(user(2), &app()).await, Ok(None));
        assert!(back.agreement(&app(), &"south.food".parse().unwrap()).await.unwrap().is_some());
        assert!(back.commit(vec![imported(1)]).await.is_err(), "what is unique is so again");
        back.commit(vec![created(3), imported(3)]).await.unwrap();
    });
}

#[test]
fn what_does_not_fit_is_not_put_back_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let runtime = runtime();
    let store = open(&path("portico.db"));
    runtime.block_on(async {
        store.commit(vec![created(1)]).await.unwrap();
        store.copy_keys(&path("old keys")).await.unwrap();
        store.commit(vec![created(2)]).await.unwrap();
        store.copy(&path("copy")).await.unwrap();
        store.copy_keys(&path("keys")).await.unwrap();
        assert!(store.copy(&path("copy")).await.is_err(), "nothing is overwritten");
    });
    let attempt = |copy: &str, keys: &str, to: &str| restore(&path(copy), &path(keys), &path(to), at(1));
    assert!(matches!(attempt("copy", "old keys", "new"), Err(RestoreError::KeysTooOld)));
    assert!(matches!(attempt("keys", "copy", "new"), Err(RestoreError::NotACopy { .. })));
    assert!(matches!(attempt("copy", "copy", "new"), Err(RestoreError::NotACopy { .. })));
    assert!(matches!(attempt("portico.db", "keys", "new"), Err(RestoreError::NotACopy { .. })));
    assert!(matches!(attempt("none", "keys", "new"), Err(RestoreError::NotACopy { .. })));
    assert!(matches!(attempt("copy", "keys", "portico.db"), Err(RestoreError::Occupied(_))));
    assert!(!path("new").exists() && !path("new.partial").exists());
    assert_eq!(attempt("copy", "keys", "new").unwrap(), Restored { people: 2, erased: 0 });
}

#[test]
fn a_copy_does_not_open_as_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let store = open(&folder.path().join("portico.db"));
    runtime().block_on(store.copy(&copy)).unwrap();
    assert!(Sqlite::open(&copy, SqliteOptions::default()).is_err());
}
