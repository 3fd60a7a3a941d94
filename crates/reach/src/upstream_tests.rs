#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use parking_lot::Mutex;
use portico_core::moment::Span;
use portico_seal::{SigningKey, SystemChance, key_set};
use serde_json::json;

use super::*;
use crate::address::AddressPolicy;
use crate::receiver::{Receiver, answer};

const NOW: Moment = Moment::from_seconds(1_700_000_000);
const BACK: &str = "https://portico.example/sign-in/return/provider";

/// What the provider answers at each of its addresses.
struct Answers {
    discovery: String,
    token: String,
    keys: String,
    userinfo: String,
}

struct Provider {
    receiver: Receiver,
    answers: Arc<Mutex<Answers>>,
    key: SigningKey,
    upstreams: Upstreams,
    keysets: KeySets,
}

fn ok(document: &Value) -> String {
    answer("200 OK", "", &document.to_string())
}

impl Provider {
    async fn start() -> Self {
        let key = SigningKey::generate(Alg::Rs256);
        let empty = Answers {
            discovery: String::new(),
            token: String::new(),
            keys: ok(&key_set([&key])),
            userinfo: answer("404 Not Found", "", ""),
        };
        let answers = Arc::new(Mutex::new(empty));
        let told = answers.clone();
        let receiver = Receiver::start(move |_, path| {
            let answers = told.lock();
            match path {
                "/.well-known/openid-configuration" => answers.discovery.clone(),
                "/token" => answers.token.clone(),
                "/keys" => answers.keys.clone(),
                "/userinfo" => answers.userinfo.clone(),
                _ => answer("200 OK", "", "{}"),
            }
        })
        .await;
        let outbound = Arc::new(Outbound::new(AddressPolicy::PRIVATE_TOO));
        let keysets = KeySets::new(outbound.clone());
        let provider = Self { receiver, answers, key, upstreams: Upstreams::new(outbound), keysets };
        provider.announce(json!({}));
        provider
    }

    fn issuer(&self) -> String {
        self.receiver.url("")
    }

