//! What consent covers: the one place that says so.

use crate::noun::app::App;
use crate::noun::catalogue::canonical;
use crate::noun::client::{Client, Role};
use crate::noun::consent::{Consents, Decision};
use crate::scope::{Scope, ScopeSet};

/// Whether this app may see what the scope opens, by the person's decisions as they stand.
///
/// `openid` needs no consent. A scope that the manifest does not name is never covered. What
/// the operator has pre-authorised counts as granted until the person says otherwise. A standard
/// OIDC name is covered where the scope that it stands for is.
pub fn covers(app: &App, consents: &Consents, scope: &Scope) -> bool {
    if scope.is_openid() {
        return true;
    }
    let name = canonical(scope.as_str());
    if name != scope.as_str() {
        return name.parse().is_ok_and(|scope| covers(app, consents, &scope));
    }
    app.names(scope)
        && match consents.of(scope) {
            Some(Decision::Granted) => true,
            Some(Decision::Refused | Decision::Withdrawn) => false,
            None => app.preauthorised.contains(scope),
        }
}

/// The part of the scopes that is covered now.
///
/// A host's own tokens speak for the person and need no consent.
pub fn covered(client: &Client, consents: &Consents, scope: &ScopeSet) -> ScopeSet {
    match &client.role {
        Role::Host(_) => scope.clone(),
        Role::App(app) => scope.only(|scope| covers(app, consents, scope)),
    }
}

/// The scopes that the person has not decided about and nobody has decided for them.
pub fn undecided(app: &App, consents: &Consents, scope: &ScopeSet) -> ScopeSet {
    scope.only(|scope| {
        !scope.is_openid() && consents.of(scope).is_none() && !app.preauthorised.contains(scope)
    })
}

/// Everything the app may see now, `openid` first.
pub fn standing(app: &App, consents: &Consents) -> ScopeSet {
    app.manifest_scope().only(|scope| covers(app, consents, scope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::{app, client, consents, scopes};

    #[test]
    fn only_what_is_granted_and_named_is_covered() {
        let taxi = client("org.example.taxi");
        let said = consents(&[
            ("profile.basic", Decision::Granted),
            ("phone.verified", Decision::Refused),
            ("kyc.status", Decision::Granted),
        ]);
        let asked = scopes("openid profile.basic phone.verified email.verified kyc.status");
        assert_eq!(covered(&taxi, &said, &asked), scopes("openid profile.basic"));
        assert_eq!(undecided(app(&taxi), &said, &asked), scopes("email.verified"));
    }

    #[test]
    fn a_standard_name_is_covered_with_what_it_stands_for() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted), ("address.list", Decision::Granted)]);
        assert_eq!(covered(&taxi, &said, &scopes("profile email address")), scopes("profile"));
    }

    #[test]
    fn a_withdrawal_overrides_what_the_operator_allowed() {
        let mut taxi = client("org.example.taxi");
        if let Role::App(app) = &mut taxi.role {
            app.preauthorised = scopes("profile.basic");
        }
        let asked = scopes("profile.basic");
        assert_eq!(covered(&taxi, &Consents::default(), &asked), asked);
        let said = consents(&[("profile.basic", Decision::Withdrawn)]);
        assert!(covered(&taxi, &said, &asked).is_empty());
    }
}
