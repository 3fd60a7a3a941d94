//! Signing in by the assertion of a trusted issuer (RFC 7521, RFC 7523).

use serde::Deserialize;

use crate::denied::Denied;
use crate::moment::{Moment, Span};
use crate::noun::host::TrustedIssuer;
use crate::noun::person::{Contact, Profile};
use crate::rule::readable::is_control;
use crate::rule::{card, contact};

/// How long an assertion may live.
pub const LONGEST: Span = Span::minutes(5);
/// How far two clocks may be apart.
pub const LEEWAY: Span = Span::seconds(30);

/// The claims of an assertion whose signature has been checked.
#[derive(Clone, Deserialize)]
pub struct Assertion {
    /// Who signed it.
    pub iss: String,
    /// For whom it is: one audience or several.
    #[serde(default)]
    pub aud: Audience,
    /// When it expires, in seconds.
    pub exp: i64,
    /// When it was signed, in seconds.
    pub iat: Option<i64>,
    /// When it begins to be good, in seconds.
    pub nbf: Option<i64>,
    /// Its unique id.
    pub jti: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `picture`.
    pub picture: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `email_verified`.
    #[serde(default)]
    pub email_verified: bool,
    /// `phone_number`.
    pub phone_number: Option<String>,
    /// `phone_number_verified`.
    #[serde(default)]
    pub phone_number_verified: bool,
}

/// The `aud` claim (RFC 7519 §4.1.3).
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// Missing.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// Whether this audience is among them.
    pub fn names(&self, audience: &str) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

/// Checks everything about an assertion but its signature and whether it was used before.
/// Answers its `jti` and the moment when the memory of it may go.
///
/// Every refusal is `invalid_grant` (RFC 7523 §3.1).
pub fn check<'a>(
    assertion: &'a Assertion,
    trusted: &TrustedIssuer,
    issuer: &str,
    now: Moment,
) -> Result<(&'a str, Moment), Denied> {
    let bad = |text: &'static str| Err(Denied::grant(text));
    if assertion.iss != trusted.issuer {
        return bad("the assertion's issuer is not one that this host trusts");
    }
    if !assertion.aud.names(trusted.audience.as_deref().unwrap_or(issuer)) {
        return bad("the assertion is for another audience");
    }
    let Some(jti) = assertion.jti.as_deref().filter(|jti| (1..=256).contains(&jti.len())) else {
        return bad("the assertion has no usable jti");
    };
    let texts = [&assertion.name, &assertion.picture, &assertion.email, &assertion.phone_number];
    if texts.into_iter().flatten().any(|text| text.chars().any(is_control)) {
        return bad("a claim of the assertion holds a control character");
    }
    let expires = Moment::from_seconds(assertion.exp);
    if now >= expires + LEEWAY {
        return bad("the assertion has expired");
    }
    let issued = assertion.iat.map_or(now, Moment::from_seconds);
    if issued > now + LEEWAY || assertion.nbf.is_some_and(|nbf| Moment::from_seconds(nbf) > now + LEEWAY) {
        return bad("the assertion is not good yet");
    }
    if expires - issued > LONGEST || expires > now + LONGEST + LEEWAY {
        return bad("the assertion lives longer than five minutes");
    }
    Ok((jti, expires + LEEWAY))
}

/// What the assertion may add to a profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Free {
    /// Whether the asserted e-mail address is no other person's.
    pub email: bool,
    /// Whether the asserted phone number is no other person's.
    pub phone: bool,
}