    fn announce(&self, change: Value) {
        let mut document = json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.receiver.url("/authorize?tenant=a"),
            "token_endpoint": self.receiver.url("/token"),
            "jwks_uri": self.receiver.url("/keys"),
            "userinfo_endpoint": self.receiver.url("/userinfo"),
            "authorization_response_iss_parameter_supported": true,
        });
        document.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.answers.lock().discovery = ok(&document);
    }

    fn registration(&self) -> Registration {
        Registration {
            issuer: self.issuer(),
            client_id: "us & co".into(),
            client_secret: Some(Secret::from("s:cret%".to_owned())),
            scope: "openid email".into(),
            redirect_uri: BACK.into(),
        }
    }

    fn id_token(&self, attempt: &Attempt, change: Value) -> String {
        let mut claims = json!({
            "iss": self.issuer(), "sub": "42", "aud": "us & co", "nonce": attempt.nonce,
            "iat": NOW.seconds(), "exp": NOW.seconds() + 300,
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.key.sign_jwt("JWT", &claims)
    }

    async fn identify(&self, attempt: &Attempt) -> Result<Identity, UpstreamError> {
        let issuer = self.issuer();
        let returned = Returned {
            state: Some(&attempt.state),
            code: Some("c"),
            issuer: Some(&issuer),
            ..Returned::default()
        };
        self.upstreams.identify(&self.registration(), attempt, &returned, &self.keysets, NOW).await
    }

    /// What comes of a token answer whose ID token has these claims besides the good ones.
    async fn with_claims(&self, change: Value) -> Result<Identity, UpstreamError> {
        let attempt = attempt();
        let token = self.id_token(&attempt, change);
        self.answers.lock().token = ok(&json!({"access_token": "at", "id_token": token}));
        self.identify(&attempt).await
    }
}

fn attempt() -> Attempt {
    Attempt::begin(&SystemChance, String::new(), false, NOW)
}

fn why(result: Result<Identity, UpstreamError>) -> UpstreamError {
    match result {
        Ok(_) => panic!("somebody was identified"),
        Err(why) => why,
    }
}

#[tokio::test]
async fn the_browser_leaves_with_state_nonce_and_an_s256_challenge() {
    let provider = Provider::start().await;
    let attempt = attempt();
    let wishes = Wishes { prompt: Some("login"), login_hint: Some("a&b"), ui_locales: Some("") };
    let url = provider.upstreams.leave(&provider.registration(), &attempt, &wishes, NOW).await.unwrap();
    let url = Url::parse(&url).unwrap();
    let has = |name: &str, value: &str| url.query_pairs().any(|pair| pair == (name.into(), value.into()));
    assert!(has("tenant", "a") && has("response_type", "code") && has("client_id", "us & co"));
    assert!(has("state", &attempt.state) && has("nonce", &attempt.nonce) && has("redirect_uri", BACK));
    assert!(has("code_challenge", &pkce_s256(&attempt.verifier)) && has("code_challenge_method", "S256"));
    assert!(has("prompt", "login") && has("login_hint", "a&b") && has("scope", "openid email"));
    assert!(!url.as_str().contains("ui_locales") && !url.as_str().contains(&attempt.verifier));
}

#[tokio::test]
async fn who_comes_back_is_who_the_id_token_names() {
    let provider = Provider::start().await;
    let userinfo = json!({"sub": "42", "email": "a@example.org", "email_verified": true});
    provider.answers.lock().userinfo = ok(&userinfo);
    let identity = provider.with_claims(json!({})).await.unwrap();
    assert_eq!(identity.subject, "42");
    assert_eq!(identity.claims["email"], "a@example.org");
    let arrived = provider.receiver.arrived();
    let token = arrived.iter().find(|one| one.head.starts_with("post /token")).unwrap();
    assert!(token.body.contains("grant_type=authorization_code&code=c&redirect_uri="), "{}", token.body);
    assert!(token.body.contains("code_verifier=") && !token.body.contains("cret"), "{}", token.body);
    let basic = format!("authorization: basic {}", STANDARD.encode("us+%26+co:s%3Acret%25"));
    assert!(token.head.contains(&basic.to_ascii_lowercase()), "{}", token.head);
    let userinfo = arrived.iter().find(|one| one.head.starts_with("get /userinfo")).unwrap();
    assert!(userinfo.head.contains("authorization: bearer at"), "{}", userinfo.head);
}

#[tokio::test]
async fn discovery_and_keys_are_fetched_once() {
    let provider = Provider::start().await;
    for _ in 0..3 {
        provider.with_claims(json!({})).await.unwrap();
    }
    let count = |path: &str| {
        provider.receiver.arrived().iter().filter(|one| one.head.starts_with(&format!("get {path}"))).count()
    };
    assert_eq!((count("/.well-known"), count("/keys")), (1, 1));
}

#[tokio::test]
async fn a_secret_goes_into_the_form_where_the_provider_wants_it_there() {
    let provider = Provider::start().await;
    provider.announce(json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}));
    provider.with_claims(json!({})).await.unwrap();
    let arrived = provider.receiver.arrived();
    let token = arrived.iter().find(|one| one.head.starts_with("post /token")).unwrap();
    assert!(token.body.contains("client_id=us+%26+co&client_secret=s%3Acret%25"), "{}", token.body);
    assert!(!token.head.contains("authorization:"));
}

#[tokio::test]
async fn an_id_token_that_is_not_ours_names_nobody() {
    let provider = Provider::start().await;
    let s = NOW.seconds();
    for bad in [
        json!({"nonce": "another"}),
        json!({"iss": "https://other.example"}),
        json!({"aud": "another"}),
        json!({"aud": ["us & co", "another"]}),
        json!({"azp": "another"}),
        json!({"exp": s - 31, "iat": s - 300}),
        json!({"iat": s + 31}),
    ] {
        let refused = why(provider.with_claims(bad.clone()).await);
        assert!(matches!(refused, UpstreamError::Malformed(_)), "{bad}: {refused}");
    }
    assert!(provider.with_claims(json!({"exp": s - 29, "iat": s - 300})).await.is_ok());
    let attempt = attempt();
    let stranger = SigningKey::generate(Alg::Es256);
    let forged = stranger.sign_jwt(
        "JWT",
        &json!({"iss": provider.issuer(), "sub": "42", "aud": "us & co",
        "nonce": attempt.nonce, "iat": s, "exp": s + 300}),
    );
    provider.answers.lock().token = ok(&json!({"access_token": "at", "id_token": forged}));
    assert!(matches!(why(provider.identify(&attempt).await), UpstreamError::Malformed(_)));
}

