//! The closing rule on one node: when a sign-out or a withdrawal has answered, no question asked
//! after that sees the old state. Many writers, and readers that keep filling the memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use portico::config::{Config, Flags};
use portico::serve::{Extras, Running, start};
use portico_seal::{Alg, SigningKey};
use serde_json::{Value, json};

const WRITERS: usize = 16;
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ASSERTION: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const APP: &str = "org.example.taxi";

/// How many rounds all writers make together; each is a closing and three questions after it.
fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20_000)
}

struct Client {
    http: reqwest::Client,
    base: String,
    secret: String,
    trusted: SigningKey,
    serial: AtomicUsize,
}

impl Client {
    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.base)).body(body);
        self.answer(request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn introspect(&self, token: &str) -> Value {
        let fields = [("token", token), ("client_id", APP), ("client_secret", self.secret.as_str())];
        let (status, answer) = self.form("/oauth/introspect", &fields).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn sign_in(&self, subject: &str) -> (String, String) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let jti = self.serial.fetch_add(1, Ordering::Relaxed).to_string();
        let claims = json!({
            "iss": "https://super.example", "aud": self.base, "sub": subject, "iat": now, "exp": now + 120, "jti": jti,
            "name": "Somebody",
        });
        let assertion = self.trusted.sign_jwt("JWT", &claims);
        let fields = [
            ("grant_type", ASSERTION),
            ("assertion", &assertion),
            ("client_id", "super"),
            ("scope", "openid host"),
        ];
        let (status, answer) = self.form("/oauth/token", &fields).await;
        assert_eq!(status, 200, "{answer}");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }

    async fn launch(&self, host_token: &str, scope: &str, prompt: Option<&str>) -> (u16, Value) {
        let mut fields = vec![
            ("grant_type", EXCHANGE),
            ("subject_token", host_token),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", APP),
            ("scope", scope),
            ("client_id", "super"),
        ];
        fields.extend(prompt.map(|prompt| ("prompt", prompt)));
        self.form("/oauth/token", &fields).await
    }

    /// Grants the app the name, and launches it with that.
    async fn launch_granted(&self, host_token: &str) -> String {
        let (_, asked) = self.launch(host_token, "openid profile.basic", Some("consent")).await;
        let request = asked["consent_request"].as_str().unwrap_or_else(|| panic!("{asked}"));
        let path = format!("{}/v1/consents/{request}", self.base);
        let answer =
            self.http.post(path).bearer_auth(host_token).json(&json!({ "granted": ["profile.basic"] }));
        assert_eq!(self.answer(answer).await.0, 200);
        let (status, launched) = self.launch(host_token, "openid profile.basic", None).await;
        assert_eq!(status, 200, "{launched}");
        launched["access_token"].as_str().unwrap().to_owned()
    }
}

async fn furnish(running: &Running) -> Client {
    let (http, trusted) = (reqwest::Client::new(), SigningKey::generate(Alg::EdDsa));
    let register = async |path: &str, body: Value| {
        let request =
            http.post(format!("{}/admin/v1/{path}", running.admin_url)).bearer_auth(&running.admin_token);
        let reply = request.json(&body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 201);
        reply.json::<Value>().await.unwrap()
    };
    register("developers", json!({ "developer_id": "acme", "name": "Acme" })).await;
    let host = json!({
        "host_id": "super", "name": "Super", "redirect_uris": ["https://super.example/back"],
        "trusted_issuers": [{ "issuer": "https://super.example", "jwks": { "keys": [trusted.public_jwk()] } }],
    });
    register("hosts", host).await;
    let app = register("apps", crate::fixture::manifest(APP, "acme", &["profile.basic"], &[])).await;
    let secret = app["client_secret"].as_str().unwrap().to_owned();
    Client { http, base: running.public_url.clone(), secret, trusted, serial: AtomicUsize::new(0) }
}

/// A round that ends in a sign-out: then nothing of the session is good any more.
async fn sign_out_round(client: &Client, watched: &parking_lot::Mutex<String>, writer: usize) {
    let (access, refresh) = client.sign_in(&format!("person {writer}")).await;
    let (status, launched) = client.launch(&access, "openid", None).await;
    assert_eq!(status, 200, "{launched}");
    let token = launched["access_token"].as_str().unwrap().to_owned();
    watched.lock().clone_from(&token);
    assert_eq!(client.introspect(&token).await["active"], true);
    let (status, _) = client.form("/oauth/revoke", &[("token", &refresh), ("client_id", "super")]).await;
    assert_eq!(status, 200);
    assert_eq!(
        client.introspect(&token).await,
        json!({ "active": false }),
        "active after the sign-out had answered"
    );
    let (status, answer) = client.launch(&access, "openid", None).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("invalid_grant")));
    let info = client.http.get(format!("{}/oauth/userinfo", client.base)).bearer_auth(&token);
    assert_eq!(client.answer(info).await.0, 401);
}

/// A round that ends in a withdrawal: then the token shows less, and so does the profile.
async fn withdrawal_round(client: &Client, watched: &parking_lot::Mutex<String>, access: &str) {
    let token = client.launch_granted(access).await;
    watched.lock().clone_from(&token);
    assert_eq!(client.introspect(&token).await["scope"], "openid profile.basic");
    let withdraw = client.http.delete(format!("{}/v1/me/apps/{APP}", client.base)).bearer_auth(access);
    assert_eq!(client.answer(withdraw).await.0, 204);
    assert_eq!(client.introspect(&token).await["scope"], "openid", "withdrawn, and still there");
    let info = client.http.get(format!("{}/oauth/userinfo", client.base)).bearer_auth(&token);
    assert!(client.answer(info).await.1.get("name").is_none());
    let (_, launched) = client.launch(access, "openid profile.basic", None).await;
    assert_eq!(launched["scope"], "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_closed_is_ever_answered_as_open_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let flags = Flags {
        data: Some(folder.path().to_owned()),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        admin_listen: Some("127.0.0.1:0".parse().unwrap()),
        ..Flags::default()
    };
    let running = start(Config::load(None, [], &flags).unwrap(), Extras::default()).await.unwrap();
    let client = Arc::new(furnish(&running).await);
    let (left, done) = (Arc::new(AtomicUsize::new(rounds())), Arc::new(AtomicBool::new(false)));
    let mut writers = vec![];
    let mut readers = vec![];
    for writer in 0..WRITERS {
        let watched = Arc::new(parking_lot::Mutex::new(String::new()));
        let (client, left, shown) = (client.clone(), left.clone(), watched.clone());
        let (asking, done) = (client.clone(), done.clone());
        writers.push(tokio::spawn(async move {
            let take = || {
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            };
            let (mut access, mut age) = (client.sign_in(&format!("patient {writer}")).await.0, 0);
            while take() {
                if writer % 2 == 0 {
                    sign_out_round(&client, &watched, writer).await;
                } else {
                    withdrawal_round(&client, &watched, &access).await;
                    age += 1;
                    // A host token lives ten minutes; a slow machine must not outlast it.
                    if age % 500 == 0 {
                        access = client.sign_in(&format!("patient {writer}")).await.0;
                    }
                }
            }
        }));
        // Keeps asking about the writer's token, so that memory is being filled as it is closed.
        readers.push(tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let token = shown.lock().clone();
                if token.is_empty() {
                    tokio::task::yield_now().await;
                } else {
                    asking.introspect(&token).await;
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    running.stop().await;
}
