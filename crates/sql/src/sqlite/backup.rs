//! Copies of the database, and putting one back.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_store::{Backup, NotCopied, Unavailable};
use rusqlite::{Connection, OpenFlags};

use super::column::{id, moment};
use super::open_error::describe;
use super::statement::{Failure, Read, many, run};
use super::{Sqlite, migrate, person};

/// Marks a file as a copy (`PRAGMA application_id`): "PTCB" for everything else, "PTCK" for keys.
/// Neither opens as a store by mistake.
const COPY: i64 = 0x5054_4342;
const KEYS: i64 = 0x5054_434b;
/// The one table that an ordinary copy leaves out.
const KEY_TABLE: &str = "person_key";

/// Why a copy was not put back. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is a database already.
    #[error("{} is there already; a copy is put back only where nothing is", .0.display())]
    Occupied(PathBuf),
    /// The file is not the copy that it should be.
    #[error("{} is not {what}", path.display())]
    NotACopy {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// The keys were copied before the rest.
    #[error("the keys were copied before the rest: the people that came between would be lost")]
    KeysTooOld,
    /// The system or the database refused.
    #[error("{}: {why}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What it said.
        why: String,
    },
}

/// What was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// How many people are there with their data.
    pub people: usize,
    /// How many were erased after the copy was made, and are so again.
    pub erased: usize,
}

#[async_trait]
impl Backup for Sqlite {
    async fn copy(&self, to: &Path) -> Result<(), NotCopied> {
        Ok(self.copying(to, copy).await?)
    }

    async fn copy_keys(&self, to: &Path) -> Result<(), NotCopied> {
        Ok(self.copying(to, copy_keys).await?)
    }
}

