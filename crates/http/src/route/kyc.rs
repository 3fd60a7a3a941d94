//! What the operator's provider says of a person's identity check.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::moment::Moment;
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
///
/// `sent_at` is when the report was made, in whole seconds; one older than the latest changes nothing.
/// Without it the report is of now and stands whatever is known.
pub async fn reported(
    live: &Live,
    user: UserId,
    report: &Report,
    sent_at: Option<Moment>,
) -> Result<(Vec<Change>, Kyc), Denied> {
    let wrong = || Denied::request("'verified_at' must be a moment such as 2026-11-21T14:05:00Z");
    let verified_at = report.verified_at.as_deref().map(|text| when::parse(text).ok_or_else(wrong));
    let now = live.now();
    let made_at = sent_at.unwrap_or_else(|| Moment::from_seconds(now.seconds()));
    let kyc = rule::kyc(report.level, report.status, verified_at.transpose()?, made_at, now)?;
    let person = live.person(user).await.map_err(|cause| unavailable(&cause))?;
    let nobody = || Denied::not_found("there is none of this id");
    let person = person.filter(|person| person.person.erased_at.is_none()).ok_or_else(nobody)?;
    let known = person.profile.kyc;
    if sent_at.is_some_and(|at| rule::is_outdated(&known, at)) {
        return Ok((vec![], known));
    }
    let after = Profile { kyc, ..person.profile.clone() };
    // A person who is suspended may be checked all the same.
    let mut changes = rewrite::changes(live, &person, &after)?;
    changes.retain(|change| !matches!(change, Change::PersonHeld { .. }));
    Ok((changes, kyc))
}
