//! Tokens: signed once, verified once, and told from memory afterwards.

use std::ops::Deref;
use std::sync::Arc;

use portico_core::id::{ClientId, TokenId};
use portico_core::moment::Moment;
use portico_core::noun::acr::Acr;
use portico_core::noun::app::AppKind;
use portico_core::noun::client::TokenAlg;
use portico_core::noun::consent::Consents;
use portico_core::noun::token::{Purpose, Token};
use portico_core::rule::validate::{self, Facts};
use portico_core::scope::ScopeSet;
use portico_seal::{Alg, Expect, digest};
use portico_store::Unavailable;
use serde::{Deserialize, Serialize};

use crate::{Live, LiveClient};

/// The claims of an access token (RFC 9068 §2.2), as they are written and read.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    client_id: &'a str,
    sub: String,
    sid: String,
    scope: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Act<'a> {
    sub: &'a str,
}

#[derive(Deserialize)]
struct Read {
    iss: String,
    aud: String,
    client_id: ClientId,
    sub: String,
    sid: String,
    scope: ScopeSet,
    iat: i64,
    exp: i64,
    jti: String,
    auth_time: Option<i64>,
    acr: Option<Acr>,
    act: Option<ReadAct>,
}

#[derive(Deserialize)]
struct ReadAct {
    sub: ClientId,
}

const TYP: &str = "at+jwt";

/// A token whose signature was checked, and its ids as its client knows them.
pub struct Verified {
    token: Token,
    /// `sub`.
    pub sub: String,
    /// `sid`.
    pub sid: String,
    /// `jti`.
    pub jti: String,
    /// `scope`, as it was issued.
    pub scope_text: String,
    /// Whether `sub` came from elsewhere, so that it may be another's, or nobody's, by now.
    imported: bool,
}

impl Deref for Verified {
    type Target = Token;

    fn deref(&self) -> &Token {
        &self.token
    }
}

/// A token whose signature was checked, with everything that decides whether it is good now.
pub struct Signed {
    /// What it says.
    pub token: Arc<Verified>,
    /// Its client.
    pub client: Arc<LiveClient>,
    /// The scopes it is good for now.
    pub scope: ScopeSet,
}

impl Live {
    /// Signs an access token (EdDSA, one signature).
    ///
    /// The ids in it are those that `client` knows. Fails only if there is no key, or an OpenID from elsewhere
    /// cannot be read.
    pub async fn sign(&self, token: &Token, client: &LiveClient) -> Result<String, Unavailable> {
        let sub = self.open_id(client, token.user).await?;
        let ring = self.ring();
        let key = ring.signing(TokenAlg::EdDsa, self.now()).ok_or_else(no_key)?;
        let aud = match token.purpose {
            Purpose::Host => self.issuer(),
            Purpose::App | Purpose::Service => client.client.id.as_str(),
        };
        let claims = Claims {
            iss: self.issuer(),
            aud,
            client_id: client.client.id.as_str(),
            sub,
            sid: client.keys.session_sid(token.session),
            scope: &token.scope.to_string(),
            iat: token.issued_at.seconds(),
            exp: token.expires_at.seconds(),
            jti: token.id.to_string(),
            auth_time: token.auth_time.map(Moment::seconds),
            acr: token.acr,
            act: token.actor.as_ref().map(|actor| Act { sub: actor.as_str() }),
        };
        Ok(key.sign_jwt(TYP, &claims))
    }

    /// What a token of ours says, if its signature fits, whoever holds it and whatever has
    /// happened since. A token seen before is told from memory.
    pub async fn token(&self, text: &str) -> Result<Option<Arc<Verified>>, Unavailable> {
        let key = digest(text);
        if let Some(token) = self.tokens.get(&key) {
            return Ok(Some(token));
        }
        let expect = Expect { typ: Some(&[TYP]), algs: &[Alg::EdDsa] };
        let Ok(claims) = self.ring().verifying().verify(text, &expect) else { return Ok(None) };
        let Ok(claims) = serde_json::from_value::<Read>(claims) else { return Ok(None) };
        let Some(token) = self.resolve(claims).await? else { return Ok(None) };
        let token = Arc::new(token);
        self.tokens.insert(key, token.clone());
        Ok(Some(token))
    }

