//! Redeeming a code at the WeChat-compatible face.

use super::errcode::Errcode;
use crate::change::Change;
use crate::id::ClientId;
use crate::moment::{Moment, Span};
use crate::noun::code::{Code, CodeKind};
use crate::noun::event::Happening;
use crate::noun::session::Session;

/// How long a refresh token of the web authorization is good.
pub const REFRESH_LIFE: Span = Span::days(30);
/// How long its access token is.
pub const ACCESS_LIFE: Span = Span::seconds(7200);

/// What is so at the moment of the redemption.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The session of the code, if it is there.
    pub session: Option<&'a Session>,
    /// Whether the person may not use the account.
    pub blocked: bool,
}

/// Checks a code of this kind that an app presents; its change is that of the caller, with everything that
/// it gives. A code that was used is refused here too: what its first use gave is ended by [`again`].
pub fn redeem<'a>(
    code: Option<&'a Code>,
    kind: CodeKind,
    app: &ClientId,
    facts: Facts<'_>,
    now: Moment,
) -> Result<&'a Code, Errcode> {
    let code = code.filter(|code| code.client == *app && code.kind == kind).ok_or(Errcode::OauthCode)?;
    if code.used.is_some() {
        return Err(Errcode::CodeUsed);
    }
    if now >= code.expires_at {
        return Err(Errcode::OauthCode);
    }
    if facts.blocked {
        return Err(Errcode::Blocked);
    }
    if !facts.session.is_some_and(|session| session.is_live(now)) {
        return Err(Errcode::OauthCode);
    }
    Ok(code)
}

/// What a second presentation ends: the tokens that the first one gave, where it gave any.
///
/// Access and refresh tokens of one code carry one id, so that id stays revoked as long as the refresh
/// token would have been good.
pub fn again(code: &Code, app: &ClientId, now: Moment) -> Vec<Change> {
    let gave = code.used.filter(|_| code.client == *app).and_then(|gave| gave.token);
    let Some(token) = gave else { return vec![] };
    vec![
        Change::TokenRevoked { token, until: now + REFRESH_LIFE },
        Change::Happened { at: now, what: Happening::TokenRevoked { client: code.client.clone(), token } },
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::id::TokenId;
    use crate::noun::code::CodeUse;
    use crate::noun::session::{EndReason, Ended};
    use crate::rule::redeem::LOGIN_CODE_LIFE;
    use crate::rule::sample::{NOW, scopes, session, user};

    fn shop() -> ClientId {
        "org.example.shop".parse().unwrap()
    }

    fn code() -> Code {
        Code {
            digest: [1; 32],
            kind: CodeKind::Login,
            client: shop(),
            user: user(1),
            session: session().id,
            scope: scopes("openid"),
            redirect_uri: None,
            challenge: None,
            nonce: None,
            auth_time_asked: false,
            acr_asked: false,
            actor: None,
            expires_at: NOW + LOGIN_CODE_LIFE,
            used: None,
        }
    }

    fn presented(code: &Code, kind: CodeKind, app: &ClientId, now: Moment) -> Option<Errcode> {
        let session = session();
        redeem(Some(code), kind, app, Facts { session: Some(&session), blocked: false }, now).err()
    }

    fn used(token: Option<TokenId>) -> Code {
        Code { used: Some(CodeUse { token, token_expires_at: NOW + ACCESS_LIFE, family: None }), ..code() }
    }

    #[test]
    fn a_code_is_good_for_its_app_its_kind_and_its_five_minutes() {
        assert_eq!(presented(&code(), CodeKind::Login, &shop(), NOW), None);
        let last = NOW + Span::minutes(5);
        assert_eq!(presented(&code(), CodeKind::Login, &shop(), last), Some(Errcode::OauthCode));
        let taxi = "org.example.taxi".parse().unwrap();
        assert_eq!(presented(&code(), CodeKind::Login, &taxi, NOW), Some(Errcode::OauthCode));
        for kind in [CodeKind::Phone, CodeKind::Wechat, CodeKind::Authorization] {
            assert_eq!(presented(&code(), kind, &shop(), NOW), Some(Errcode::OauthCode));
        }
        let nothing = Facts { session: None, blocked: false };
        assert_eq!(redeem(None, CodeKind::Login, &shop(), nothing, NOW).err(), Some(Errcode::OauthCode));
    }

    #[test]
    fn a_second_use_says_so_to_its_own_app_alone() {
        assert_eq!(presented(&used(None), CodeKind::Login, &shop(), NOW), Some(Errcode::CodeUsed));
        let taxi = "org.example.taxi".parse().unwrap();
        assert_eq!(presented(&used(None), CodeKind::Login, &taxi, NOW), Some(Errcode::OauthCode));
    }

    #[test]
    fn a_dead_session_and_a_blocked_person_are_told_apart() {
        let mut dead = session();
        dead.ended = Some(Ended { at: NOW, reason: EndReason::Suspended });
        let over = Facts { session: Some(&dead), blocked: false };
        let blocked = Facts { blocked: true, ..over };
        let try_it = |facts| redeem(Some(&code()), CodeKind::Login, &shop(), facts, NOW).err();
        assert_eq!(try_it(over), Some(Errcode::OauthCode));
        assert_eq!(try_it(blocked), Some(Errcode::Blocked));
    }

    #[test]
    fn a_second_use_ends_the_tokens_that_the_first_one_gave_but_not_at_a_strangers_word() {
        let token = TokenId::from_bytes([4; 16]);
        let changes = again(&used(Some(token)), &shop(), NOW);
        assert_eq!(changes[0], Change::TokenRevoked { token, until: NOW + REFRESH_LIFE });
        assert_eq!(changes.len(), 2);
        assert!(again(&used(Some(token)), &"org.example.taxi".parse().unwrap(), NOW).is_empty());
        assert!(again(&used(None), &shop(), NOW).is_empty());
        assert!(again(&code(), &shop(), NOW).is_empty());
    }
}
