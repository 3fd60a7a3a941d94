//! Which `errcode` a refusal is: the one table.

use crate::denied::{Code, Denied};

/// A refusal in WeChat's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errcode {
    /// No answer can be given now.
    Busy,
    /// The access token is not, or no longer, the app's.
    Credential,
    /// The grant type is another, or missing.
    GrantType,
    /// The OpenID is nobody's at this app.
    OpenId,
    /// There is no such app, or it is suspended.
    AppId,
    /// The access token is none of ours.
    AccessToken,
    /// The code is unknown, expired or another app's, or its session is over.
    OauthCode,
    /// The refresh token is not good.
    RefreshToken,
    /// The secret is wrong.
    AppSecret,
    /// The code was used before.
    CodeUsed,
    /// The person is blocked.
    Blocked,
    /// `access_token` is missing.
    AccessTokenMissing,
    /// `appid` is missing.
    AppIdMissing,
    /// `refresh_token` is missing.
    RefreshTokenMissing,
    /// `secret` is missing.
    AppSecretMissing,
    /// The code is missing.
    CodeMissing,
    /// `openid` is missing.
    OpenIdMissing,
    /// The access token's time has passed.
    Expired,
    /// This is answered to POST only.
    NeedsPost,
    /// Too many attempts failed.
    TooOften,
    /// The parameters are malformed, repeated or out of measure.
    Malformed,
    /// The app may not do this, or the person has not allowed it.
    NoRight,
    /// The signature is not that of the session.
    Signature,
}

impl Errcode {
    /// Every refusal there is.
    pub const ALL: [Self; 23] = [
        Self::Busy,
        Self::Credential,
        Self::GrantType,
        Self::OpenId,
        Self::AppId,
        Self::AccessToken,
        Self::OauthCode,
        Self::RefreshToken,
        Self::AppSecret,
        Self::CodeUsed,
        Self::Blocked,
        Self::AccessTokenMissing,
        Self::AppIdMissing,
        Self::RefreshTokenMissing,
        Self::AppSecretMissing,
        Self::CodeMissing,
        Self::OpenIdMissing,
        Self::Expired,
        Self::NeedsPost,
        Self::TooOften,
        Self::Malformed,
        Self::NoRight,
        Self::Signature,
    ];

    /// The number, and WeChat's words for it.
    pub const fn parts(self) -> (i32, &'static str) {
        match self {
            Self::Busy => (-1, "system error"),
            Self::Credential => (40001, "invalid credential, access_token is invalid or not latest"),
            Self::GrantType => (40002, "invalid grant_type"),
            Self::OpenId => (40003, "invalid openid"),
            Self::AppId => (40013, "invalid appid"),
            Self::AccessToken => (40014, "invalid access_token"),
            Self::OauthCode => (40029, "invalid code"),
            Self::RefreshToken => (40030, "invalid refresh_token"),
            Self::AppSecret => (40125, "invalid appsecret"),
            Self::CodeUsed => (40163, "code been used"),
            Self::Blocked => (40226, "code blocked"),
            Self::AccessTokenMissing => (41001, "access_token missing"),
            Self::AppIdMissing => (41002, "appid missing"),
            Self::RefreshTokenMissing => (41003, "refresh_token missing"),
            Self::AppSecretMissing => (41004, "appsecret missing"),
            Self::CodeMissing => (41008, "missing code"),
            Self::OpenIdMissing => (41009, "missing openid"),
            Self::Expired => (42001, "access_token expired"),
            Self::NeedsPost => (43002, "require POST method"),
            Self::TooOften => (45011, "api minute-quota reach limit, must slower, retry next minute"),
            Self::Malformed => (47001, "data format error"),
            Self::NoRight => (48001, "api unauthorized"),
            Self::Signature => (87009, "invalid signature"),
        }
    }
}

/// The house's own refusals, where one reaches this face.
impl From<Denied> for Errcode {
    fn from(denied: Denied) -> Self {
        match denied.code {
            Code::Unavailable | Code::Conflict => Self::Busy,
            Code::TooManyRequests => Self::TooOften,
            Code::InvalidClient => Self::AppSecret,
            Code::InvalidGrant => Self::OauthCode,
            Code::InvalidToken => Self::Credential,
            Code::AccessDenied | Code::InsufficientScope => Self::NoRight,
            _ => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_refusals_share_a_number() {
        let numbers = Errcode::ALL.map(|code| code.parts().0);
        for (i, number) in numbers.iter().enumerate() {
            assert_eq!(numbers.iter().position(|other| other == number), Some(i), "{number}");
        }
    }

    #[test]
    fn a_refusal_of_the_house_has_a_number_here() {
        for (code, number) in [
            (Code::Unavailable, -1),
            (Code::Conflict, -1),
            (Code::TooManyRequests, 45011),
            (Code::InvalidClient, 40125),
            (Code::InvalidGrant, 40029),
            (Code::InvalidToken, 40001),
            (Code::InsufficientScope, 48001),
            (Code::InvalidRequest, 47001),
            (Code::TooLarge, 47001),
        ] {
            assert_eq!(Errcode::from(Denied::new(code, "")).parts().0, number, "{code}");
        }
    }
}
