//! Registering through the admin API.

use super::assertion::Signer;
use super::{HOST, crowd};
use crate::failure::{Failure, Outcome};
use crate::server::Serving;
use crate::wire::{Connection, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const DEVELOPER: &str = "bench";

/// A registered mini-program with its back end's credentials.
pub(crate) struct App {
    pub(crate) id: String,
    /// The value of the `authorization` header of its back end.
    pub(crate) basic: String,
    /// What a back end written for WeChat names itself by, and its secret.
    pub(crate) wx: (String, String),
}

/// Posts one JSON value to the admin API and gives the answer, which must be a 2xx.
pub(crate) async fn post(
    connection: &mut Connection,
    token: &str,
    path: &str,
    value: &Value,
) -> Outcome<Value> {
    let request = Request::new("POST", path, connection.address());
    let request = request.header("authorization", &format!("Bearer {token}")).json(value).bytes();
    connection.ask(&request).await?.json(200..=299, path)
}

/// Registers the developer, and the host that trusts this signer.
pub(crate) async fn host(serving: &Serving, signer: &Signer) -> Outcome<()> {
    let mut connection = Connection::open(serving.admin).await?;
    let developer = json!({ "developer_id": DEVELOPER, "name": "Bench" });
    post(&mut connection, &serving.admin_token, "/admin/v1/developers", &developer).await?;
    let host = json!({
        "host_id": HOST, "name": "Super", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://super.example/callback"], "origins": ["https://super.example"],
        "trusted_issuers": [signer.trusted_issuer()],
    });
    post(&mut connection, &serving.admin_token, "/admin/v1/hosts", &host).await.map(drop)
}

/// Registers this many apps, with numbers from `first` on.
pub(crate) async fn apps(
    serving: &Serving,
    connections: usize,
    first: usize,
    count: usize,
) -> Outcome<Vec<App>> {
    crowd::each(serving.admin, connections, count, async |connection, index| {
        let manifest = manifest(first + index);
        let answer = post(connection, &serving.admin_token, "/admin/v1/apps", &manifest).await?;
        let text = |key: &str| answer[key].as_str().ok_or_else(|| Failure(format!("no {key} for an app")));
        let (id, secret) = (text("app_id")?.to_owned(), text("client_secret")?);
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        Ok(App { id, basic, wx: (text("wx_app_id")?.to_owned(), secret.to_owned()) })
    })
    .await
}

fn manifest(number: usize) -> Value {
    let site = format!("https://app{number:07}.example");
    json!({
        "app_id": format!("org.example.app{number:07}"),
        "name": format!("App {number:07}"), "short_name": "App", "description": "One of many",
        "icons": [{ "src": format!("{site}/48.png"), "sizes": "48x48" }],
        "version": { "code": 1, "name": "1.0.0" }, "platform_version": { "min_code": 1 },
        "pages": ["pages/index/index"],
        "req_permissions": [
            { "name": "profile.basic", "reason": "to greet you by name" },
            { "name": "email.verified", "reason": "to send receipts" }
        ],
        "portico": {
            "developer": DEVELOPER, "kind": "webview", "entry": format!("{site}/"), "origins": [site],
            "redirect_uris": [format!("{site}/callback")],
            "backend": { "token_endpoint_auth_method": "client_secret_basic" }, "token_ttl": 1800,
        }
    })
}
