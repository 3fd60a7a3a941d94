//! Levels of authentication: what a session's methods amount to, what a request demands, and what
//! is missing between the two.

use crate::moment::{Moment, Span};
use crate::noun::acr::Acr;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::session::Session;
use crate::scope::ScopeSet;

/// The methods of a passkey that has verified its user: possession of a key, and two factors.
pub const PASSKEY: &str = "pop mfa";

/// What a method proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Something that the person knows.
    Knowledge,
    /// Something that the person has.
    Possession,
}

/// What one method proves. A sign-in at another provider counts as knowledge: what was asked there is
/// not known here, and was a password more often than not.
fn factor(method: &str) -> Option<Factor> {
    match method {
        "pwd" | "fed" => Some(Factor::Knowledge),
        "otp" | "sms" | "pop" => Some(Factor::Possession),
        _ => None,
    }
}

/// Whether these methods, names of RFC 8176 separated by spaces, prove this factor.
pub fn proves(methods: &str, wanted: Factor) -> bool {
    methods.split(' ').any(|method| factor(method) == Some(wanted))
}

/// The level of these methods.
///
/// A key without `mfa`, which is one that has not verified its user, is one factor like any other.
pub fn level(methods: &str) -> Acr {
    let has = |wanted: &str| methods.split(' ').any(|method| method == wanted);
    if has("pop") && has("mfa") {
        return Acr::PhishingResistant;
    }
    match proves(methods, Factor::Knowledge) && proves(methods, Factor::Possession) {
        true => Acr::Two,
        false => Acr::One,
    }
}

/// What marks a method whose way in does not count yet: no factor is called so.
const FRESH: char = '~';

/// These methods, proven by a way in that does not count yet: they sign in, and are no factor.
pub fn fresh(methods: &str) -> String {
    let all = methods.split(' ').filter(|method| *method != "mfa");
    all.map(|method| format!("{FRESH}{method}")).collect::<Vec<_>>().join(" ")
}

/// The methods as others are told of them (`amr`, OIDC Core §2): those that count, or where none does,
/// what there is.
pub fn named(methods: &str) -> Vec<&str> {
    let all = || methods.split(' ').filter(|method| !method.is_empty());
    let counting: Vec<_> = all().filter(|method| !method.starts_with(FRESH)).collect();
    if counting.is_empty() {
        all().map(|method| method.trim_start_matches(FRESH)).collect()
    } else {
        counting
    }
}

/// These methods and those added, each once.
pub fn union(methods: &str, added: &str) -> String {
    let mut all: Vec<&str> = methods.split(' ').filter(|method| !method.is_empty()).collect();
    for method in added.split(' ') {
        if !method.is_empty() && !all.contains(&method) {
            all.push(method);
        }
    }
    all.join(" ")
}

/// The level that `acr_values` asks for (OIDC Core §3.1.2.1): any of the values will do, so the weakest
/// of those known here. Values that are not known demand nothing, as voluntary claims do.
pub fn asked(acr_values: Option<&str>) -> Option<Acr> {
    acr_values.unwrap_or_default().split(' ').filter_map(|value| value.parse().ok()).min()
}

/// The level that the operator demands for one of these scopes.
pub fn demanded(scope: &ScopeSet, catalogue: &[CatalogueEntry]) -> Option<Acr> {
    let entries = catalogue.iter().filter(|entry| scope.has(entry.scope.as_str()));
    entries.filter_map(|entry| entry.acr).max()
}

/// The scopes for which this level is enough.
pub fn open_to(level: Acr, scope: &ScopeSet, catalogue: &[CatalogueEntry]) -> ScopeSet {
    scope.only(|one| {
        let entry = catalogue.iter().find(|entry| entry.scope == *one);
        entry.and_then(|entry| entry.acr).is_none_or(|demanded| demanded <= level)
    })
}

/// What a sign-in has to be, as far as the one there is does not do (RFC 9470 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insufficient {
    /// How strong, where that was asked for.
    pub acr: Option<Acr>,
    /// How recent, where that was asked for.
    pub max_age: Option<Span>,
}

/// Whether the session's sign-in is as strong and as recent as asked, in whole seconds.
pub fn enough(
    session: &Session,
    acr: Option<Acr>,
    max_age: Option<Span>,
    now: Moment,
) -> Result<(), Insufficient> {
    let age = now.seconds() - session.authenticated_at.seconds();
    let stale = max_age.is_some_and(|max_age| age > max_age.as_seconds());
    let weak = acr.is_some_and(|acr| level(&session.method) < acr);
    if stale || weak { Err(Insufficient { acr, max_age }) } else { Ok(()) }
}

/// What a person could prove if asked, by ways in that count by now ([`crate::rule::guard::counts`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Means {
    /// There is a password.
    pub password: bool,
    /// There is a verified address that codes can be sent to.
    pub code: bool,
    /// There is a passkey, and passkeys work at this issuer.
    pub passkey: bool,
}

impl Means {
    /// Those that would help a session of these methods to this level; all false where none would.
    pub fn towards(self, level: Acr, methods: &str) -> Self {
        let weak = self::level(methods) < level;
        let two = weak && level == Acr::Two;
        Self {
            password: self.password && two && !proves(methods, Factor::Knowledge),
            code: self.code && two && !proves(methods, Factor::Possession),
            passkey: self.passkey && weak,
        }
    }

