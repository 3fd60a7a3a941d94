//! Samples for the tests of the rules.
#![allow(clippy::unwrap_used)]

use crate::id::{SessionId, UserId};
use crate::moment::{Moment, Span};
use crate::noun::app::{App, AppKind, Permission};
use crate::noun::client::{AuthMethod, Client, Role, TokenAlg};
use crate::noun::consent::{Consents, Decision, Standing};
use crate::noun::host::Host;
use crate::noun::session::Session;
use crate::scope::ScopeSet;

pub(crate) const NOW: Moment = Moment::from_seconds(1_800_000_000);

pub(crate) fn scopes(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

pub(crate) fn user(byte: u8) -> UserId {
    UserId::from_bytes([byte; 16])
}

/// An app that requires `profile.basic` and `phone.verified` and would like `email.verified`.
pub(crate) fn client(id: &str) -> Client {
    let permission = |scope: &str, required| Permission {
        scope: scope.parse().unwrap(),
        reason: "because".into(),
        required,
    };
    Client {
        id: id.parse().unwrap(),
        name: "Taxi".into(),
        auth: AuthMethod::ClientSecretBasic,
        secret_digest: Some([7; 32]),
        keys: None,
        redirect_uris: vec!["https://taxi.example/callback".into()],
        post_logout_redirect_uris: vec![],
        origins: vec!["https://taxi.example".into()],
        id_token_alg: TokenAlg::Rs256,
        require_auth_time: false,
        backchannel_logout_uri: Some("https://taxi.example/logout".into()),
        registered_at: NOW,
        suspended_at: None,
        role: Role::App(Box::new(App {
            wx_app_id: "wx0123456789abcdef".into(),
            developer: "acme".parse().unwrap(),
            kind: AppKind::Webview,
            short_name: None,
            description: None,
            icons: vec![],
            version_code: 1,
            version_name: "1.0.0".into(),
            pages: vec![],
            permissions: vec![
                permission("profile.basic", true),
                permission("phone.verified", true),
                permission("email.verified", false),
            ],
            entry: None,
            token_ttl: Span::seconds(1800),
            push: None,
            preauthorised: ScopeSet::empty(),
        })),
    }
}

pub(crate) fn host(id: &str) -> Client {
    Client {
        auth: AuthMethod::None,
        secret_digest: None,
        redirect_uris: vec!["https://super.example/back".into()],
        role: Role::Host(Host::default()),
        ..client(id)
    }
}

pub(crate) fn app(client: &Client) -> &App {
    client.app().unwrap()
}

pub(crate) fn consents(said: &[(&str, Decision)]) -> Consents {
    let standing = |(scope, decision): &(&str, Decision)| Standing {
        scope: scope.parse().unwrap(),
        decision: *decision,
        decided_at: NOW,
    };
    Consents(said.iter().map(standing).collect())
}

pub(crate) fn session() -> Session {
    Session {
        id: SessionId::from_bytes([3; 16]),
        user: user(1),
        client: "super".parse().unwrap(),
        started_at: NOW,
        used_at: NOW,
        authenticated_at: NOW,
        method: "pwd".into(),
        sealed_label: vec![],
        cookie_digest: None,
        expires_at: NOW + Span::days(30),
        ended: None,
    }
}
