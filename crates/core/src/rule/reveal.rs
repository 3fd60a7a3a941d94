//! Revealing the profile: which claims the scopes open (OIDC Core §5.1).

use crate::noun::person::Profile;
use crate::scope::ScopeSet;

/// The claims that an app gets; absent where not opened or not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims<'a> {
    /// `name`.
    pub name: Option<&'a str>,
    /// `picture`.
    pub picture: Option<&'a str>,
    /// `email`, with `email_verified` true.
    pub email: Option<&'a str>,
    /// `phone_number`, with `phone_number_verified` true.
    pub phone_number: Option<&'a str>,
    /// Whether `unionid` is to be given.
    pub union_id: bool,
}

/// The claims that these scopes open.
///
/// The scopes are those that hold now. An e-mail address or phone number is given only once
/// verified.
pub fn reveal<'a>(profile: &'a Profile, scope: &ScopeSet) -> Claims<'a> {
    let basic = scope.has("profile.basic");
    Claims {
        name: profile.name.as_deref().filter(|_| basic),
        picture: profile.picture.as_deref().filter(|_| basic),
        email: profile.verified_email().filter(|_| scope.has("email.verified")),
        phone_number: profile.verified_phone().filter(|_| scope.has("phone.verified")),
        union_id: scope.has("union_id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::person::Contact;
    use crate::rule::sample::{NOW, scopes};

    fn ana() -> Profile {
        let contact = |value: &str, verified: bool| Contact {
            value: value.into(),
            verified_at: verified.then_some(NOW),
        };
        Profile {
            name: Some("Ana".into()),
            picture: None,
            username: Some("ana".into()),
            emails: vec![contact("ana@example.org", true)],
            phones: vec![contact("+79990000000", false)],
        }
    }

    #[test]
    fn openid_alone_opens_nothing() {
        assert_eq!(reveal(&ana(), &scopes("openid")), Claims::default());
    }

    #[test]
    fn each_scope_opens_its_own_claims_and_only_once_verified() {
        let ana = ana();
        let claims = reveal(&ana, &scopes("openid profile.basic email.verified phone.verified"));
        assert_eq!(claims.name, Some("Ana"));
        assert_eq!(claims.email, Some("ana@example.org"));
        assert_eq!(claims.phone_number, None);
    }
}
