//! The real binary, with a host, two apps, and people who come.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portico_sdk::Portico;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const TAXI: &str = "org.example.taxi";
const HOST: &str = "super.app";
const SIGNS_IN: &str = "https://super.example";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ASSERTION: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

pub struct House {
    pub issuer: String,
    pub secret: String,
    http: Client,
    data: TempDir,
    server: Child,
    flags: Vec<String>,
    assertions: AtomicU32,
}

impl House {
    /// A server with the host and the taxi, which hears of logouts at this address.
    pub async fn new(hears_at: &str) -> Self {
        Self::behind(hears_at, "127.0.0.1:0", None).await
    }

    /// One that listens there and calls itself by this issuer.
    pub async fn behind(hears_at: &str, listen: &str, issuer: Option<&str>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut flags = vec!["--listen".into(), listen.into()];
        flags.extend(issuer.iter().flat_map(|issuer| ["--issuer".to_owned(), (*issuer).to_owned()]));
        let (server, bound) = started(&data, &flags);
        let issuer = issuer.map_or(bound, ToOwned::to_owned);
        let assertions = AtomicU32::new(0);
        let mut house =
            Self { issuer, secret: String::new(), http: Client::new(), data, server, flags, assertions };
        house.register("developers", &json!({ "developer_id": "acme", "name": "Acme" }));
        house.register(
            "hosts",
            &json!({
                "host_id": HOST, "name": "Super App", "redirect_uris": ["https://super.example/back"],
                "trusted_issuers": [{ "issuer": SIGNS_IN, "jwks": { "keys": [key(false)] } }],
            }),
        );
        house.secret = house.register("apps", &manifest(hears_at))["client_secret"].as_str().unwrap().into();
        house
    }

    /// A handle of the taxi's.
    pub fn portico(&self) -> Portico {
        Portico::builder(&*self.issuer).client(TAXI, &*self.secret).build().unwrap()
    }

    /// One command of the operator's.
    pub fn cli(&self, words: &[&str], input: &str) -> Value {
        let mut command = binary();
        command.args(words).arg("--data").arg(self.data.path()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", output.status);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn register(&self, kind: &str, document: &Value) -> Value {
        self.cli(&[kind, "register", "-"], &document.to_string())
    }

    /// Ends the server at once, and begins it again at the same place.
    pub fn restart(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        let address = self.issuer.strip_prefix("http://").unwrap();
        self.flags = vec!["--listen".into(), address.into()];
        self.server = started(&self.data, &self.flags).0;
    }

    /// Signs a person in at the host; its access token.
    pub async fn sign_in(&self, person: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let count = self.assertions.fetch_add(1, Ordering::Relaxed);
        let claims = json!({
            "iss": SIGNS_IN, "aud": self.issuer, "sub": person, "iat": now, "exp": now + 120,
            "jti": format!("{now}-{count}"), "name": person, "phone_number": format!("+7999{count:07}"),
            "phone_number_verified": true,
        });
        let seed = URL_SAFE_NO_PAD.decode(key(true)["d"].as_str().unwrap()).unwrap();
        // PKCS#8 around a seed (RFC 8410 §7).
        let pkcs8 = [b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", &*seed].concat();
        let header =
            Header { kid: Some(key(false)["kid"].as_str().unwrap().into()), ..Header::new(Algorithm::EdDSA) };
        let assertion = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(&pkcs8)).unwrap();
        let fields = [("grant_type", ASSERTION), ("assertion", &*assertion), ("scope", "openid host")];
        text(&self.token(&fields).await, "access_token")
    }

    /// Launches the taxi; a token with all that its manifest names, granted where it has to be.
    pub async fn launch(&self, host_token: &str) -> String {
        let fields = [
            ("grant_type", EXCHANGE),
            ("subject_token", host_token),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", TAXI),
        ];
        let launched = self.token(&fields).await;
        let Some(request) = launched["consent_request"].as_str() else {
            return text(&launched, "access_token");
        };
        let granted = json!({ "granted": ["profile.basic", "phone.verified"] });
        let path = format!("/v1/consents/{request}");
        self.call(Method::POST, &path, host_token, |call| call.json(&granted)).await;
        text(&self.token(&fields).await, "access_token")
    }

    /// Leaves the taxi with these scopes.
    pub async fn keep(&self, host_token: &str, scope: &str) {
        let path = format!("/v1/me/apps/{TAXI}");
        self.call(Method::PATCH, &path, host_token, |call| call.json(&json!({ "scope": scope }))).await;
    }

    /// Signs the person out.
    pub async fn sign_out(&self, host_token: &str) {
        self.call(Method::DELETE, "/v1/me/sessions/current", host_token, |call| call).await;
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) {
        let request = self.http.request(method, format!("{}{path}", self.issuer)).bearer_auth(token);
        let response = with(request).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Value {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("client_id", HOST)
            .finish();
        let request = self.http.post(format!("{}/oauth/token", self.issuer));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        request.send().await.unwrap().json().await.unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The binary, without what this process was told: the server reads every `PORTICO_*` as configuration.
fn binary() -> Command {
    let path = std::env::var("PORTICO_BIN").expect("PORTICO_BIN names the server's binary");
    let mut command = Command::new(path);
    command.env_remove("PORTICO_BIN");
    command
}

fn started(data: &TempDir, flags: &[String]) -> (Child, String) {
    let mut command = binary();
    command.arg("serve").args(flags).args(["--admin-listen", "127.0.0.1:0", "--data"]).arg(data.path());
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let bound = line.strip_prefix("portico: ready on ").and_then(|rest| rest.split(' ').next());
    (server, bound.unwrap_or_else(|| panic!("{line:?}")).to_owned())
}

fn manifest(hears_at: &str) -> Value {
    json!({
        "app_id": TAXI, "name": "Taxi", "short_name": "Taxi", "description": "Rides in two taps",
        "icons": [{ "src": "https://taxi.example/48.png", "sizes": "48x48" }],
        "version": { "code": 1, "name": "1.0.0" }, "platform_version": { "min_code": 1 },
        "pages": ["pages/index/index"],
        "req_permissions": [
            { "name": "profile.basic", "reason": "to greet you by name" },
            { "name": "phone.verified", "reason": "so that the driver can call you" },
        ],
        "portico": {
            "developer": "acme", "kind": "webview", "entry": "https://taxi.example/",
            "origins": ["https://taxi.example"],
            "backend": { "token_endpoint_auth_method": "client_secret_basic" },
            "backchannel_logout_uri": hears_at,
        },
    })
}

/// A key of the vectors', as the host's own sign-in signs with it.
fn key(is_private: bool) -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/back-end/test-private-keys.json");
    let keys: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let all = keys["keys"].as_array().unwrap();
    let mut key = all.iter().find(|key| key["kid"] == "ed25519-today").unwrap().clone();
    if !is_private {
        key.as_object_mut().unwrap().remove("d");
    }
    key
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", answer["error"])).to_owned()
}
