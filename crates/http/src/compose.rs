//! Composing messages to back ends: logout tokens (OIDC Back-Channel Logout §2.4), and data events.

use std::sync::Arc;

use portico_core::id::TokenId;
use portico_core::moment::Span;
use portico_core::noun::delivery::{Delivery, Told};
use portico_live::Live;
use portico_reach::{Compose, Composed};
use serde_json::json;

use crate::wechat::event;

/// How long a receiver may take a logout token for fresh.
const LIFE: Span = Span::minutes(2);

/// Composes messages from what is in memory and the store.
pub struct LogoutTokens(
    /// The memory.
    pub Arc<Live>,
);

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
        let Ok(open_id) = self.0.open_id(&client, delivery.user).await else { return Composed::NotNow };
        let now = self.0.now();
        let claims = json!({
            "iss": self.0.issuer(),
            "aud": client.client.id,
            "sub": open_id,
            "sid": client.keys.session_sid(session),
            "iat": now.seconds(),
            "exp": (now + LIFE).seconds(),
            "jti": TokenId::from_bytes(self.0.vault().fresh()),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        let ring = self.0.ring();
        let Some(key) = ring.signing(client.client.id_token_alg, now) else { return Composed::NotNow };
        Composed::Send { uri, token: key.sign_jwt("logout+jwt", &claims) }
    }
}