#[tokio::test]
async fn a_wrong_state_or_issuer_is_refused_before_the_code_is_spent() {
    let provider = Provider::start().await;
    let (attempt, issuer) = (attempt(), provider.issuer());
    let good = Returned { state: Some(&attempt.state), code: Some("c"), issuer: Some(&issuer), error: None };
    for bad in [
        Returned { state: Some("another"), ..good },
        Returned { state: None, ..good },
        Returned { issuer: Some("https://other.example"), ..good },
        Returned { issuer: None, ..good },
    ] {
        let registration = provider.registration();
        let refused = provider.upstreams.identify(&registration, &attempt, &bad, &provider.keysets, NOW);
        assert!(matches!(why(refused.await), UpstreamError::NotOurs(_)));
    }
    let denied = Returned { error: Some("access_denied"), code: None, ..good };
    let registration = provider.registration();
    let refused = provider.upstreams.identify(&registration, &attempt, &denied, &provider.keysets, NOW).await;
    assert_eq!(why(refused), UpstreamError::Refused("access_denied".into()));
    assert!(!provider.receiver.arrived().iter().any(|one| one.head.starts_with("post /token")));
}

#[tokio::test]
async fn a_token_endpoint_that_misbehaves_is_told_apart_and_never_repeated() {
    let provider = Provider::start().await;
    let attempt = attempt();
    let moved = format!("location: {}\r\n", provider.receiver.url("/elsewhere"));
    for (token, expected) in [
        (answer("200 OK", "", "<html>secret</html>"), Unreachable::NotTheDocument),
        (answer("502 Bad Gateway", "", "<html>secret</html>"), Unreachable::Status(502)),
        (answer("400 Bad Request", "", "{}"), Unreachable::Status(400)),
        (answer("307 Temporary Redirect", &moved, ""), Unreachable::Status(307)),
        (answer("200 OK", "", &" ".repeat(10 * 1024 * 1024)), Unreachable::TooLarge),
    ] {
        provider.answers.lock().token = token;
        assert_eq!(why(provider.identify(&attempt).await), UpstreamError::Unreachable(expected));
    }
    assert!(!provider.receiver.arrived().iter().any(|one| one.head.contains("/elsewhere")));
    let refusal = json!({"error": "invalid_grant", "error_description": "secret"});
    provider.answers.lock().token = answer("400 Bad Request", "", &refusal.to_string());
    assert_eq!(why(provider.identify(&attempt).await), UpstreamError::Refused("invalid_grant".into()));
    for token in [json!([]), json!({}), json!({"id_token": 7}), json!({"id_token": "a.b.c"})] {
        provider.answers.lock().token = ok(&token);
        assert!(matches!(why(provider.identify(&attempt).await), UpstreamError::Malformed(_)), "{token}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_who_it_should_be_is_not_gone_to() {
    let provider = Provider::start().await;
    provider.announce(json!({"issuer": "https://other.example"}));
    let leave = async |now| {
        let (registration, attempt) = (provider.registration(), attempt());
        provider.upstreams.leave(&registration, &attempt, &Wishes::default(), now).await
    };
    assert!(matches!(leave(NOW).await, Err(UpstreamError::Malformed(_))));
    provider.announce(json!({}));
    assert!(leave(NOW + Span::seconds(9)).await.is_err());
    assert!(leave(NOW + Span::seconds(10)).await.is_ok());
}

#[tokio::test]
async fn userinfo_of_another_person_identifies_nobody_and_silent_userinfo_adds_nothing() {
    let provider = Provider::start().await;
    let identity = provider.with_claims(json!({"name": "Anna"})).await.unwrap();
    assert_eq!(identity.claims["name"], "Anna");
    provider.answers.lock().userinfo = ok(&json!({"sub": "43", "email": "b@example.org"}));
    assert!(matches!(why(provider.with_claims(json!({})).await), UpstreamError::Malformed(_)));
}

#[tokio::test]
async fn a_provider_inside_the_operators_network_is_not_reached_from_outside_it() {
    let provider = Provider::start().await;
    let strict = Upstreams::new(Arc::new(Outbound::new(AddressPolicy::PUBLIC)));
    let left = strict.leave(&provider.registration(), &attempt(), &Wishes::default(), NOW).await;
    assert!(matches!(left, Err(UpstreamError::Unreachable(Unreachable::Refused(_)))));
    assert!(provider.receiver.arrived().is_empty());
}
