//! Connections as providers that can be gone to.

use portico_core::denied::Denied;
use portico_core::id::ConnectionId;
use portico_core::noun::connection::{Connection, ConnectionKind};
use portico_core::rule::upstream::Returned;
use portico_reach::{
    Attempt, Identity, Oauth2Registration, OfficialAccount, Registration, UpstreamError, WechatAccount,
    Wishes,
};
use portico_seal::Secret;
use portico_store::Page;

use crate::House;
use crate::house::unavailable;

/// The most connections that are looked through.
const MOST: usize = 100;

/// A provider that can be asked who somebody is, with what it knows us by.
pub enum Provider {
    /// An OpenID provider.
    Oidc(Registration),
    /// A merchant's own login.
    Oauth2(Box<Oauth2Registration>),
    /// A WeChat official account.
    OfficialAccount(OfficialAccount),
    /// A WeChat mini-program, to which no browser can be sent.
    MiniProgram(WechatAccount),
}

/// For what a browser is sent to a provider: each purpose has an address of its own to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To tie the identity to a person who is signed in at a host.
    Link,
}

impl Errand {
    /// Where the provider sends the browser back to.
    pub fn back(self, house: &House, connection: &ConnectionId) -> String {
        let path = match self {
            Self::SignIn => "sign-in/return",
            Self::Link => "link/return",
        };
        format!("{}/{path}/{connection}", house.live.issuer())
    }
}

impl Provider {
    /// The provider of a connection.
    pub fn of(house: &House, connection: &Connection, errand: Errand) -> Result<Self, Denied> {
        let redirect_uri = errand.back(house, &connection.id);
        let client_secret =
            || connection.wrapped_secret.as_ref().map(|held| open(house, connection, held)).transpose();
        let account = |app_id: &str, api_url: &str| {
            let missing = || Denied::unavailable("a connection has no secret");
            let secret = client_secret()?.ok_or_else(missing)?;
            Ok::<_, Denied>(WechatAccount { app_id: app_id.to_owned(), secret, api_url: api_url.to_owned() })
        };
        Ok(match &connection.kind {
            ConnectionKind::Oidc { issuer, client_id, scope } => Self::Oidc(Registration {
                issuer: issuer.clone(),
                client_id: client_id.clone(),
                client_secret: client_secret()?,
                scope: scope.clone(),
                redirect_uri,
            }),
            ConnectionKind::Oauth2(at) => {
                let at = at.clone();
                Self::Oauth2(Box::new(Oauth2Registration {
                    at,
                    client_secret: client_secret()?,
                    redirect_uri,
                }))
            }
            ConnectionKind::WechatOfficialAccount { app_id, userinfo, open_url, api_url } => {
                Self::OfficialAccount(OfficialAccount {
                    account: account(app_id, api_url)?,
                    open_url: open_url.clone(),
                    userinfo: *userinfo,
                    redirect_uri,
                })
            }
            ConnectionKind::WechatMiniProgram { app_id, api_url } => {
                Self::MiniProgram(account(app_id, api_url)?)
            }
        })
    }

    /// The address to send a browser to.
    pub async fn leave(
        &self,
        house: &House,
        attempt: &Attempt,
        wishes: &Wishes<'_>,
    ) -> Result<String, UpstreamError> {
        let upstreams = &house.upstreams;
        match self {
            Self::Oidc(at) => upstreams.leave(at, attempt, wishes, house.now()).await,
            Self::Oauth2(at) => upstreams.leave_by_oauth2(at, attempt),
            Self::OfficialAccount(at) => upstreams.leave_to_wechat(at, attempt),
            Self::MiniProgram(_) => Err(UpstreamError::NotOurs("no browser is sent to a mini-program")),
        }
    }

    /// Who came back with these parameters.
    pub async fn identify(
        &self,
        house: &House,
        attempt: &Attempt,
        returned: &Returned<'_>,
    ) -> Result<Identity, UpstreamError> {
        let upstreams = &house.upstreams;
        match self {
            Self::Oidc(at) => upstreams.identify(at, attempt, returned, &house.keysets, house.now()).await,
            Self::Oauth2(at) => upstreams.identify_by_oauth2(at, attempt, returned).await,
            Self::OfficialAccount(at) => upstreams.identify_at_wechat(at, attempt, returned).await,
            Self::MiniProgram(_) => Err(UpstreamError::NotOurs("no browser comes back from a mini-program")),
        }
    }
}

fn open(house: &House, connection: &Connection, wrapped: &[u8]) -> Result<Secret, Denied> {
    let plain = house.live.vault().master().unwrap(&purpose(connection), wrapped);
    let text = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    text.map(Secret::from).ok_or_else(|| Denied::unavailable("a connection's secret does not open"))
}

/// A connection's secret as the store keeps it.
pub fn wrap(house: &House, connection: &Connection, secret: &str) -> Vec<u8> {
    let vault = house.live.vault();
    vault.master().wrap(&purpose(connection), secret.as_bytes(), vault.chance())
}

/// The first hundred connections, by id.
pub async fn all(house: &House) -> Result<Vec<Connection>, Denied> {
    let page = Page { after: None, limit: MOST };
    house.live.store().connections(page).await.map_err(|cause| unavailable(&cause))
}

/// The connections with which people may sign in, by id.
pub async fn for_sign_in(house: &House) -> Result<Vec<Connection>, Denied> {
    let mut all = all(house).await?;
    all.retain(|connection| connection.sign_in);
    Ok(all)
}

/// Where the forms of a page with these connections may lead: the redirect that follows a form is held
/// to the page's policy too. A provider whose sign-in is not at its issuer's origin is known once
/// it has been asked.
pub fn targets(house: &House, connections: &[Connection]) -> Vec<String> {
    let targets = |one: &Connection| match &one.kind {
        ConnectionKind::Oidc { issuer, .. } => {
            [Some(issuer.clone()), house.upstreams.known_address(issuer, house.now())]
        }
        ConnectionKind::Oauth2(at) => [Some(at.authorize_url.clone()), None],
        ConnectionKind::WechatOfficialAccount { open_url, .. } => [Some(open_url.clone()), None],
        ConnectionKind::WechatMiniProgram { .. } => [None, None],
    };
    connections.iter().flat_map(targets).flatten().collect()
}

fn purpose(connection: &Connection) -> String {
    format!("connection {}", connection.id)
}
