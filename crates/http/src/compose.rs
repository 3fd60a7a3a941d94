//! Composing messages to back ends: logout tokens (OIDC Back-Channel Logout §2.4), and data events.

use std::sync::Arc;

use portico_core::id::{TokenId, UserId};
use portico_core::moment::Span;
use portico_core::noun::delivery::{Delivery, Told};
use portico_live::{Live, LiveClient};
use portico_reach::{Compose, Composed};
use portico_store::Unavailable;
use serde_json::json;

use crate::wechat::event;

/// How long a receiver may take a logout token for fresh.
const LIFE: Span = Span::minutes(2);

/// Composes messages from what is in memory and the store.
pub struct LogoutTokens(
    /// The memory.
    pub Arc<Live>,
);

impl LogoutTokens {
    /// The person's OpenID. None where it may have come from elsewhere and is erased with them: the session
    /// alone says then what is over (OIDC Back-Channel Logout §2.4).
    async fn sub(&self, client: &LiveClient, user: UserId) -> Result<Option<String>, Unavailable> {
        let erased = async || Ok(self.0.person(user).await?.is_none_or(|who| who.person.erased_at.is_some()));
        if client.imports && erased().await? {
            return Ok(None);
        }
        self.0.open_id(client, user).await.map(Some)
    }
}

#[async_trait::async_trait]
impl Compose for LogoutTokens {
    async fn message(&self, delivery: &Delivery) -> Composed {
        let Ok(client) = self.0.client(&delivery.client).await else { return Composed::NotNow };
        let Some(client) = client else { return Composed::Drop { reason: "the client is gone".into() } };
        let session = match &delivery.what {
            Told::Logout(session) => *session,
            Told::Data(event) => return event::composed(&self.0, &client, delivery, event),
        };
        let Some(uri) = client.client.backchannel_logout_uri.clone() else {
            return Composed::Drop { reason: "the client has no backchannel_logout_uri any more".into() };
        };
        let Ok(sub) = self.sub(&client, delivery.user).await else { return Composed::NotNow };
        let now = self.0.now();
        let mut claims = json!({
            "iss": self.0.issuer(),
            "aud": client.client.id,
            "sid": client.keys.session_sid(session),
            "iat": now.seconds(),
            "exp": (now + LIFE).seconds(),
            "jti": TokenId::from_bytes(self.0.vault().fresh()),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        if let Some(sub) = sub {
            claims["sub"] = sub.into();
        }
        let ring = self.0.ring();
        let Some(key) = ring.signing(client.client.id_token_alg, now) else { return Composed::NotNow };
        Composed::Send { uri, token: key.sign_jwt("logout+jwt", &claims) }
    }
}
