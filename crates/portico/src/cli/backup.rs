//! `backup` and `restore`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use portico_live::{Clock, SystemClock};
use portico_sql::sqlite::{RestoreError, restore as put_back};
use serde_json::json;

use super::admin::{Admin, Reach};
use super::{Failure, Outcome};
use crate::data::DataFolder;

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    pub(super) reach: Reach,
    #[command(flatten)]
    pub(super) files: BackupFiles,
}

#[derive(Debug, Args)]
pub(super) struct BackupFiles {
    /// The new file for everything but people's keys
    file: PathBuf,
    /// The new file for people's keys. Keep it apart, and let no copy of it live longer than some
    /// days: erasing a person is done when the last copy of the key is gone
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that `backup` wrote
    file: PathBuf,
    /// The file of keys, written by the same or a later `backup`
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The folder to put the database into, where none is yet
    #[arg(long, value_name = "DIR", default_value = "./portico-data")]
    data: PathBuf,
}

/// Fetches both copies. The keys come last, so that nobody in the backup is without one.
pub(super) async fn backup(admin: &Admin, files: BackupFiles) -> Outcome {
    let size = fetch(admin, &["backup"], &files.file).await?;
    let keys = match &files.keys {
        Some(keys) => Some(fetch(admin, &["backup", "keys"], keys).await?),
        None => None,
    };
    Ok(json!({ "file": files.file, "bytes": size, "keys": files.keys, "keys_bytes": keys }))
}

async fn fetch(admin: &Admin, path: &[&str], to: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::Refused(format!("{}: {error}", to.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(failed)?;
    let written = async {
        let mut answer = admin.download(path).await?;
        let mut size = 0;
        while let Some(piece) = answer.next().await? {
            file.write_all(&piece).map_err(failed)?;
            size += piece.len() as u64;
        }
        file.sync_all().map_err(failed)?;
        Ok(size)
    };
    let written = written.await;
    if written.is_err() {
        // Half a copy is none.
        let _ = std::fs::remove_file(to);
    }
    written
}

/// Puts a copy back into a folder from which no server serves.
pub(super) fn restore(restore: Restore) -> Outcome {
    let refused = |error: &dyn std::error::Error| Failure::Refused(error.to_string());
    let folder = DataFolder::open(&restore.data).map_err(|error| refused(&error))?;
    let to = folder.database();
    let restored = put_back(&restore.file, &restore.keys, &to, SystemClock.now());
    let restored = restored.map_err(|error: RestoreError| refused(&error))?;
    Ok(json!({ "database": to, "people": restored.people, "erased_again": restored.erased }))
}
