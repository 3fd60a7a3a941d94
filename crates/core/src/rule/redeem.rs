//! Redeeming a code: once, by whom it was issued to, with what was promised.

use crate::change::Change;
use crate::denied::Denied;
use crate::id::ClientId;
use crate::moment::{Moment, Span};
use crate::noun::code::{Code, CodeKind, CodeUse};
use crate::noun::event::Happening;
use crate::noun::session::Session;

/// How long an authorization code lives.
pub const AUTHORIZATION_CODE_LIFE: Span = Span::seconds(60);
/// How long a login code lives.
pub const LOGIN_CODE_LIFE: Span = Span::seconds(300);

/// What was presented with the code.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The client that authenticated, or named itself if it is public.
    pub client: &'a ClientId,
    /// The redirect URI (RFC 6749 §4.1.3).
    pub redirect_uri: Option<&'a str>,
    /// The S256 challenge computed from the verifier (RFC 7636 §4.6).
    pub challenge: Option<&'a str>,
}

/// Checks a code that has not been used. The caller then commits [`taken`].
///
/// Every refusal is `invalid_grant`; the description says which check failed only to the client
/// that the code belongs to.
pub fn redeem(
    code: Option<&Code>,
    presented: Presented<'_>,
    session: Option<&Session>,
    now: Moment,
) -> Result<(), Denied> {
    let unknown = || Denied::grant("the code is unknown, expired, used, or of another client");
    let here = |code: &&Code| matches!(code.kind, CodeKind::Authorization | CodeKind::Login);
    let code = code.filter(here).filter(|code| code.client == *presented.client).ok_or_else(unknown)?;
    if code.used.is_some() || now >= code.expires_at {
        return Err(unknown());
    }
    if !session.is_some_and(|session| session.is_live(now)) {
        return Err(Denied::grant("the session of the code is over"));
    }
    if code.kind == CodeKind::Authorization && code.redirect_uri.as_deref() != presented.redirect_uri {
        return Err(Denied::grant("redirect_uri is not the one of the authorization request"));
    }
    match (code.challenge.as_deref(), presented.challenge) {
        (None, None) => Ok(()),
        (Some(promised), Some(shown)) if promised == shown => Ok(()),
        (Some(_), None) => Err(Denied::grant("code_verifier is missing")),
        (Some(_), Some(_)) => Err(Denied::grant("code_verifier does not fit the code_challenge")),
        (None, Some(_)) => {
            Err(Denied::grant("a code_verifier was sent, but the request had no code_challenge"))
        }
    }
}

/// The changes that take the code, under the guard that its session is still held.
pub fn taken(code: &Code, gave: CodeUse, now: Moment) -> Vec<Change> {
    vec![
        Change::SessionHeld { session: code.session, now },
        Change::CodeUsed { digest: code.digest, gave },
        Change::ClientEntered { session: code.session, client: code.client.clone(), at: now },
    ]
}

/// What a second presentation ends: everything that the first one gave (RFC 9700 §2.1.1).
/// Empty if the code was not used before, or another client presents it.
pub fn again(code: &Code, client: &ClientId, now: Moment) -> Vec<Change> {
    let Some(gave) = code.used.filter(|_| code.client == *client) else { return vec![] };
    let mut changes = vec![];
    if let Some(token) = gave.token {
        let what = Happening::TokenRevoked { client: code.client.clone(), token };
        changes.push(Change::TokenRevoked { token, until: gave.token_expires_at });
        changes.push(Change::Happened { at: now, what });
    }
    changes.extend(gave.family.map(|family| Change::FamilyRevoked { family, at: now }));
    changes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::id::TokenId;
    use crate::noun::session::{EndReason, Ended};
    use crate::rule::sample::{NOW, scopes, session, user};

    fn code() -> Code {
        Code {
            digest: [1; 32],
            kind: CodeKind::Authorization,
            client: "org.example.taxi".parse().unwrap(),
            user: user(1),
            session: session().id,
            scope: scopes("openid"),
            redirect_uri: Some("https://taxi.example/callback".into()),
            challenge: Some("c".into()),
            nonce: None,
            auth_time_asked: false,
            acr_asked: false,
            actor: None,
            expires_at: NOW + AUTHORIZATION_CODE_LIFE,
            used: None,
        }
    }

    fn try_it(
        code: &Code,
        client: &str,
        redirect: Option<&str>,
        challenge: Option<&str>,
        now: Moment,
    ) -> bool {
        let client = client.parse().unwrap();
        let presented = Presented { client: &client, redirect_uri: redirect, challenge };
        redeem(Some(code), presented, Some(&session()), now).is_ok()
    }

    const BACK: Option<&str> = Some("https://taxi.example/callback");

    #[test]
    fn everything_must_fit() {
        assert!(try_it(&code(), "org.example.taxi", BACK, Some("c"), NOW));
        assert!(!try_it(&code(), "org.example.shop", BACK, Some("c"), NOW));
        assert!(!try_it(&code(), "org.example.taxi", None, Some("c"), NOW));
        assert!(!try_it(&code(), "org.example.taxi", Some("https://taxi.example/callback/"), Some("c"), NOW));
        assert!(!try_it(&code(), "org.example.taxi", BACK, Some("d"), NOW));
        assert!(!try_it(&code(), "org.example.taxi", BACK, None, NOW));
        assert!(!try_it(&code(), "org.example.taxi", BACK, Some("c"), NOW + AUTHORIZATION_CODE_LIFE));
    }

    #[test]
    fn codes_of_the_wechat_compatible_face_are_redeemed_there() {
        for kind in [CodeKind::Phone, CodeKind::Wechat] {
            assert!(!try_it(&Code { kind, ..code() }, "org.example.taxi", BACK, Some("c"), NOW));
        }
    }

    #[test]
    fn a_verifier_without_a_challenge_is_refused() {
        let code = Code { challenge: None, ..code() };
        assert!(try_it(&code, "org.example.taxi", BACK, None, NOW));
        assert!(!try_it(&code, "org.example.taxi", BACK, Some("c"), NOW));
    }

    #[test]
    fn a_code_of_a_dead_session_is_refused() {
        let mut dead = session();
        dead.ended = Some(Ended { at: NOW, reason: EndReason::SignedOut });
        let client = "org.example.taxi".parse().unwrap();
        let presented = Presented { client: &client, redirect_uri: BACK, challenge: Some("c") };
        assert!(redeem(Some(&code()), presented, Some(&dead), NOW).is_err());
    }

    #[test]
    fn a_second_use_ends_what_the_first_one_gave_but_not_at_a_strangers_word() {
        let token = Some(TokenId::from_bytes([4; 16]));
        let gave = CodeUse { token, token_expires_at: NOW, family: None };
        let used = Code { used: Some(gave), ..code() };
        assert_eq!(again(&used, &"org.example.taxi".parse().unwrap(), NOW).len(), 2);
        assert!(again(&used, &"org.example.shop".parse().unwrap(), NOW).is_empty());
        assert!(again(&code(), &"org.example.taxi".parse().unwrap(), NOW).is_empty());
        assert!(!try_it(&used, "org.example.taxi", BACK, Some("c"), NOW));
    }
}
