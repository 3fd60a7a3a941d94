//! A connection: another provider at which people may prove who they are.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, ConnectionId};
use crate::moment::Moment;
use crate::noun::link::app_issuer;

/// A provider that the operator set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The id chosen at registration.
    pub id: ConnectionId,
    /// What people call the provider.
    pub name: String,
    /// Its picture, an `https` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Whether people may sign in with it.
    pub sign_in: bool,
    /// How an identity there is proved.
    pub kind: ConnectionKind,
    /// The app whose people the provider knows, if it is one app's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<ClientId>,
    /// By what a person is known at that app once the link is made.
    #[serde(default)]
    pub marker: Marker,
    /// Our secret there, wrapped under the operator's key for this connection alone.
    #[serde(skip)]
    pub wrapped_secret: Option<Vec<u8>>,
    /// When it was registered.
    pub registered_at: Moment,
}

/// Whose id marks the person at the app of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marker {
    /// Portico's OpenID stays; the provider's id is kept beside it.
    #[default]
    Platform,
    /// The provider's id becomes the person's OpenID at the app.
    Merchant,
}

/// How an identity elsewhere is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// By an OpenID provider (OIDC Core).
    Oidc {
        /// The provider's issuer, exactly as it writes it.
        issuer: String,
        /// Our client id there.
        client_id: String,
        /// What is asked for, separated by spaces, `openid` among it.
        scope: String,
    },
    /// By a merchant's own authorised login (RFC 6749 §4.1, with PKCE).
    Oauth2(Oauth2),
    /// By a WeChat official account in a browser (`snsapi_base`, or `snsapi_userinfo`).
    WechatOfficialAccount {
        /// Its `appid`.
        app_id: String,
        /// Whether the person is asked for name and picture (`snsapi_userinfo`); otherwise they are asked
        /// nothing (`snsapi_base`).
        userinfo: bool,
        /// The base of `connect/oauth2/authorize`, without a trailing slash.
        open_url: String,
        /// The base of `sns/oauth2/access_token`, without a trailing slash.
        api_url: String,
    },
    /// By the login code of a WeChat mini-program (`sns/jscode2session`).
    WechatMiniProgram {
        /// Its `appid`.
        app_id: String,
        /// The base of `sns/jscode2session`, without a trailing slash.
        api_url: String,
    },
}

/// A merchant's own authorised login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oauth2 {
    /// Where the browser is sent.
    pub authorize_url: String,
    /// Where codes are redeemed.
    pub token_url: String,
    /// Where the access token is shown to learn who the person is.
    pub identity_url: String,
    /// Our client id there.
    pub client_id: String,
    /// What is asked for, separated by spaces; may be empty.
    pub scope: String,
    /// Where the id stands in what [`Self::identity_url`] answers: a JSON Pointer (RFC 6901).
    pub subject: String,
    /// How we authenticate where codes are redeemed.
    pub authentication: TokenAuthentication,
    /// What it must say as `iss` when it sends the browser back (RFC 9207); none if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// How a client authenticates at a token endpoint (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenAuthentication {
    /// `client_secret_basic`.
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// `client_secret_post`.
    #[serde(rename = "client_secret_post")]
    Post,
    /// `none`: PKCE stands in.
    #[serde(rename = "none")]
    None,
}

impl ConnectionKind {
    /// The kind as the wire writes it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Oidc { .. } => "oidc",
            Self::Oauth2(_) => "oauth2",
            Self::WechatOfficialAccount { .. } => "wechat_official_account",
            Self::WechatMiniProgram { .. } => "wechat_mini_program",
        }
    }
}

