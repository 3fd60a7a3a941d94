//! Validating a token: is it good now, and for what?

use crate::moment::Moment;
use crate::noun::client::Client;
use crate::noun::consent::Consents;
use crate::noun::token::{Purpose, Token};
use crate::rule::cover;
use crate::scope::ScopeSet;

/// What is so at the moment of the question.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The client of the token, if it is registered.
    pub client: Option<&'a Client>,
    /// For a service token: the app that brought it about, if it is registered. Consent is
    /// about that app, not about the service.
    pub actor: Option<&'a Client>,
    /// Whether the session is there, not ended and not expired.
    pub session_live: bool,
    /// Whether the token was revoked by itself.
    pub revoked: bool,
    /// The person's decisions about the app whose consent counts.
    pub consents: &'a Consents,
}

/// The scopes for which the token is good now, or none if it is not good at all.
///
/// The signature has been checked. Validity is derived from what is so, never from anything
/// stored with the token.
pub fn validate(token: &Token, facts: Facts<'_>, now: Moment) -> Option<ScopeSet> {
    let client = facts.client.filter(|client| client.is_live())?;
    if now >= token.expires_at || !facts.session_live || facts.revoked {
        return None;
    }
    let asker = match token.purpose {
        Purpose::Host | Purpose::App => client,
        Purpose::Service => facts.actor.filter(|actor| actor.is_live())?,
    };
    Some(cover::covered(asker, facts.consents, &token.scope))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::id::{SessionId, TokenId};
    use crate::moment::Span;
    use crate::noun::consent::Decision;
    use crate::rule::sample::{NOW, client, consents, scopes, user};

    fn token() -> Token {
        Token {
            id: TokenId::from_bytes([9; 16]),
            purpose: Purpose::App,
            client: "org.example.taxi".parse().unwrap(),
            user: user(1),
            session: SessionId::from_bytes([3; 16]),
            scope: scopes("openid profile.basic phone.verified"),
            issued_at: NOW,
            expires_at: NOW + Span::minutes(30),
            actor: None,
            auth_time: None,
            acr: None,
        }
    }

    #[test]
    fn a_token_is_good_for_what_consent_covers_now() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted), ("phone.verified", Decision::Withdrawn)]);
        let facts =
            Facts { client: Some(&taxi), actor: None, session_live: true, revoked: false, consents: &said };
        assert_eq!(validate(&token(), facts, NOW), Some(scopes("openid profile.basic")));
    }

    #[test]
    fn each_missing_condition_closes_it() {
        let taxi = client("org.example.taxi");
        let mut suspended = client("org.example.taxi");
        suspended.suspended_at = Some(NOW);
        let none = Consents::default();
        let good =
            Facts { client: Some(&taxi), actor: None, session_live: true, revoked: false, consents: &none };
        assert!(validate(&token(), good, NOW).is_some());
        assert_eq!(validate(&token(), Facts { client: None, ..good }, NOW), None);
        assert_eq!(validate(&token(), Facts { client: Some(&suspended), ..good }, NOW), None);
        assert_eq!(validate(&token(), Facts { session_live: false, ..good }, NOW), None);
        assert_eq!(validate(&token(), Facts { revoked: true, ..good }, NOW), None);
        assert_eq!(validate(&token(), good, NOW + Span::minutes(30)), None);
    }

    #[test]
    fn a_service_token_is_good_for_what_the_app_may_see_and_only_while_the_app_is_live() {
        let (orders, taxi) = (client("org.example.orders"), client("org.example.taxi"));
        let service = Token { purpose: Purpose::Service, ..token() };
        let said = consents(&[("profile.basic", Decision::Granted)]);
        let facts = Facts {
            client: Some(&orders),
            actor: Some(&taxi),
            session_live: true,
            revoked: false,
            consents: &said,
        };
        assert_eq!(validate(&service, facts, NOW), Some(scopes("openid profile.basic")));
        assert_eq!(validate(&service, Facts { actor: None, ..facts }, NOW), None);
    }
}
