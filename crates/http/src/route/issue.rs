//! What the grants share: the client that asks, and the tokens it is answered with.

use std::sync::Arc;

use portico_core::denied::Denied;
use portico_core::id::{SessionId, TokenId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::acr::Acr;
use portico_core::noun::token::{Purpose, Token};
use portico_core::rule::acr;
use portico_core::scope::ScopeSet;
use portico_live::LiveClient;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::House;
use crate::form::Fields;
use crate::house::unavailable;

/// How long a host's access token lives.
pub const HOST_TOKEN_LIFE: Span = Span::minutes(10);
/// How long an ID token may be relied on.
const ID_TOKEN_LIFE: Span = Span::minutes(10);

/// A token request whose client has authenticated.
pub struct Asking<'a> {
    /// The client.
    pub client: Arc<LiveClient>,
    /// The parameters.
    pub fields: &'a Fields<'a>,
}

/// The answer of most grants (RFC 6749 §5.1).
#[derive(Serialize)]
pub struct Granted {
    /// The access token.
    pub access_token: String,
    /// What kind of token it is, for a token exchange (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// How it is presented.
    pub token_type: &'static str,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// What it is good for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token (OIDC Core §3.1.3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

/// What an access token is made of.
pub struct Issue<'a> {
    /// Whose token it is.
    pub client: &'a LiveClient,
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// What it is good for.
    pub scope: ScopeSet,
    /// How long it lives.
    pub ttl: Span,
    /// Who brought it about.
    pub actor: Option<portico_core::id::ClientId>,
    /// When the person signed in, where that was asked for.
    pub auth_time: Option<Moment>,
    /// How strongly, where that was asked for.
    pub acr: Option<Acr>,
}

impl Issue<'_> {
    /// The token, with a fresh `jti`, as of now.
    pub fn token(self, house: &House) -> Token {
        let now = house.now();
        let purpose = match self.client.client.app() {
            None => Purpose::Host,
            Some(app) if app.kind == portico_core::noun::app::AppKind::Service => Purpose::Service,
            Some(_) => Purpose::App,
        };
        Token {
            id: TokenId::from_bytes(house.live.vault().fresh()),
            purpose,
            client: self.client.client.id.clone(),
            user: self.user,
            session: self.session,
            scope: self.scope,
            issued_at: now,
            expires_at: now + self.ttl,
            actor: self.actor,
            auth_time: self.auth_time,
            acr: self.acr,
        }
    }
}

/// What an ID token says beside the ids.
#[derive(Default)]
pub struct IdToken<'a> {
    /// The `nonce` of the request.
    pub nonce: Option<&'a str>,
    /// When the person signed in, where that was asked for.
    pub auth_time: Option<Moment>,
    /// The methods of the sign-in (RFC 8176), where it was asked how strong it was.
    pub methods: Option<&'a str>,
}

/// Signs an ID token (OIDC Core §2) with the algorithm that the client registered.
pub async fn id_token(
    house: &House,
    client: &LiveClient,
    user: UserId,
    session: SessionId,
    says: &IdToken<'_>,
) -> Result<String, Denied> {
    let now = house.now();
    let open_id = house.live.open_id(client, user).await.map_err(|cause| unavailable(&cause))?;
    let mut claims = Map::from_iter([
        ("iss".to_owned(), json!(house.live.issuer())),
        ("sub".to_owned(), json!(open_id)),
        ("aud".to_owned(), json!(client.client.id)),
        ("exp".to_owned(), json!((now + ID_TOKEN_LIFE).seconds())),
        ("iat".to_owned(), json!(now.seconds())),
        ("sid".to_owned(), json!(client.keys.session_sid(session))),
    ]);
    if let Some(nonce) = says.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(auth_time) = says.auth_time {
        claims.insert("auth_time".to_owned(), json!(auth_time.seconds()));
    }
    if let Some(methods) = says.methods {
        claims.insert("acr".to_owned(), json!(acr::level(methods)));
        claims.insert("amr".to_owned(), json!(acr::named(methods)));
    }
    let alg = client.client.id_token_alg;
    let ring = house.live.ring();
    let key = ring.signing(alg, now).ok_or_else(|| Denied::unavailable("no signing key"))?;
    Ok(key.sign_jwt("JWT", &Value::Object(claims)))
}

/// Signs an access token.
pub async fn access_token(house: &House, client: &LiveClient, token: &Token) -> Result<String, Denied> {
    house.live.sign(token, client).await.map_err(|cause| unavailable(&cause))
}
