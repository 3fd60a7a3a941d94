//! A one-time code: an authorization code or a login code.

use crate::id::{ClientId, FamilyId, SessionId, TokenId, UserId};
use crate::moment::Moment;
use crate::scope::ScopeSet;

/// A code that is redeemed once at the token endpoint (RFC 6749 §4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the 256-bit code.
    pub digest: [u8; 32],
    /// How it came about.
    pub kind: CodeKind,
    /// Who may redeem it.
    pub client: ClientId,
    /// For whom it was issued.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// What was asked for, within the manifest, in the spelling of the request: standard OIDC
    /// names stand as they came.
    pub scope: ScopeSet,
    /// The redirect URI of the request, which the redemption must repeat.
    pub redirect_uri: Option<String>,
    /// The PKCE challenge, S256 (RFC 7636 §4.2).
    pub challenge: Option<String>,
    /// The `nonce` of the request, for the ID token.
    pub nonce: Option<String>,
    /// Whether the request asked how fresh the sign-in is (`max_age`).
    pub auth_time_asked: bool,
    /// Whether the request asked how strong the sign-in is (`acr_values`).
    pub acr_asked: bool,
    /// The host that launched the app, for a login code.
    pub actor: Option<ClientId>,
    /// When it can no longer be redeemed.
    pub expires_at: Moment,
    /// What it gave, once redeemed.
    pub used: Option<CodeUse>,
}

/// How a code came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// At the authorization endpoint.
    Authorization,
    /// By token exchange, for a back end used to `wx.login`.
    Login,
    /// By token exchange, for `getuserphonenumber` of the WeChat-compatible face.
    Phone,
    /// At `connect/oauth2/authorize` of the WeChat-compatible face.
    Wechat,
}

/// What a redemption gave: all of it ends if the code is presented again (RFC 9700 §2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeUse {
    /// The access token, if it gave one.
    pub token: Option<TokenId>,
    /// When that token expires by itself; where there is none, until when the use is remembered.
    pub token_expires_at: Moment,
    /// The refresh family, if one began.
    pub family: Option<FamilyId>,
}
