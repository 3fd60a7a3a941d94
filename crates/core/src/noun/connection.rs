//! A connection: another provider at which people may prove who they are.

use serde::{Deserialize, Serialize};

use crate::id::ConnectionId;
use crate::moment::Moment;

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
    /// Our secret there, wrapped under the operator's key for this connection alone.
    #[serde(skip)]
    pub wrapped_secret: Option<Vec<u8>>,
    /// When it was registered.
    pub registered_at: Moment,
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
}

impl Connection {
    /// Under what links made by this connection are kept.
    pub fn issuer(&self) -> &str {
        match &self.kind {
            ConnectionKind::Oidc { issuer, .. } => issuer,
        }
    }
}
