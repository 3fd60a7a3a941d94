//! Revoking one token (RFC 7009).

use crate::change::Change;
use crate::id::ClientId;
use crate::moment::Moment;
use crate::noun::event::Happening;
use crate::noun::token::Token;

/// The changes that revoke an access token: none if it is not the caller's, or has expired.
///
/// A host may revoke its own tokens and those of the launches it made; an app its own.
pub fn revoke(token: &Token, caller: &ClientId, now: Moment) -> Vec<Change> {
    let theirs = token.client == *caller || token.actor.as_ref() == Some(caller);
    if !theirs || now >= token.expires_at {
        return vec![];
    }
    let what = Happening::TokenRevoked { client: token.client.clone(), token: token.id };
    vec![
        Change::TokenRevoked { token: token.id, until: token.expires_at },
        Change::Happened { at: now, what },
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::id::{SessionId, TokenId};
    use crate::moment::Span;
    use crate::noun::token::Purpose;
    use crate::rule::sample::{NOW, scopes, user};

    #[test]
    fn only_the_client_and_the_host_that_launched_it_may_revoke_a_token() {
        let token = Token {
            id: TokenId::from_bytes([9; 16]),
            purpose: Purpose::App,
            client: "org.example.taxi".parse().unwrap(),
            user: user(1),
            session: SessionId::from_bytes([3; 16]),
            scope: scopes("openid"),
            issued_at: NOW,
            expires_at: NOW + Span::minutes(30),
            actor: Some("super".parse().unwrap()),
            auth_time: None,
            acr: None,
        };
        for (caller, count) in [("org.example.taxi", 2), ("super", 2), ("org.example.shop", 0)] {
            assert_eq!(revoke(&token, &caller.parse().unwrap(), NOW).len(), count, "{caller}");
        }
        assert!(revoke(&token, &"super".parse().unwrap(), token.expires_at).is_empty());
    }
}