impl Sqlite {
    async fn copying(&self, to: &Path, work: fn(&Connection) -> Read<()>) -> Result<(), Unavailable> {
        let (from, to) = (self.path.clone(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || {
            new_file(&to).map_err(|error| error.to_string())?;
            beside(&from, &to).and_then(|db| work(&db)).map_err(|error| describe(&error))
        });
        copied.await.map_err(|_| Unavailable("a copy was cut short".to_owned()))?.map_err(Unavailable)
    }
}

fn new_file(path: &Path) -> std::io::Result<()> {
    let mut private = OpenOptions::new();
    private.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
    private.open(path).map(drop)
}

/// The new file, with the store beside it as `live`, seen as it is at one moment.
fn beside(from: &Path, to: &Path) -> Read<Connection> {
    let db = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.execute_batch("pragma journal_mode = off; pragma synchronous = off; pragma temp_store = memory")?;
    db.execute("attach ?1 as live", [from.to_string_lossy()])?;
    db.execute_batch("begin")?;
    Ok(db)
}

/// Row by row into a fresh file: what is not copied has never been in it.
fn copy(db: &Connection) -> Read<()> {
    let sql = "select type, name, sql from live.sqlite_schema
        where sql is not null and name not like 'sqlite_%' order by type = 'index'";
    let parts: Vec<(String, String, String)> = {
        let mut parts = db.prepare(sql)?;
        let rows = parts.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect::<Read<_>>()?
    };
    for (kind, name, sql) in parts {
        db.execute_batch(&sql)?;
        if kind == "table" && name != KEY_TABLE {
            db.execute_batch(&format!("insert into main.{name} select * from live.{name}"))?;
        }
    }
    finish(db, COPY)
}

/// The keys, and who was erased: with both, a copy made earlier can be put back as it ought to be.
fn copy_keys(db: &Connection) -> Read<()> {
    db.execute_batch(
        "create table person_key as select user_id, wrapped from live.person_key;
         create table erased as select id, erased_at from live.person where erased_at is not null;
         create unique index person_key_by_person on person_key (user_id);
         create unique index erased_by_person on erased (id)",
    )?;
    finish(db, KEYS)
}

fn finish(db: &Connection, mark: i64) -> Read<()> {
    db.execute_batch("commit; detach live; pragma synchronous = full")?;
    db.pragma_update(None, "application_id", mark)
}

/// Puts a copy and its keys back as the database at `to`, where none is yet.
///
/// Whoever was erased after the copy was made is erased again, and every session has ended: one
/// that was signed out since must not be live again.
///
/// # Errors
/// See [`RestoreError`].
pub fn restore(copy: &Path, keys: &Path, to: &Path, now: Moment) -> Result<Restored, RestoreError> {
    check(copy, COPY, "a backup")?;
    check(keys, KEYS, "a backup of keys")?;
    let failed = |why: String| RestoreError::Failed { path: to.to_owned(), why };
    if to.exists() {
        return Err(RestoreError::Occupied(to.to_owned()));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let restored = (|| {
        new_file(&partial).map_err(|error| failed(error.to_string()))?;
        std::fs::copy(copy, &partial).map_err(|error| failed(error.to_string()))?;
        let mut db = Connection::open(&partial).map_err(|error| failed(describe(&error)))?;
        let restored = put_back(&mut db, keys, now).map_err(|error| failed(describe(&error)))?;
        restored.ok_or(RestoreError::KeysTooOld)
    })();
    let placed = restored.and_then(|restored| {
        // Unlike a rename, a link never replaces what has come between.
        std::fs::hard_link(&partial, to).map_err(|error| failed(error.to_string()))?;
        Ok(restored)
    });
    // What is left of it opens nothing: it is marked as a copy until the last step.
    let _ = std::fs::remove_file(&partial);
    placed
}

fn check(path: &Path, mark: i64, what: &'static str) -> Result<(), RestoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let found = Connection::open_with_flags(path, flags)
        .and_then(|db| db.query_row("pragma application_id", [], |row| row.get::<_, i64>(0)));
    match found {
        Ok(found) if found == mark => Ok(()),
        _ => Err(RestoreError::NotACopy { path: path.to_owned(), what }),
    }
}

/// None where somebody has neither a key nor an end.
fn put_back(db: &mut Connection, keys: &Path, now: Moment) -> Read<Option<Restored>> {
    db.execute_batch("pragma secure_delete = on; pragma synchronous = full")?;
    db.execute("attach ?1 as keys", [keys.to_string_lossy()])?;
    let step = db.transaction()?;
    run(
        &step,
        "insert into main.person_key (user_id, wrapped) select k.user_id, k.wrapped from keys.person_key k
         join person p on p.id = k.user_id where p.erased_at is null",
        [],
    )?;
    let keyless = "select p.id from person p left join main.person_key k on k.user_id = p.id
        where p.erased_at is null and k.user_id is null and p.id not in (select id from keys.erased)";
    if step.query_row(&format!("select exists ({keyless})"), [], |row| row.get(0))? {
        return Ok(None);
    }
    let gone = many(
        &step,
        "select e.id, e.erased_at from keys.erased e join person p on p.id = e.id where p.erased_at is null",
        [],
        |row| Ok((id(row, 0, UserId::from_bytes)?, moment(row, 1)?)),
    )?;
    for (user, at) in &gone {
        match person::erase(&step, *user, *at) {
            Ok(()) => {}
            Err(Failure::Engine(error)) => return Err(error),
            Err(Failure::Refused(_)) => return Ok(None),
        }
    }
    run(
        &step,
        "update session set ended_at = ?1, end_reason = 'revoked', cookie_digest = null where ended_at is null",
        [now.millis()],
    )?;
    let people = step.query_row("select count(*) from main.person_key", [], |row| row.get::<_, i64>(0))?;
    step.commit()?;
    db.execute_batch("detach keys")?;
    db.pragma_update(None, "application_id", migrate::APPLICATION)?;
    Ok(Some(Restored { people: usize::try_from(people).unwrap_or_default(), erased: gone.len() }))
}
