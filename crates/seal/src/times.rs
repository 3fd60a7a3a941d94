//! The dates in a token's claims.

use portico_core::moment::{Moment, Span};
use serde_json::Value;

use crate::NotVerified;

/// The end of the year 9999, in seconds: a later NumericDate is an error, not a date.
const LAST_DATE: f64 = 253_402_300_799.0;

/// Whether the claims are of this moment: `exp` is there and has not passed, `nbf` and `iat`, if there,
/// are not in the future, each by no more than `leeway` (RFC 7519 §4.1).
pub fn check_times(claims: &Value, now: Moment, leeway: Span) -> Result<(), NotVerified> {
    let expires = date(claims, "exp")?.ok_or(NotVerified::Dates)?;
    let issued = date(claims, "iat")?;
    if issued.is_some_and(|issued| expires < issued) {
        return Err(NotVerified::Dates);
    }
    if expires + leeway <= now {
        return Err(NotVerified::Expired);
    }
    let starts = [issued, date(claims, "nbf")?];
    if starts.into_iter().flatten().any(|start| start > now + leeway) {
        return Err(NotVerified::NotYet);
    }
    Ok(())
}

/// A NumericDate (RFC 7519 §2), which may have a fraction; `None` if the claim is not there.
fn date(claims: &Value, name: &str) -> Result<Option<Moment>, NotVerified> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds =
        value.as_f64().filter(|seconds| (0.0..=LAST_DATE).contains(seconds)).ok_or(NotVerified::Dates)?;
    Ok(Some(Moment::from_millis((seconds * 1000.0) as i64)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_lives_from_its_issue_to_its_expiry_give_or_take_the_leeway() {
        let claims = json!({"iat": 1000, "nbf": 1000, "exp": 1300.5});
        let at = |seconds| check_times(&claims, Moment::from_seconds(seconds), Span::seconds(10));
        assert_eq!(at(989), Err(NotVerified::NotYet));
        assert_eq!(at(990), Ok(()));
        assert_eq!(at(1310), Ok(()));
        assert_eq!(at(1311), Err(NotVerified::Expired));
        let exact = check_times(&json!({"exp": 1300}), Moment::from_seconds(1300), Span::ZERO);
        assert_eq!(exact, Err(NotVerified::Expired));
    }

    #[test]
    fn dates_that_make_no_sense_are_refused() {
        for claims in [
            json!({}),
            json!({"iat": 1}),
            json!({"exp": "1300"}),
            json!({"exp": null}),
            json!({"exp": -1}),
            json!({"exp": 1e300}),
            json!({"exp": u64::MAX}),
            json!({"exp": 1300, "iat": 1301}),
            json!({"exp": 1300, "iat": "1000"}),
            json!({"exp": 1300, "nbf": [1000]}),
            json!([1300]),
        ] {
            let checked = check_times(&claims, Moment::from_seconds(1200), Span::seconds(10));
            assert_eq!(checked, Err(NotVerified::Dates), "{claims}");
        }
    }
}