    /// Whether somebody of these reaches two factors, or a passkey; `linked` says that another provider
    /// signs them in.
    pub fn reach_two(self, linked: bool) -> bool {
        self.passkey || self.code && (self.password || linked)
    }

    /// Whether there is anything.
    pub fn any(self) -> bool {
        self.password || self.code || self.passkey
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::catalogue::built_in;
    use crate::rule::sample::{NOW, scopes, session};

    #[test]
    fn two_factors_of_different_kinds_or_a_passkey_are_more_than_one() {
        for one in ["pwd", "otp", "sms", "fed", "otp sms", "pwd fed", "pop", "mfa", "", "new"] {
            assert_eq!(level(one), Acr::One, "{one}");
        }
        for two in ["pwd otp", "sms pwd", "fed otp", "pwd pop"] {
            assert_eq!(level(two), Acr::Two, "{two}");
        }
        for key in [PASSKEY, "pwd pop mfa"] {
            assert_eq!(level(key), Acr::PhishingResistant, "{key}");
        }
    }

    #[test]
    fn a_union_names_each_method_once_and_keeps_their_order() {
        assert_eq!(union("pwd", "otp"), "pwd otp");
        assert_eq!(union("pwd otp", "otp"), "pwd otp");
        assert_eq!(union("", PASSKEY), "pop mfa");
    }

    #[test]
    fn a_way_in_that_does_not_count_yet_is_no_factor_whatever_is_added() {
        for (methods, named_so) in [
            (fresh("otp sms"), vec!["otp", "sms"]),
            (fresh(PASSKEY), vec!["pop"]),
            (union(&fresh("otp"), "pwd"), vec!["pwd"]),
            (union(&fresh(PASSKEY), "pwd"), vec!["pwd"]),
        ] {
            assert_eq!(level(&methods), Acr::One, "{methods}");
            assert_eq!(named(&methods), named_so);
        }
        assert_eq!(level(&union(&fresh("pwd"), "pwd otp")), Acr::Two);
        assert_eq!(named(PASSKEY), ["pop", "mfa"]);
    }

    #[test]
    fn two_factors_are_reached_by_a_passkey_or_by_one_of_each_kind() {
        let none = Means::default();
        let (password, code) = (Means { password: true, ..none }, Means { code: true, ..none });
        let both = Means { code: true, ..password };
        assert!(
            both.reach_two(false) && code.reach_two(true) && Means { passkey: true, ..none }.reach_two(false)
        );
        assert!(!password.reach_two(true) && !code.reach_two(false) && !none.reach_two(true));
    }

    #[test]
    fn any_of_the_asked_values_will_do_and_unknown_ones_ask_nothing() {
        assert_eq!(asked(Some("phr urn:portico:acr:2")), Some(Acr::Two));
        assert_eq!(asked(Some("loa9 phr")), Some(Acr::PhishingResistant));
        assert_eq!(asked(Some("loa9")), None);
        assert_eq!(asked(None), None);
    }

    #[test]
    fn a_scope_demands_what_the_operator_set_and_the_strictest_counts() {
        let mut catalogue = built_in();
        for (name, acr) in [("kyc.status", Acr::Two), ("payment.methods", Acr::PhishingResistant)] {
            catalogue.iter_mut().find(|entry| entry.scope.as_str() == name).unwrap().acr = Some(acr);
        }
        assert_eq!(demanded(&scopes("openid profile.basic"), &catalogue), None);
        assert_eq!(demanded(&scopes("openid kyc.status"), &catalogue), Some(Acr::Two));
        let both = scopes("openid kyc.status payment.methods");
        assert_eq!(demanded(&both, &catalogue), Some(Acr::PhishingResistant));
        assert_eq!(open_to(Acr::Two, &both, &catalogue), scopes("openid kyc.status"));
    }

    #[test]
    fn a_sign_in_is_enough_when_it_is_strong_and_recent_enough() {
        let later = NOW + Span::seconds(30);
        let session = Session { method: "pwd otp".into(), ..session() };
        let age = |seconds| Some(Span::seconds(seconds));
        assert_eq!(enough(&session, Some(Acr::Two), age(30), later), Ok(()));
        assert_eq!(enough(&session, None, None, later), Ok(()));
        let weak = Insufficient { acr: Some(Acr::PhishingResistant), max_age: None };
        assert_eq!(enough(&session, weak.acr, None, later), Err(weak));
        let stale = Insufficient { acr: None, max_age: age(29) };
        assert_eq!(enough(&session, None, stale.max_age, later), Err(stale));
    }

    #[test]
    fn only_what_is_missing_helps() {
        let all = Means { password: true, code: true, passkey: true };
        let code_or_key = Means { password: false, ..all };
        assert_eq!(all.towards(Acr::Two, "pwd"), code_or_key);
        assert_eq!(all.towards(Acr::Two, "fed"), code_or_key);
        assert_eq!(all.towards(Acr::Two, "otp"), Means { code: false, ..all });
        let key = Means { passkey: true, ..Means::default() };
        assert_eq!(all.towards(Acr::PhishingResistant, "pwd otp"), key);
        assert!(!all.towards(Acr::Two, "pwd otp").any());
        assert!(!Means { code: true, ..Means::default() }.towards(Acr::PhishingResistant, "pwd").any());
    }
}
