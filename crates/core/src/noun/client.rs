//! An OAuth client: what hosts and apps have in common, and which of the two it is.

use serde::{Deserialize, Serialize};

use crate::id::ClientId;
use crate::moment::Moment;
use crate::noun::app::App;
use crate::noun::host::Host;

/// A registered client (RFC 6749 §2): a host or an app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// The `client_id`; an app's is its `app_id` and the audience of its launch tokens.
    pub id: ClientId,
    /// The name shown to people.
    pub name: String,
    /// How it proves who it is at the token endpoint.
    pub auth: AuthMethod,
    /// SHA-256 of the client secret, where [`AuthMethod`] uses one.
    pub secret_digest: Option<[u8; 32]>,
    /// The keys with which it signs, for `private_key_jwt`.
    pub keys: Option<KeySource>,
    /// Where codes may be sent; compared exactly, ports of loopback addresses aside (RFC 8252 §7.3).
    pub redirect_uris: Vec<String>,
    /// Where a browser may be sent after signing out (OIDC RP-Initiated Logout §3).
    pub post_logout_redirect_uris: Vec<String>,
    /// Web origins whose scripts may call the API (CORS), without a trailing slash.
    pub origins: Vec<String>,
    /// The algorithm of its ID tokens and logout tokens.
    pub id_token_alg: TokenAlg,
    /// Whether ID tokens always carry `auth_time` (OIDC Dynamic Registration §2).
    pub require_auth_time: bool,
    /// Where its back end is told that a session ended (OIDC Back-Channel Logout §2.2).
    pub backchannel_logout_uri: Option<String>,
    /// When it was registered first.
    pub registered_at: Moment,
    /// Since when it is suspended, if it is.
    pub suspended_at: Option<Moment>,
    /// Which of the two it is, with what only that one has.
    pub role: Role,
}

/// Whether a client is a super app or a mini-program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A super app: signs people in and launches mini-programs.
    Host(Host),
    /// A mini-program, a plain OIDC client, or a service of the super app's own.
    App(Box<App>),
}

/// How a client authenticates at the token endpoint (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A public client: it has no secret and must use PKCE.
    None,
    /// The secret in the `Authorization` header.
    ClientSecretBasic,
    /// The secret in the form.
    ClientSecretPost,
    /// An assertion signed with the client's own key (RFC 7523 §2.2).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Whether the method uses a shared secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// The signature algorithm of ID tokens and logout tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum TokenAlg {
    /// RSA with SHA-256, the default that OIDC requires.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// Where somebody's public keys are (RFC 7517).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// The key set itself.
    Jwks(serde_json::Value),
    /// An address from which the key set is fetched.
    JwksUri(String),
}

impl Client {
    /// The app, if this client is one.
    pub fn app(&self) -> Option<&App> {
        match &self.role {
            Role::App(app) => Some(app),
            Role::Host(_) => None,
        }
    }

    /// The host, if this client is one.
    pub fn host(&self) -> Option<&Host> {
        match &self.role {
            Role::Host(host) => Some(host),
            Role::App(_) => None,
        }
    }

    /// Whether the client may be used at all.
    pub fn is_live(&self) -> bool {
        self.suspended_at.is_none()
    }

    /// Whether it has no way to keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.auth == AuthMethod::None
    }
}
