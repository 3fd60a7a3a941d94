//! Values to work with, made from small numbers.

use portico_core::id::{ClientId, DeliveryId, FamilyId, SessionId, TokenId, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::agreement::Agreement;
use portico_core::noun::app::{App, AppKind, Permission};
use portico_core::noun::challenge::{CHALLENGE_LIFE, Challenge, ChallengePurpose};
use portico_core::noun::client::{AuthMethod, Client, KeySource, Role, TokenAlg};
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_core::noun::consent::{ConsentEntry, ConsentRequest, Decision, Words};
use portico_core::noun::delivery::{Delivery, DeliveryState, Told};
use portico_core::noun::developer::Developer;
use portico_core::noun::family::Family;
use portico_core::noun::host::{Colour, Host, Scheme, Theme, TrustedIssuer};
use portico_core::noun::key::SigningKeyRecord;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_core::noun::passkey::Passkey;
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_core::noun::session::Session;
use portico_core::noun::ticket::LinkTicket;
use portico_core::noun::wechat::{AppToken, AppTokenKind, SessionKey};
use serde_json::json;

/// So many seconds into the story.
pub(super) fn at(seconds: i64) -> Moment {
    Moment::from_seconds(1_700_000_000 + seconds)
}

fn bytes<const N: usize>(number: u32) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(super) fn user_id(number: u32) -> UserId {
    UserId::from_bytes(bytes(number))
}

pub(super) fn session_id(number: u32) -> SessionId {
    SessionId::from_bytes(bytes(number))
}

pub(super) fn family_id(number: u32) -> FamilyId {
    FamilyId::from_bytes(bytes(number))
}

pub(super) fn token_id(number: u32) -> TokenId {
    TokenId::from_bytes(bytes(number))
}

pub(super) fn delivery_id(number: u32) -> DeliveryId {
    DeliveryId::from_bytes(bytes(number))
}

pub(super) fn digest(number: u32) -> [u8; 32] {
    bytes(number)
}

pub(super) fn client_id(text: &str) -> ClientId {
    text.parse().unwrap()
}

pub(super) fn developer(id: &str) -> Developer {
    Developer { id: id.parse().unwrap(), name: format!("{id} Ltd"), registered_at: at(0) }
}

fn client(id: &str, role: Role) -> Client {
    Client {
        id: client_id(id),
        name: format!("The “{id}”"),
        auth: AuthMethod::ClientSecretBasic,
        secret_digest: Some(digest(7)),
        keys: Some(KeySource::Jwks(json!({ "keys": [{ "kty": "OKP" }] }))),
        redirect_uris: vec![format!("https://{id}.example/callback")],
        post_logout_redirect_uris: vec![],
        origins: vec![format!("https://{id}.example")],
        id_token_alg: TokenAlg::Es256,
        require_auth_time: true,
        backchannel_logout_uri: Some(format!("https://{id}.example/logout")),
        registered_at: at(0),
        suspended_at: None,
        role,
    }
}

pub(super) fn host(id: &str) -> Client {
    let keys = KeySource::JwksUri("https://issuer.example/keys".to_owned());
    let issuer = TrustedIssuer {
        issuer: "https://issuer.example".to_owned(),
        keys,
        audience: None,
        user_claim: "sub".to_owned(),
    };
    let theme = Theme {
        accent: Some(Colour([10, 127, 90])),
        scheme: Some(Scheme::Dark),
        logo: Some("https://super.example/logo.svg".to_owned()),
    };
    client(id, Role::Host(Host { trusted_issuers: vec![issuer], theme }))
}

pub(super) fn app(id: &str, developer: &str) -> Client {
    let permission = Permission {
        scope: "profile.basic".parse().unwrap(),
        reason: "To greet you".to_owned(),
        required: false,
    };
    let app = App {
        wx_app_id: format!("wx-{id}"),
        developer: developer.parse().unwrap(),
        kind: AppKind::Webview,
        short_name: None,
        description: Some("Rides".to_owned()),
        icons: vec![],
        version_code: 3,
        version_name: "1.0.3".to_owned(),
        pages: vec!["pages/index".to_owned()],
        permissions: vec![permission],
        entry: None,
        token_ttl: Span::minutes(10),
        push: None,
        preauthorised: "profile.basic".parse().unwrap(),
    };
    client(id, Role::App(Box::new(app)))
}

pub(super) fn person(number: u32) -> Person {
    Person {
        id: user_id(number),
        created_at: at(0),
        blocked_at: None,
        erased_at: None,
        password: Some(format!("$argon2id${number}")),
        wrapped_key: vec![0, 1, 2],
        sealed_profile: format!("sealed {number}").into_bytes(),
    }
}

pub(super) fn handle(kind: HandleKind, number: u32, verified: bool) -> Handle {
    Handle { kind, index: digest(number), verified }
}

pub(super) fn link(subject: u32, user: UserId) -> Link {
    let issuer = "https://issuer.example".to_owned();
    Link {
        issuer,
        subject_index: digest(subject),
        user,
        proof: LinkProof::Assertion,
        linked_at: at(0),
        open_id: None,
    }
}

/// An OpenID at this app that came from elsewhere.
pub(super) fn open_id(subject: u32, user: UserId, app: &ClientId) -> Link {
    Link {
        issuer: app_issuer(app),
        subject_index: digest(subject),
        user,
        proof: LinkProof::Import,
        linked_at: at(0),
        open_id: Some(format!("sealed {subject} for {app}").into_bytes()),
    }
}

pub(super) fn agreement(from: &ClientId, to: &ClientId) -> Agreement {
    Agreement { from: from.clone(), to: to.clone(), registered_at: at(1) }
}

pub(super) fn ticket(number: u32, user: UserId, session: SessionId, host: &ClientId) -> LinkTicket {
    LinkTicket {
        digest: digest(number),
        user,
        session,
        host: host.clone(),
        connections: ["acme-shop", "acme-club"].map(|id| id.parse().unwrap()).to_vec(),
        silent: false,
        return_to: "https://super.example/linked?a=1".to_owned(),
        expires_at: at(300),
        opened: None,
        step: 0,
        sealed: vec![],
        code: None,
        used_at: None,
    }
}

pub(super) fn session_key(generation: u32, user: UserId, app: &ClientId) -> SessionKey {
    SessionKey { app: app.clone(), user, session: session_id(1), generation, since: at(1) }
}

pub(super) fn app_token(kind: AppTokenKind, generation: u32, app: &ClientId) -> AppToken {
    AppToken { app: app.clone(), kind, generation, since: at(1), earlier: vec![] }
}

pub(super) fn passkey(number: u32, user: UserId) -> Passkey {
    Passkey {
        digest: digest(number),
        user,
        sealed_credential: format!("credential {number}").into_bytes(),
        sealed_name: format!("name {number}").into_bytes(),
        created_at: at(1),
        used_at: None,
    }
}

pub(super) fn challenge(number: u32, user: Option<UserId>) -> Challenge {
    Challenge {
        digest: digest(number),
        purpose: ChallengePurpose::SignIn,
        user,
        answer: digest(number + 1),
        sealed: vec![4, 5],
        tries: 0,
        expires_at: at(0) + CHALLENGE_LIFE,
        answered_at: None,
    }
}

pub(super) fn session(number: u32, user: UserId, client: &ClientId) -> Session {
    Session {
        id: session_id(number),
        user,
        client: client.clone(),
        started_at: at(0),
        used_at: at(0),
        authenticated_at: at(0),
        method: "pwd".to_owned(),
        sealed_label: vec![9, 9],
        cookie_digest: Some(digest(number)),
        expires_at: at(10_000),
        ended: None,
    }
}

pub(super) fn decision(
    user: UserId,
    app: &ClientId,
    scope: &str,
    decision: Decision,
    when: i64,
) -> ConsentEntry {
    let words = Words {
        app_name: "Taxi".to_owned(),
        title: "Name".to_owned(),
        description: "Your name".to_owned(),
        reason: "To greet “you”".to_owned(),
        locale: "en".to_owned(),
    };
    ConsentEntry { user, app: app.clone(), scope: scope.parse().unwrap(), decision, at: at(when), words }
}

pub(super) fn request(number: u32, user: UserId, session: SessionId, app: &ClientId) -> ConsentRequest {
    ConsentRequest {
        digest: digest(number),
        user,
        session,
        app: app.clone(),
        asker: app.clone(),
        scope: "profile.basic email.verified".parse().unwrap(),
        resume: Some("/authorize".to_owned()),
        expires_at: at(600),
        opened: None,
        theme: Some(Scheme::Dark),
        ui_locales: Some("zh-Hans ru".to_owned()),
        closed_at: None,
    }
}

pub(super) fn code(number: u32, user: UserId, session: SessionId, client: &ClientId) -> Code {
    Code {
        digest: digest(number),
        kind: CodeKind::Authorization,
        client: client.clone(),
        user,
        session,
        scope: "openid profile.basic".parse().unwrap(),
        redirect_uri: Some("https://app.example/callback".to_owned()),
        challenge: Some("challenge".to_owned()),
        nonce: Some("nonce".to_owned()),
        auth_time_asked: true,
        acr_asked: true,
        actor: None,
        expires_at: at(60),
        used: None,
    }
}

pub(super) fn gave(number: u32) -> CodeUse {
    CodeUse { token: Some(token_id(number)), token_expires_at: at(900), family: Some(family_id(number)) }
}

pub(super) fn family(number: u32, session: SessionId, client: &ClientId) -> Family {
    Family {
        id: family_id(number),
        session,
        client: client.clone(),
        scope: "openid profile.basic".parse().unwrap(),
        generation: 1,
        rotated_at: at(0),
        revoked_at: None,
    }
}

pub(super) fn delivery(number: u32, client: &ClientId, user: UserId, session: SessionId) -> Delivery {
    Delivery {
        id: delivery_id(number),
        client: client.clone(),
        user,
        what: Told::Logout(session),
        queued_at: at(0),
        attempts: 0,
        next_at: at(i64::from(number)),
        state: DeliveryState::Pending,
        owner: None,
        last_error: None,
    }
}

pub(super) fn signing_key(kid: &str, made: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: kid.to_owned(),
        alg: TokenAlg::EdDsa,
        wrapped: vec![1, 2, 3],
        public_jwk: json!({ "kty": "OKP", "kid": kid }),
        created_at: at(made),
        signs_from: at(made + 60),
        retires_at: None,
    }
}
