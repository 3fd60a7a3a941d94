//! Tokens of the web authorization: they say everything themselves, and what they are good for is derived.

use portico_core::denied::Denied;
use portico_core::id::{SessionId, TokenId, UserId};
use portico_core::moment::Moment;
use portico_core::rule::wechat::code::{ACCESS_LIFE, REFRESH_LIFE};
use portico_core::rule::wechat::scope::{PROFILE, UNION_ID};
use portico_core::rule::{cover, wechat::errcode::Errcode};
use portico_core::scope::ScopeSet;
use portico_live::LiveClient;
use portico_seal::digest;

use super::code::is_live;
use super::identity;
use crate::House;
use crate::house::unavailable;

/// The digest of an OpenID that a grant carries.
pub fn known_as(open_id: &str) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(&digest(open_id)[..8]);
    short
}

const ACCESS: &str = "oauth access";
const REFRESH: &str = "oauth refresh";

/// What one authorization gave: access and refresh token say the same, each since its own moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Under which all tokens of one code can be revoked.
    pub id: TokenId,
    /// By what its back end knows the app.
    pub wx_app_id: String,
    /// The person.
    pub user: UserId,
    /// The session of the authorization.
    pub session: SessionId,
    /// A digest of the OpenID under which it was given: once the person has another one at the app, nothing may tell
    /// that both are one person.
    pub known_as: [u8; 8],
    /// What was granted then; what holds now is consent's to say.
    pub scope: ScopeSet,
    /// When this token was given.
    pub since: Moment,
}

/// Which of the scopes there can be a grant has, in the bits of one byte.
const BITS: [(&str, u8); 3] = [("openid", 1), (PROFILE, 2), (UNION_ID, 4)];

impl Grant {
    /// The access token that says this.
    pub fn access_token(&self, house: &House) -> String {
        self.sealed(house, ACCESS)
    }

    /// The refresh token that says this.
    pub fn refresh_token(&self, house: &House) -> String {
        self.sealed(house, REFRESH)
    }

    /// What an access token says; none if it is none of ours.
    pub fn of_access(house: &House, text: &str) -> Option<Self> {
        Self::opened(house, ACCESS, text)
    }

    /// What a refresh token says; none if it is none of ours.
    pub fn of_refresh(house: &House, text: &str) -> Option<Self> {
        Self::opened(house, REFRESH, text)
    }

    fn sealed(&self, house: &House, kind: &str) -> String {
        let bits = BITS.iter().filter(|(name, _)| self.scope.has(name)).fold(0, |all, (_, bit)| all | bit);
        let mut says = vec![bits];
        says.extend(self.since.millis().to_be_bytes());
        says.extend(self.id.as_bytes());
        says.extend(self.user.as_bytes());
        says.extend(self.session.as_bytes());
        says.extend(self.known_as);
        says.extend(self.wx_app_id.as_bytes());
        house.live.vault().wechat().token(kind, &says).expose().to_owned()
    }

    fn opened(house: &House, kind: &str, text: &str) -> Option<Self> {
        let says = house.live.vault().wechat().read(kind, text)?;
        let (bits, rest) = says.split_first()?;
        let (since, rest) = rest.split_first_chunk::<8>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (user, rest) = rest.split_first_chunk::<16>()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (known_as, wx_app_id) = rest.split_first_chunk::<8>()?;
        let names = BITS.iter().filter(|(_, bit)| bits & bit != 0);
        Some(Self {
            id: TokenId::from_bytes(*id),
            wx_app_id: std::str::from_utf8(wx_app_id).ok()?.to_owned(),
            user: UserId::from_bytes(*user),
            session: SessionId::from_bytes(*session),
            known_as: *known_as,
            scope: names.filter_map(|(name, _)| name.parse().ok()).collect(),
            since: Moment::from_millis(i64::from_be_bytes(*since)),
        })
    }

    /// Whether a token that says this is good as an access token now; the refusal if it is not.
    pub async fn is_good(&self, house: &House, app: &LiveClient) -> Result<(), Errcode> {
        if house.now() - self.since >= ACCESS_LIFE {
            return Err(Errcode::Expired);
        }
        if self.holds(house, app).await? { Ok(()) } else { Err(Errcode::Credential) }
    }

    /// Whether a token that says this is good as a refresh token now.
    pub async fn may_refresh(&self, house: &House, app: &LiveClient) -> Result<bool, Denied> {
        Ok(house.now() - self.since < REFRESH_LIFE && self.holds(house, app).await?)
    }

    async fn holds(&self, house: &House, app: &LiveClient) -> Result<bool, Denied> {
        if house.live.is_revoked(self.id) || !is_live(house, self.session).await? {
            return Ok(false);
        }
        Ok(known_as(&identity::open_id(house, app, self.user).await?) == self.known_as)
    }

    /// What of it consent covers now.
    pub async fn covered(&self, house: &House, app: &LiveClient) -> Result<ScopeSet, Denied> {
        let consents = house.live.consents(self.user, &app.client.id).await;
        let consents = consents.map_err(|cause| unavailable(&cause))?;
        Ok(cover::covered(&app.client, &consents, &self.scope))
    }
}
