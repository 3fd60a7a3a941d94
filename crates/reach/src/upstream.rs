//! Signing in at a provider elsewhere: at an OpenID provider as its relying party (OIDC Core §3.1), by a
//! merchant's own login in `oauth2`, at WeChat in `wechat`.
//!
//! [`Upstreams::leave`] says where to send the browser, [`Upstreams::identify`] says who came back.
//! Between the two the browser carries the [`Attempt`], sealed. A [`Registration`] is a value: it may
//! come from the store or from a configuration file.

mod attempt;
mod discovery;
mod oauth2;
mod wechat;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use portico_core::moment::Moment;
use portico_core::noun::client::KeySource;
use portico_core::rule::upstream::{
    Authentication, Expected, LEEWAY, Metadata, NotAccepted, Returned, error_code, merged, subject,
};
use portico_seal::{Alg, Expect, NotVerified, Secret, check_times, pkce_s256};
use serde_json::Value;
use url::Url;

use crate::keyset::KeySets;
use crate::outbound::{Outbound, Unreachable};

pub use attempt::{ATTEMPT_LIFE, Attempt};
use discovery::Discoveries;
pub use oauth2::Oauth2Registration;
pub use wechat::{OfficialAccount, WechatAccount};

/// What a provider knows us by.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The provider's issuer, exactly as it writes it.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Our secret there; none for a public client.
    pub client_secret: Option<Secret>,
    /// What is asked for, `openid` included.
    pub scope: String,
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
}

/// What is asked of the provider besides who it is; all of it optional (OIDC Core §3.1.2.1).
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// `prompt`. With `login` in it, and [`Attempt::fresh`] set, an older sign-in is refused.
    pub prompt: Option<&'a str>,
    /// `login_hint`.
    pub login_hint: Option<&'a str>,
    /// `ui_locales`.
    pub ui_locales: Option<&'a str>,
}

/// Who came back.
#[derive(Clone)]
pub struct Identity {
    /// The provider's id for the person; unique only together with the issuer.
    pub subject: String,
    /// The provider's id for the person across accounts of one owner, where it has such ids and says it.
    pub union_id: Option<String>,
    /// The claims of the ID token, and those of userinfo that it lacks; what else a provider says in the names
    /// of claims.
    pub claims: Value,
}

