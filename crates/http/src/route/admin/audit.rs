//! The audit trail: what operators did.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use portico_core::denied::Denied;
use portico_core::noun::audit::{AuditLine, AuditSeq};
use portico_store::Page;
use serde_json::{Value, json};

use super::Answer;
use super::page::Paged;
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

fn view(line: &AuditLine) -> Value {
    let entry = &line.entry;
    json!({
        "seq": line.seq.0,
        "at": rfc3339(entry.at),
        "operator": entry.operator,
        "act": entry.act.as_str(),
        "target": entry.target,
    })
}

/// The trail, latest first, of one target's id or of all.
pub(crate) async fn listed(
    house: &House,
    target: Option<&str>,
    page: Page<AuditSeq>,
) -> Result<Vec<AuditLine>, Denied> {
    house.live.store().audit(target, page).await.map_err(|cause| unavailable(&cause))
}

/// `GET /audit`, all of it or that of one `target`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<AuditSeq>::read_with(&uri, &["target"])?;
    let found = listed(&house, paged.further("target"), paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |line| line.seq.to_string(), view)))
}
