//! Identity checks: what the operator's provider may say of one.

use crate::denied::Denied;
use crate::moment::{Moment, Span};
use crate::noun::kyc::{Kyc, KycLevel, KycStatus};

/// How far the provider's clock may be ahead.
const LEEWAY: Span = Span::minutes(5);

/// What is kept of an identity check that was reported at this moment.
///
/// A check that was passed has a level and a moment: the one given, else now. One that expired keeps
/// both. Of any other only its level is kept. Refusal: `invalid_request` where that contradicts itself
/// or lies in the future or before 2000.
pub fn kyc(
    level: KycLevel,
    status: KycStatus,
    verified_at: Option<Moment>,
    reported_at: Moment,
    now: Moment,
) -> Result<Kyc, Denied> {
    if verified_at.is_some_and(|at| at > now + LEEWAY) {
        return Err(Denied::request("'verified_at' lies in the future"));
    }
    if verified_at.is_some_and(|at| at < EARLIEST) {
        return Err(Denied::request("'verified_at' lies before the year 2000"));
    }
    let reported_at = Some(reported_at);
    match (level, status) {
        (KycLevel::None, KycStatus::Verified | KycStatus::Expired) => {
            Err(Denied::request("a check that was passed has a level: basic or full"))
        }
        (KycLevel::Basic | KycLevel::Full, KycStatus::None) => {
            Err(Denied::request("a check that was not begun has the level none"))
        }
        (_, KycStatus::Verified) => {
            Ok(Kyc { level, status, verified_at: verified_at.or(Some(now)), reported_at })
        }
        (_, KycStatus::Expired) => Ok(Kyc { level, status, verified_at, reported_at }),
        (_, KycStatus::None | KycStatus::Pending | KycStatus::Rejected) if verified_at.is_some() => {
            Err(Denied::request("a check that was not passed has no 'verified_at'"))
        }
        _ => Ok(Kyc { level, status, verified_at: None, reported_at }),
    }
}

/// Whether a report made at this moment says nothing any more, since a newer one is known.
pub fn is_outdated(known: &Kyc, reported_at: Moment) -> bool {
    known.reported_at.is_some_and(|latest| reported_at < latest)
}

/// The first moment of the year 2000.
const EARLIEST: Moment = Moment::from_seconds(946_684_800);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    #[test]
    fn a_passed_check_has_a_level_and_a_moment() {
        let passed = kyc(KycLevel::Full, KycStatus::Verified, None, NOW, NOW).unwrap();
        assert_eq!(passed.verified_at, Some(NOW));
        let then = NOW - Span::days(3);
        assert_eq!(
            kyc(KycLevel::Basic, KycStatus::Verified, Some(then), NOW, NOW).unwrap().verified_at,
            Some(then)
        );
        assert!(kyc(KycLevel::None, KycStatus::Verified, None, NOW, NOW).is_err());
        assert!(kyc(KycLevel::None, KycStatus::Expired, None, NOW, NOW).is_err());
    }

    #[test]
    fn a_check_that_was_not_passed_has_no_moment() {
        for status in [KycStatus::Pending, KycStatus::Rejected] {
            assert_eq!(kyc(KycLevel::Basic, status, None, NOW, NOW).unwrap().verified_at, None);
            assert!(kyc(KycLevel::Basic, status, Some(NOW), NOW, NOW).is_err());
        }
        let none = kyc(KycLevel::None, KycStatus::None, None, NOW, NOW).unwrap();
        assert!(none.says_the_same(&Kyc::default()));
        assert!(kyc(KycLevel::Basic, KycStatus::None, None, NOW, NOW).is_err());
    }

    #[test]
    fn an_absurd_moment_is_refused() {
        for bad in [NOW + Span::minutes(6), Moment::from_seconds(0), Moment::from_millis(i64::MAX)] {
            assert!(kyc(KycLevel::Full, KycStatus::Verified, Some(bad), NOW, NOW).is_err(), "{bad:?}");
        }
        assert!(kyc(KycLevel::Full, KycStatus::Verified, Some(NOW + Span::minutes(5)), NOW, NOW).is_ok());
    }

    #[test]
    fn only_what_was_reported_before_the_latest_report_is_outdated() {
        let known = kyc(KycLevel::Full, KycStatus::Verified, None, NOW, NOW).unwrap();
        let second = Span::seconds(1);
        let outdated = [NOW - second, NOW, NOW + second].map(|at| is_outdated(&known, at));
        assert_eq!(outdated, [true, false, false]);
        assert!(!is_outdated(&Kyc::default(), NOW - second));
    }
}
