//! The data folder: the database, the operator's key, the admin token, and who serves from it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use portico_seal::{Chance, MasterKey, Secret, secret};
use serde::{Deserialize, Serialize};

/// The database of the embedded store.
pub(crate) const DATABASE: &str = "portico.db";
/// The operator's key.
pub(crate) const MASTER_KEY: &str = "master.key";
const ADMIN_TOKEN: &str = "admin.token";
const SERVER: &str = "server.json";

/// Why the data folder cannot be used, in one line.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The system refused.
    #[error("cannot {what} {}: {error}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another process serves from the folder.
    #[error("another portico serves from {} already", .0.display())]
    InUse(PathBuf),
    /// The store is sealed, and its key is not there.
    #[error("the store is sealed and its master key {} is missing", .0.display())]
    NoMasterKey(PathBuf),
    /// The key file holds no key.
    #[error("{} is not a master key: it must be 32 bytes as one line of base64", .0.display())]
    NotAMasterKey(PathBuf),
    /// The token file holds no token.
    #[error("{} is not an admin token; remove it to have a new one made at the next start", .0.display())]
    NotAToken(PathBuf),
    /// Nobody serves from the folder.
    #[error("no portico serves from {}: start one, or give --data DIR or --admin-url URL", .0.display())]
    NotServing(PathBuf),
}

type Done<T> = Result<T, DataError>;

/// A data folder that this process serves from. No other process does as long as this is held.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    note: File,
}

/// The operator's key.
pub struct Master {
    /// It opens the store.
    pub key: MasterKey,
    /// The file that was made for it at this start, if there was none.
    pub made: Option<PathBuf>,
}

/// What a server writes down so that commands on the same machine find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerNote {
    /// Where its admin API is.
    pub admin_url: String,
    /// Its process.
    pub pid: u32,
}

/// The operator's key in a file.
pub fn master_key(path: &Path) -> Done<MasterKey> {
    let text = read_secret(path)?.ok_or_else(|| DataError::NoMasterKey(path.into()))?;
    MasterKey::parse(text.expose()).map_err(|_| DataError::NotAMasterKey(path.into()))
}

impl DataFolder {
    /// Takes the folder for this process, making it (mode 0700) where there is none.
    ///
    /// Fails if it cannot be written to, or if another process holds it.
    pub fn open(path: &Path) -> Done<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed("make the data folder", path))?;
        let file = path.join(SERVER);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let note = options.open(&file).map_err(failed("write", &file))?;
        match note.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataError::InUse(path.into())),
            Err(TryLockError::Error(error)) => return Err(failed("lock", &file)(error)),
        }
        note.set_len(0).map_err(failed("write", &file))?;
        Ok(Self { path: path.into(), note })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file, unless the configuration names another.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The operator's key, from `file` or from the folder.
    ///
    /// Where there is no such file, one is made (mode 0600), but only for a store that is not
    /// `sealed` under a key already.
    pub fn master_key(&self, file: Option<&Path>, sealed: bool, chance: &dyn Chance) -> Done<Master> {
        let path = file.map_or_else(|| self.path.join(MASTER_KEY), Path::to_owned);
        let made =
            !sealed && !path.exists() && write_new(&path, MasterKey::generate(chance).to_text().expose())?;
        Ok(Master { key: master_key(&path)?, made: made.then_some(path) })
    }

    /// The token of the admin API; made (256 bits, mode 0600) at the first start.
    pub fn admin_token(&self, chance: &dyn Chance) -> Done<Secret> {
        let path = self.path.join(ADMIN_TOKEN);
        if !path.exists() {
            write_new(&path, &format!("{}\n", secret(chance).expose()))?;
        }
        read_admin_token(&self.path)?.ok_or(DataError::NotAToken(path))
    }

    /// Writes down where this server's admin API is.
    pub fn note_server(&self, admin_url: &str) -> Done<()> {
        let note = ServerNote { admin_url: admin_url.to_owned(), pid: std::process::id() };
        let text = serde_json::to_vec(&note).expect("a note is plain data");
        let written = (|| {
            let mut file = &self.note;
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&text)
        })();
        written.map_err(failed("write", &self.path.join(SERVER)))
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // The lock goes with the file; an empty note only spares a reader the look at the lock.
        let _ = self.note.set_len(0);
    }
}

/// Where the server is that serves from this folder, and the token its admin API takes.
pub fn find_server(path: &Path) -> Done<(ServerNote, Secret)> {
    let not_serving = || DataError::NotServing(path.into());
    let file = path.join(SERVER);
    let mut note = match File::open(&file) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_serving()),
        Err(error) => return Err(failed("read", &file)(error)),
    };
    // A lock that can be had is held by no server: what is written there is left over.
    if note.try_lock_shared().is_ok() {
        return Err(not_serving());
    }
    let mut text = String::new();
    note.read_to_string(&mut text).map_err(failed("read", &file))?;
    let note = serde_json::from_str(&text).map_err(|_| not_serving())?;
    let token = read_admin_token(path)?.ok_or_else(|| DataError::NotAToken(path.join(ADMIN_TOKEN)))?;
    Ok((note, token))
}

