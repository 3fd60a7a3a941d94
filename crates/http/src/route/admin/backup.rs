//! Copies of the store, streamed to whoever keeps them.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::stream::try_unfold;
use portico_core::denied::{Code, Denied};
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_store::NotCopied;

use super::Answer;
use super::desk::Desk;
use crate::reply::{self, Reply};
use crate::{House, house};

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// `GET /backup`: everything but people's keys.
pub(super) async fn copy(State(house): State<Arc<House>>, desk: Desk) -> Answer {
    let copy = file(async |to: &Path| house.live.store().copy(to).await).await?;
    desk.note(Act::StoreCopied, Target::new(TargetKind::Store, "backup")).await?;
    Ok(streamed(copy))
}

/// `GET /backup/keys`: people's keys, wrapped by the operator's, and who was erased.
pub(super) async fn keys(State(house): State<Arc<House>>, desk: Desk) -> Answer {
    let copy = file(async |to: &Path| house.live.store().copy_keys(to).await).await?;
    desk.note(Act::KeysCopied, Target::new(TargetKind::Store, "keys")).await?;
    Ok(streamed(copy))
}

/// The open file of a copy; it has no name any more.
async fn file(copy: impl AsyncFnOnce(&Path) -> Result<(), NotCopied>) -> Result<File, Denied> {
    let failed = |error: std::io::Error| Denied::unavailable(error.to_string());
    // The folder is the owner's alone, and gone before the first byte leaves: only the open file is left.
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("copy");
    copy(&path).await.map_err(|why| match why {
        NotCopied::ByOtherMeans(means) => Denied::new(Code::Conflict, means),
        NotCopied::Unavailable(cause) => house::unavailable(&cause),
    })?;
    File::open(&path).map_err(failed)
}

fn streamed(file: File) -> Reply {
    let pieces = try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((Bytes::from(piece), file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then_some((piece, file)))
    });
    reply::typed(StatusCode::OK, "application/octet-stream", Body::from_stream(pieces))
}