    async fn resolve(&self, claims: Read) -> Result<Option<Verified>, Unavailable> {
        if claims.iss != self.issuer() {
            return Ok(None);
        }
        let Some(live) = self.client(&claims.client_id).await? else { return Ok(None) };
        let purpose = match live.client.app() {
            None if claims.aud == self.issuer() => Purpose::Host,
            Some(app) if claims.aud == claims.client_id.as_str() => match app.kind {
                AppKind::Service => Purpose::Service,
                _ => Purpose::App,
            },
            _ => return Ok(None),
        };
        let ids = (
            self.person_of_open_id(&live, &claims.sub).await?,
            live.keys.session(&claims.sid),
            claims.jti.parse::<TokenId>().ok(),
        );
        let (Some(user), Some(session), Some(id)) = ids else { return Ok(None) };
        let scope_text = claims.scope.to_string();
        let imported = live.keys.person(&claims.sub).is_none();
        let token = Token {
            id,
            purpose,
            client: claims.client_id,
            user,
            session,
            scope: claims.scope,
            issued_at: Moment::from_seconds(claims.iat),
            expires_at: Moment::from_seconds(claims.exp),
            actor: claims.act.map(|act| act.sub),
            auth_time: claims.auth_time.map(Moment::from_seconds),
            acr: claims.acr,
        };
        Ok(Some(Verified { token, sub: claims.sub, sid: claims.sid, jti: claims.jti, scope_text, imported }))
    }

    /// What a token is good for at this moment; none if it is not good at all.
    ///
    /// This is the question of every protected call. It is answered from memory; what is not
    /// there is read from the store.
    pub async fn validate(&self, text: &str) -> Result<Option<Signed>, Unavailable> {
        let Some(token) = self.token(text).await? else { return Ok(None) };
        // Once for all that follows: whatever ends after this look ends while the question is under way.
        self.hold()?;
        let Some(client) = self.client_held(&token.client).await? else { return Ok(None) };
        if !self.names(&client, &token).await? {
            return Ok(None);
        }
        let Some(session) = self.session_held(token.session).await? else { return Ok(None) };
        let actor = match (token.purpose, &token.actor) {
            (Purpose::Service, Some(actor)) => self.client_held(actor).await?,
            _ => None,
        };
        let consents = match (token.purpose, &token.actor) {
            (Purpose::Host, _) => Arc::new(Consents::default()),
            (Purpose::Service, Some(actor)) => self.consents_held(token.user, actor).await?,
            (Purpose::App | Purpose::Service, _) => self.consents_held(token.user, &token.client).await?,
        };
        let now = self.now();
        let facts = Facts {
            client: Some(&client.client),
            actor: actor.as_ref().map(|actor| &actor.client),
            session_live: session.is_live(&self.settings().sessions, now),
            revoked: self.is_revoked(token.id),
            consents: &consents,
        };
        let scope = validate::validate(&token, facts, now);
        Ok(scope.map(|scope| Signed { token, client, scope }))
    }

    /// Whether `sub` is still what the client knows the person by. A derived one is, unless others came from
    /// elsewhere; what came from elsewhere may have been undone since, the last of its app included.
    pub async fn names(&self, client: &LiveClient, token: &Verified) -> Result<bool, Unavailable> {
        if !client.imports && !token.imported {
            return Ok(true);
        }
        Ok(self.open_id(client, token.user).await? == token.sub)
    }

    /// Whether the token was revoked by itself.
    pub fn is_revoked(&self, token: TokenId) -> bool {
        self.revoked.read().contains_key(&token)
    }
}

pub(crate) fn no_key() -> Unavailable {
    Unavailable("there is no signing key".into())
}