/// Why nobody was identified. None of these repeats a secret, a token or what the provider wrote,
/// but for its error code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The provider gives no usable answer.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(#[from] Unreachable),
    /// What the provider answered is not what the standard asks for.
    #[error("{0}")]
    Malformed(&'static str),
    /// What the browser brought back is not the answer to this attempt.
    #[error("{0}")]
    NotOurs(&'static str),
    /// The provider refused, with this error code.
    #[error("the provider refused: {0}")]
    Refused(String),
}

impl From<NotAccepted> for UpstreamError {
    fn from(why: NotAccepted) -> Self {
        match why {
            NotAccepted::Malformed(why) => Self::Malformed(why),
            NotAccepted::Refused(code) => Self::Refused(code),
        }
    }
}

/// Why what a browser brought back is not taken.
fn not_ours(why: NotAccepted) -> UpstreamError {
    match why {
        NotAccepted::Malformed(why) => UpstreamError::NotOurs(why),
        refused => refused.into(),
    }
}

/// Asks other providers who somebody is, under the address policy of its [`Outbound`].
pub struct Upstreams {
    outbound: Arc<Outbound>,
    discoveries: Arc<Discoveries>,
}

impl Upstreams {
    /// Asks through `outbound`.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self { discoveries: Arc::new(Discoveries::new(outbound.clone())), outbound }
    }

    /// The address at which the provider signs people in, if it is known by now: for a page whose
    /// form may lead there. Where it is not, it is asked for in the background.
    pub fn known_address(&self, issuer: &str, now: Moment) -> Option<String> {
        match self.discoveries.held(issuer, now) {
            Some(found) => found.ok().map(|metadata| metadata.authorization_endpoint.clone()),
            None => {
                let (discoveries, issuer) = (self.discoveries.clone(), issuer.to_owned());
                tokio::spawn(async move { discoveries.metadata(&issuer, now).await });
                None
            }
        }
    }

    /// The address to send the browser to: authorization code, PKCE with S256, state and nonce.
    pub async fn leave(
        &self,
        at: &Registration,
        attempt: &Attempt,
        wishes: &Wishes<'_>,
        now: Moment,
    ) -> Result<String, UpstreamError> {
        let metadata = self.discoveries.metadata(&at.issuer, now).await?;
        let mut url: Url =
            self.outbound.policy().url(&metadata.authorization_endpoint).map_err(Unreachable::from)?;
        url.set_fragment(None);
        let challenge = pkce_s256(&attempt.verifier);
        let always = [
            ("response_type", "code"),
            ("client_id", &at.client_id),
            ("redirect_uri", &at.redirect_uri),
            ("scope", &at.scope),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let wished =
            [("prompt", wishes.prompt), ("login_hint", wishes.login_hint), ("ui_locales", wishes.ui_locales)];
        let wished = wished.into_iter().filter_map(|(name, value)| Some((name, value?)));
        url.query_pairs_mut()
            .extend_pairs(always)
            .extend_pairs(wished.filter(|(_, value)| !value.is_empty()));
        Ok(url.into())
    }

    /// Who came back with these parameters: they must answer this attempt, the code is redeemed, and
    /// the ID token is held against everything that was asked (OIDC Core §3.1.3.7, RFC 9207).
    pub async fn identify(
        &self,
        at: &Registration,
        attempt: &Attempt,
        returned: &Returned<'_>,
        keysets: &KeySets,
        now: Moment,
    ) -> Result<Identity, UpstreamError> {
        if !returned.answers(&attempt.state) {
            return Err(UpstreamError::NotOurs("the state is not that of this browser's attempt"));
        }
        let metadata = self.discoveries.metadata(&at.issuer, now).await?;
        let code = returned.code(&attempt.state, &metadata).map_err(not_ours)?;
        let answer = self.redeem(at, &metadata, code, &attempt.verifier).await?;
        let token = answer["id_token"].as_str();
        let token = token.ok_or(UpstreamError::Malformed("the token answer holds no ID token"))?;
        let claims = verified(keysets, &metadata, token, now).await?;
        let expected = Expected {
            issuer: &at.issuer,
            client_id: &at.client_id,
            nonce: &attempt.nonce,
            signed_in_since: attempt.fresh.then_some(attempt.begun_at),
        };
        let subject = subject(&claims, &expected)?;
        let claims = self.complete(at, &metadata, &answer, claims).await?;
        Ok(Identity { subject, union_id: None, claims })
    }

    async fn redeem(
        &self,
        at: &Registration,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<Value, UpstreamError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &at.redirect_uri),
            ("code_verifier", verifier),
        ];
        let secret = at.client_secret.as_ref().map(Secret::expose);
        let mut basic = None;
        match (metadata.authentication(secret.is_some())?, secret) {
            (Authentication::Basic, Some(secret)) => basic = Some(credentials(&at.client_id, secret)),
            (Authentication::Post, Some(secret)) => {
                fields.extend([("client_id", &*at.client_id), ("client_secret", secret)]);
            }
            _ => fields.push(("client_id", &at.client_id)),
        }
        let basic = basic.as_ref().map(Secret::expose);
        let answered = self.outbound.post_form_for_json(&metadata.token_endpoint, basic, &fields).await?;
        match answered {
            (200, answer) if answer.is_object() => Ok(answer),
            (status, answer) => match answer["error"].as_str() {
                Some(error) => Err(UpstreamError::Refused(error_code(error))),
                None if status == 200 => Err(UpstreamError::Malformed("the token answer is no object")),
                None => Err(Unreachable::Status(status).into()),
            },
        }
    }

    /// Adds what userinfo says, if more than the subject was asked for. Claims only fill a profile,
    /// so a provider whose userinfo is silent still signs people in.
    async fn complete(
        &self,
        at: &Registration,
        metadata: &Metadata,
        answer: &Value,
        claims: Value,
    ) -> Result<Value, UpstreamError> {
        let more = at.scope.split(' ').any(|scope| !matches!(scope, "" | "openid"));
        let (Some(endpoint), Some(token), true) =
            (&metadata.userinfo_endpoint, answer["access_token"].as_str(), more)
        else {
            return Ok(claims);
        };
        match self.outbound.get_json_here(endpoint, Some(token)).await {
            Ok(userinfo) => Ok(merged(&claims, &userinfo.document)?),
            Err(why) => {
                tracing::warn!(%why, "a provider's userinfo gave no claims");
                Ok(claims)
            }
        }
    }
}

/// The claims of an ID token that the provider signed and that is of this moment. The algorithm is
/// that of the key, whatever the token says.
async fn verified(
    keysets: &KeySets,
    metadata: &Metadata,
    token: &str,
    now: Moment,
) -> Result<Value, UpstreamError> {
    let source = KeySource::JwksUri(metadata.jwks_uri.clone());
    let expect = Expect { typ: None, algs: &Alg::ALL };
    let mut claims = keysets.keys(&source, now, false).await?.verify(token, &expect);
    if claims == Err(NotVerified::UnknownKey) {
        claims = keysets.keys(&source, now, true).await?.verify(token, &expect);
    }
    let refused = |why: NotVerified| match why {
        NotVerified::Expired => UpstreamError::Malformed("the ID token has expired"),
        NotVerified::NotYet => UpstreamError::Malformed("the ID token is not good yet"),
        NotVerified::Dates => UpstreamError::Malformed("the ID token's dates make no sense"),
        _ => UpstreamError::Malformed("the ID token is not signed by a key of the provider"),
    };
    let claims = claims.map_err(refused)?;
    check_times(&claims, now, LEEWAY).map_err(refused)?;
    Ok(claims)
}

/// `client_secret_basic`: both parts are form-encoded first (RFC 6749 §2.3.1).
fn credentials(client_id: &str, secret: &str) -> Secret {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::from(format!("{}:{}", encode(client_id), encode(secret)));
    Secret::from(format!("Basic {}", STANDARD.encode(pair.expose())))
}

#[cfg(test)]
#[path = "upstream_tests.rs"]
mod tests;