/// Fills what the profile lacks; answers whether anything was.
///
/// What is there stays, and an address of another person is not taken over. A claim that holds a card
/// number is left out.
pub fn fill(profile: &mut Profile, assertion: &Assertion, free: Free, now: Moment) -> bool {
    let before = profile.clone();
    let fits = |text: &String| !text.is_empty() && text.chars().count() <= 200 && !card::holds(text);
    let text = |text: &Option<String>| text.clone().filter(fits);
    profile.name = profile.name.take().or_else(|| text(&assertion.name));
    let picture = text(&assertion.picture).filter(|url| url.starts_with("https://"));
    profile.picture = profile.picture.take().or(picture);
    let proven = |value: String, verified: bool| Contact { value, verified_at: verified.then_some(now) };
    // What could not be proven by a code is not taken from others either.
    let email = text(&assertion.email).and_then(|email| contact::email(&email, true).ok());
    if let Some(email) = email.filter(|_| free.email && profile.emails.is_empty()) {
        profile.emails.push(proven(email, assertion.email_verified));
    }
    if let Some(phone) = text(&assertion.phone_number).filter(|_| free.phone && profile.phones.is_empty()) {
        profile.phones.push(proven(phone, assertion.phone_number_verified));
    }
    *profile != before
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::client::KeySource;
    use crate::rule::sample::NOW;

    const ISSUER: &str = "https://portico.example";

    fn trusted() -> TrustedIssuer {
        TrustedIssuer {
            issuer: "https://super.example".into(),
            keys: KeySource::Jwks(serde_json::json!({"keys": []})),
            audience: None,
            user_claim: "sub".into(),
        }
    }

    fn assertion(change: serde_json::Value) -> Assertion {
        let mut claims = serde_json::json!({
            "iss": "https://super.example", "aud": ISSUER, "sub": "42", "jti": "one",
            "iat": NOW.seconds(), "exp": NOW.seconds() + 300,
            "name": "Ana", "email": "ana@example.org", "email_verified": true,
        });
        for (key, value) in change.as_object().unwrap() {
            claims[key] = value.clone();
        }
        serde_json::from_value(claims).unwrap()
    }

    fn ok(change: serde_json::Value) -> bool {
        check(&assertion(change), &trusted(), ISSUER, NOW).is_ok()
    }

    #[test]
    fn each_check_refuses_what_it_is_for() {
        use serde_json::json;
        let s = NOW.seconds();
        assert!(ok(json!({})));
        assert!(ok(json!({"aud": ["https://other.example", ISSUER]})));
        for bad in [
            json!({"iss": "https://other.example"}),
            json!({"aud": "https://other.example"}),
            json!({"aud": []}),
            json!({"jti": null}),
            json!({"jti": ""}),
            json!({"jti": "x".repeat(257)}),
            json!({"exp": s - 31}),
            json!({"exp": s + 301}),
            json!({"iat": null, "exp": s + 3600}),
            json!({"iat": s + 3600, "exp": s + 3700}),
            json!({"nbf": s + 3600}),
            json!({"exp": i64::MAX}),
            json!({"iat": i64::MIN}),
            json!({"name": "a\u{0}b"}),
            json!({"email": "a\nb@example.org"}),
        ] {
            assert!(!ok(bad.clone()), "{bad}");
        }
    }

    #[test]
    fn a_claim_with_a_card_number_is_left_out_and_the_others_are_not() {
        let claims = serde_json::json!({
            "name": "4111 1111 1111 1111", "picture": "https://p.example/5555555555554444",
            "phone_number": "+4111111111111111",
        });
        assert!(ok(claims.clone()));
        let mut profile = Profile::default();
        assert!(fill(&mut profile, &assertion(claims), Free { email: true, phone: true }, NOW));
        let email = Contact { value: "ana@example.org".into(), verified_at: Some(NOW) };
        assert_eq!(profile, Profile { emails: vec![email], ..Profile::default() });
    }

    #[test]
    fn an_assertion_fills_only_what_is_missing_and_free() {
        let mut profile = Profile { name: Some("Anna".into()), ..Profile::default() };
        assert!(!fill(&mut profile, &assertion(serde_json::json!({})), Free::default(), NOW));
        assert!(fill(
            &mut profile,
            &assertion(serde_json::json!({})),
            Free { email: true, phone: true },
            NOW
        ));
        assert_eq!(profile.name.as_deref(), Some("Anna"));
        assert_eq!(profile.verified_email(), Some("ana@example.org"));
    }
}
