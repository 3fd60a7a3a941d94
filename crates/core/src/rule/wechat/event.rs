//! What back ends that ask for it are told of the data that a person let them see.

use crate::noun::app::App;
use crate::noun::consent::Consents;
use crate::noun::delivery::DataEventKind;
use crate::rule::cover;
use crate::scope::{Scope, ScopeSet};

/// `RevokeInfo` for everything at once.
pub const ALL: u16 = 301;

/// The scopes that WeChat has a number for, with the claims behind each.
const NUMBERS: [(&str, u16, &[&str]); 4] = [
    ("address.list", 2, &["addresses", "address"]),
    ("profile.basic", 6, &["name", "picture"]),
    ("phone.verified", 8, &["phone_number"]),
    ("email.verified", 16, &["email"]),
];

/// One thing to tell an app.
pub type News = (DataEventKind, u16);

/// What an app is told when it may no longer see these, and `left` is what it may: one event for each that has a
/// number, or one for everything where several went and nothing is left.
pub fn withdrawn(removed: &ScopeSet, left: &ScopeSet) -> Vec<News> {
    let nothing_left = left.iter().all(Scope::is_openid);
    if nothing_left && removed.len() > 1 && NUMBERS.iter().any(|(scope, ..)| removed.has(scope)) {
        return vec![(DataEventKind::Revoked, ALL)];
    }
    let numbers = NUMBERS.iter().filter(|(scope, ..)| removed.has(scope));
    numbers.map(|(_, number, _)| (DataEventKind::Revoked, *number)).collect()
}

/// What an app is told when these claims are others than before, of those that it may see.
pub fn modified(app: &App, consents: &Consents, claims: &[String]) -> Vec<News> {
    let sees = cover::standing(app, consents);
    let changed = |names: &[&str]| names.iter().any(|name| claims.iter().any(|claim| claim == name));
    let numbers = NUMBERS.iter().filter(|(scope, _, names)| sees.has(scope) && changed(names));
    numbers.map(|(_, number, _)| (DataEventKind::Modified, *number)).collect()
}

/// What an app is told when the person is gone.
pub fn gone() -> Vec<News> {
    vec![(DataEventKind::Cancelled, ALL)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::consent::Decision;
    use crate::rule::sample::{app, client, consents, scopes};

    #[test]
    fn each_permission_that_is_withdrawn_has_its_number() {
        let all = "openid address.list email.verified phone.verified profile.basic union_id kyc.status";
        let told = |removed, left| withdrawn(&scopes(removed), &scopes(left));
        let numbers: Vec<_> = told(all, "profile.family").into_iter().map(|(_, number)| number).collect();
        assert_eq!(numbers, [2, 6, 8, 16]);
        assert_eq!(told("phone.verified", "openid"), [(DataEventKind::Revoked, 8)]);
        assert!(told("kyc.status union_id", "openid").is_empty());
    }

    #[test]
    fn whoever_withdraws_everything_at_once_is_told_of_once() {
        let everything = [(DataEventKind::Revoked, 301)];
        for removed in ["phone.verified profile.basic", "phone.verified union_id"] {
            assert_eq!(withdrawn(&scopes(removed), &scopes("openid")), everything, "{removed}");
        }
    }

    #[test]
    fn an_app_is_told_of_changes_of_what_it_may_see_alone() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted), ("phone.verified", Decision::Withdrawn)]);
        let claims = ["name", "picture", "phone_number", "email"].map(str::to_owned);
        assert_eq!(modified(app(&taxi), &said, &claims), [(DataEventKind::Modified, 6)]);
        assert!(modified(app(&taxi), &said, &claims[2..]).is_empty());
    }

    #[test]
    fn whoever_is_gone_takes_everything_along() {
        assert_eq!(gone(), [(DataEventKind::Cancelled, 301)]);
    }
}