impl Connection {
    /// The name space in which the provider's ids are unique.
    ///
    /// What an operator typed as a name says nothing here: a WeChat account goes by the address that is
    /// asked and its `appid` there, and a merchant's own login by the connection, so that no connection
    /// can speak for the people of another.
    pub fn issuer(&self) -> Cow<'_, str> {
        match &self.kind {
            ConnectionKind::Oidc { issuer, .. } => issuer.into(),
            ConnectionKind::Oauth2(_) => format!("{OAUTH2}{}", self.id).into(),
            ConnectionKind::WechatOfficialAccount { app_id, api_url, .. }
            | ConnectionKind::WechatMiniProgram { app_id, api_url } => {
                let place = api_url.split_once("://").map_or(api_url.as_str(), |(_, place)| place);
                format!("{WECHAT}{place}/{app_id}").into()
            }
        }
    }

    /// Under what links made by this connection are kept: the name space of the provider, or that of the app
    /// whose OpenID the provider's id becomes.
    pub fn link_issuer(&self) -> Cow<'_, str> {
        match self.marked_app() {
            Some(app) => app_issuer(app).into(),
            None => self.issuer(),
        }
    }

    /// The app whose OpenID the provider's id becomes, if it does.
    pub fn marked_app(&self) -> Option<&ClientId> {
        self.app.as_ref().filter(|_| self.marker == Marker::Merchant)
    }

    /// Whether nothing can be asked there without a secret.
    pub fn needs_secret(&self) -> bool {
        matches!(
            self.kind,
            ConnectionKind::WechatOfficialAccount { .. } | ConnectionKind::WechatMiniProgram { .. }
        )
    }

    /// Whether we have nothing to authenticate with there.
    pub fn needs_no_secret(&self) -> bool {
        matches!(&self.kind, ConnectionKind::Oauth2(at) if at.authentication == TokenAuthentication::None)
    }

    /// Whether a browser can be sent there.
    pub fn takes_browsers(&self) -> bool {
        !matches!(self.kind, ConnectionKind::WechatMiniProgram { .. })
    }

    /// Whether a browser that is sent there comes back without anybody having been asked anything.
    pub fn is_silent(&self) -> bool {
        matches!(self.kind, ConnectionKind::WechatOfficialAccount { userinfo: false, .. })
    }
}

const OAUTH2: &str = "oauth2:";
const WECHAT: &str = "wechat:";
/// The name spaces that only Portico gives out; nobody else's issuer may begin like one.
pub const OWN_NAME_SPACES: [&str; 3] = ["app:", OAUTH2, WECHAT];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    fn wechat(id: &str, api_url: &str, app_id: &str) -> Connection {
        Connection {
            id: id.parse().unwrap(),
            name: id.into(),
            icon: None,
            sign_in: false,
            kind: ConnectionKind::WechatMiniProgram { app_id: app_id.into(), api_url: api_url.into() },
            app: Some("org.example.shop".parse().unwrap()),
            marker: Marker::Platform,
            wrapped_secret: None,
            registered_at: NOW,
        }
    }

    #[test]
    fn a_wechat_account_goes_by_the_address_that_is_asked_and_not_by_the_connection() {
        let real = wechat("one", "https://api.weixin.qq.com", "wx1");
        assert_eq!(real.issuer(), "wechat:api.weixin.qq.com/wx1");
        assert_eq!(real.issuer(), wechat("two", "https://api.weixin.qq.com", "wx1").issuer());
        for other in [
            wechat("one", "https://api.weixin.qq.com", "wx2"),
            wechat("one", "https://evil.example", "wx1"),
            wechat("one", "https://api.weixin.qq.com:8443", "wx1"),
            wechat("one", "https://api.weixin.qq.com/proxy", "wx1"),
        ] {
            assert_ne!(real.issuer(), other.issuer());
        }
    }

    #[test]
    fn only_where_the_merchants_id_is_the_marker_is_the_link_an_open_id() {
        let platform = wechat("one", "https://api.weixin.qq.com", "wx1");
        assert_eq!((platform.marked_app(), platform.link_issuer()), (None, platform.issuer()));
        let merchant = Connection { marker: Marker::Merchant, ..platform };
        assert_eq!(merchant.link_issuer(), "app:org.example.shop");
        assert_eq!(merchant.marked_app().map(ClientId::as_str), Some("org.example.shop"));
    }
}
