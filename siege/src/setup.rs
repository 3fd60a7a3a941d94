//! Registering what a run needs, through the first node's admin API.

use crate::field::{Field, RECEIVER};
use crate::requests::{self, HOST};
use crate::world::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portico_bench::Signer;
use portico_bench::failure::{Failure, Outcome};
use portico_bench::wire::Connection;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};

const DEVELOPER: &str = "siege";
/// Apps that stay, and hear of every end.
const STEADY: usize = 4;
/// Apps that are suspended and resumed.
const SUSPENDABLE: usize = 2;

/// What every node's configuration says beyond its flags: the receivers of logout messages are on this
/// machine, and so are all clients, so that allowances per address would be used up at once.
pub(crate) const CONFIGURATION: &str = "allow_private_callbacks = true\n\n[rate_limits]\n\
                                        client_auth_per_address = 1000000000\n";

/// Registers a developer, a host that trusts this signer, and the apps.
pub(crate) async fn register(field: &Field, signer: &Signer) -> Outcome<Vec<App>> {
    let (to, token) = (field.admin(0), field.admin_token(0)?);
    let mut connection = Connection::open(to).await?;
    let mut post = async |kind: &str, value: Value| {
        let request = requests::register(to, &token, kind, &value);
        connection.ask(&request).await?.json(200..=299, kind)
    };
    post("developers", json!({ "developer_id": DEVELOPER, "name": "Siege" })).await?;
    post("hosts", host(signer)).await?;
    let mut apps = Vec::new();
    for number in 0..STEADY + SUSPENDABLE {
        let suspendable = number >= STEADY;
        let answer = post("apps", manifest(number, (!suspendable).then(|| field.host()))).await?;
        let text = |key: &str| answer[key].as_str().ok_or_else(|| Failure(format!("no {key} for an app")));
        let (id, secret) = (text("app_id")?.to_owned(), text("client_secret")?);
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        apps.push(App { id, basic, suspendable });
    }
    Ok(apps)
}

fn host(signer: &Signer) -> Value {
    json!({
        "host_id": HOST, "name": "Super", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://super.example/callback"], "origins": ["https://super.example"],
        "trusted_issuers": [signer.trusted_issuer()],
    })
}

fn manifest(number: usize, receiver: Option<Ipv4Addr>) -> Value {
    let (id, site) = (format!("org.example.app{number}"), format!("https://app{number}.example"));
    let receiver = receiver.map(|host| format!("http://{}/logout/{id}", SocketAddr::from((host, RECEIVER))));
    let mut manifest = json!({
        "app_id": id, "name": format!("App {number}"), "short_name": "App", "description": "Under siege",
        "icons": [{ "src": format!("{site}/48.png"), "sizes": "48x48" }],
        "version": { "code": 1, "name": "1.0.0" }, "platform_version": { "min_code": 1 },
        "pages": ["pages/index/index"],
        "req_permissions": [{ "name": "profile.basic", "reason": "to greet you by name" }],
        "portico": {
            "developer": DEVELOPER, "kind": "webview", "entry": format!("{site}/"), "origins": [site],
            "redirect_uris": [format!("{site}/callback")],
            "optional_permissions": [{ "name": "email.verified", "reason": "to send receipts" }],
            "backend": { "token_endpoint_auth_method": "client_secret_basic" }, "token_ttl": 1800,
        }
    });
    if let Some(receiver) = receiver {
        manifest["portico"]["backchannel_logout_uri"] = receiver.into();
    }
    manifest
}