fn read_admin_token(folder: &Path) -> Done<Option<Secret>> {
    let Some(text) = read_secret(&folder.join(ADMIN_TOKEN))? else { return Ok(None) };
    let token = text.expose().trim();
    let fits = token.len() >= 32 && token.bytes().all(|b| b.is_ascii_graphic());
    Ok(fits.then(|| Secret::from(token.to_owned())))
}

fn read_secret(path: &Path) -> Done<Option<Secret>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Secret::from(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Removes the file of a key that nothing is sealed under.
pub(crate) fn remove_useless(path: &Path) -> Done<()> {
    std::fs::remove_file(path).map_err(failed("remove", path))
}

/// Writes a file that is there whole or not at all, and never over one that is there already. Answers
/// whether it was not.
fn write_new(path: &Path, text: &str) -> Done<bool> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = (|| {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let new = match std::fs::hard_link(&partial, path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(new)
    })();
    // What is left of a failed attempt is no key: nothing is lost if it stays.
    let _ = std::fs::remove_file(&partial);
    written.map_err(failed("write", path))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataError + use<> {
    let path = path.to_owned();
    move |error| DataError::Io { what, path, error }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use portico_seal::SystemChance;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_and_its_secrets_are_the_owners_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("new");
        let folder = DataFolder::open(&path).unwrap();
        folder.master_key(None, false, &SystemChance).unwrap();
        folder.admin_token(&SystemChance).unwrap();
        assert_eq!(mode(&path), 0o700);
        let mut names = vec![];
        for entry in std::fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(&entry.path()), 0o600);
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["admin.token", "master.key", "server.json"]);
    }

    #[test]
    fn key_and_token_are_the_same_at_the_next_start() {
        let temporary = tempfile::tempdir().unwrap();
        let start = || {
            let folder = DataFolder::open(temporary.path()).unwrap();
            let key = folder.master_key(None, false, &SystemChance).unwrap();
            (key.key.check_value(), folder.admin_token(&SystemChance).unwrap().expose().to_owned())
        };
        assert_eq!(start(), start());
    }

    #[test]
    fn a_key_that_was_there_is_not_one_that_was_made() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        let file = temporary.path().join(MASTER_KEY);
        let made = || folder.master_key(None, false, &SystemChance).unwrap().made;
        assert_eq!(made(), Some(file.clone()));
        assert_eq!(made(), None);
        remove_useless(&file).unwrap();
        assert_eq!(made(), Some(file));
    }

    #[test]
    fn a_sealed_store_gets_no_new_key() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        let refused = folder.master_key(None, true, &SystemChance);
        assert!(matches!(refused, Err(DataError::NoMasterKey(_))));
        assert!(!temporary.path().join(MASTER_KEY).exists());
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_left_as_it_is() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        let file = temporary.path().join("other.key");
        std::fs::write(&file, "not a key").unwrap();
        let refused = folder.master_key(Some(&file), false, &SystemChance);
        assert!(matches!(refused, Err(DataError::NotAMasterKey(_))));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a key");
    }

    #[test]
    fn two_servers_do_not_share_a_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let first = DataFolder::open(temporary.path()).unwrap();
        assert!(matches!(DataFolder::open(temporary.path()), Err(DataError::InUse(_))));
        drop(first);
        DataFolder::open(temporary.path()).unwrap();
    }

    #[test]
    fn a_server_is_found_while_it_serves_and_not_after() {
        let temporary = tempfile::tempdir().unwrap();
        assert!(matches!(find_server(temporary.path()), Err(DataError::NotServing(_))));
        let folder = DataFolder::open(temporary.path()).unwrap();
        let token = folder.admin_token(&SystemChance).unwrap();
        assert!(matches!(find_server(temporary.path()), Err(DataError::NotServing(_))));
        folder.note_server("http://127.0.0.1:8081").unwrap();
        let (note, found) = find_server(temporary.path()).unwrap();
        assert_eq!(note, ServerNote { admin_url: "http://127.0.0.1:8081".into(), pid: std::process::id() });
        assert_eq!(found.expose(), token.expose());
        drop(folder);
        assert!(matches!(find_server(temporary.path()), Err(DataError::NotServing(_))));
    }

    #[test]
    fn a_note_left_by_a_killed_server_finds_nobody() {
        let temporary = tempfile::tempdir().unwrap();
        let note = r#"{"admin_url":"http://127.0.0.1:1","pid":1}"#;
        std::fs::write(temporary.path().join(SERVER), note).unwrap();
        assert!(matches!(find_server(temporary.path()), Err(DataError::NotServing(_))));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_one_clear_line() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("file");
        std::fs::write(&file, "").unwrap();
        let line = DataFolder::open(&file.join("data")).unwrap_err().to_string();
        assert!(line.starts_with("cannot make the data folder") && !line.contains('\n'), "{line}");
    }
}
