//! What the operator's provider says of a person's identity check.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::kyc::{Kyc, KycLevel, KycStatus};
use portico_core::noun::person::Profile;
use portico_core::rule::profile::kyc as rule;
use portico_live::Live;
use serde::Deserialize;

use super::rewrite;
use crate::house::unavailable;
use crate::when;

/// An identity check as it is reported; the moment by RFC 3339.
#[derive(Deserialize)]
pub struct Report {
    level: KycLevel,
    status: KycStatus,
    #[serde(default)]
    verified_at: Option<String>,
}

/// The changes by which a person's identity check is what the report says, and what it is then; no
/// changes if it was so already.
pub async fn reported(live: &Live, user: UserId, report: &Report) -> Result<(Vec<Change>, Kyc), Denied> {
    let wrong = || Denied::request("'verified_at' must be a moment such as 2026-11-21T14:05:00Z");
    let verified_at = report.verified_at.as_deref().map(|text| when::parse(text).ok_or_else(wrong));
    let kyc = rule::kyc(report.level, report.status, verified_at.transpose()?, live.now())?;
    let person = live.person(user).await.map_err(|cause| unavailable(&cause))?;
    let nobody = || Denied::not_found("there is none of this id");
    let person = person.filter(|person| person.person.erased_at.is_none()).ok_or_else(nobody)?;
    let after = Profile { kyc, ..person.profile.clone() };
    // A person who is suspended may be checked all the same.
    let mut changes = rewrite::changes(live, &person, &after)?;
    changes.retain(|change| !matches!(change, Change::PersonHeld { .. }));
    Ok((changes, kyc))
}
