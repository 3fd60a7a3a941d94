//! Registers the demo's cast through the admin API, as an operator would.

use serde_json::{Value, json};

use super::cast::{Cast, HOST_ID, PERSON};
use super::merchant;
use super::mini_program::Stage;

/// Registers the super app, the developers with their mini-programs, the shop by whose OpenIDs the marketplace's
/// back end at `shop` knows people, and the person.
///
/// # Errors
///
/// One line, when the admin API cannot be reached or refuses something.
///
/// Returns the mini-programs' client secrets, in the order of `stages`.
pub async fn seed(
    admin_url: &str,
    admin_token: &str,
    issuer: &str,
    stages: &[Stage],
    shop: &str,
) -> Result<Vec<String>, String> {
    let admin = Admin { http: reqwest::Client::new(), url: admin_url, token: admin_token };
    admin.post("hosts", &host(issuer)).await?;
    let mut secrets = Vec::new();
    for Stage { cast, origin, .. } in stages {
        let (developer_id, name) = cast.developer;
        admin.post("developers", &json!({ "developer_id": developer_id, "name": name })).await?;
        let registered = admin.post("apps", &manifest(cast, origin)).await?;
        let secret = registered["client_secret"].as_str().ok_or("the admin API gave no client secret")?;
        secrets.push(secret.to_owned());
    }
    admin.post("apps", &by_its_own_ids(shop)).await?;
    admin.post("users", &person()).await?;
    Ok(secrets)
}

fn host(issuer: &str) -> Value {
    json!({
        "host_id": HOST_ID,
        "name": "Everyday",
        "redirect_uris": [format!("{issuer}/")],
        "post_logout_redirect_uris": [format!("{issuer}/")],
        "origins": [issuer],
        "token_endpoint_auth_method": "none",
    })
}

/// The W3C MiniApp manifest of a mini-program, with Portico's part.
fn manifest(cast: &Cast, origin: &str) -> Value {
    let asks = |required: bool| -> Vec<Value> {
        let asked = cast.asks.iter().filter(|ask| ask.required == required);
        asked.map(|ask| json!({ "name": ask.scope, "reason": ask.reason })).collect()
    };
    json!({
        "app_id": cast.app_id,
        "name": cast.name,
        "short_name": cast.short_name,
        "description": cast.tagline,
        "icons": [{ "src": format!("{origin}/icon.svg"), "sizes": "48x48" }],
        "version": { "code": 1, "name": "1.0.0" },
        "platform_version": { "min_code": 1 },
        "pages": ["pages/index/index"],
        "req_permissions": asks(true),
        "portico": {
            "developer": cast.developer.0,
            "kind": "webview",
            "entry": format!("{origin}/"),
            "origins": [origin],
            "optional_permissions": asks(false),
            "backend": { "token_endpoint_auth_method": "client_secret_basic" },
            "backchannel_logout_uri": format!("{origin}/logout"),
        },
    })
}

/// The marketplace's back end, which asks for nothing but OpenIDs.
fn by_its_own_ids(shop: &str) -> Value {
    json!({
        "app_id": merchant::APP_ID,
        "name": "Made Nearby",
        "version": { "code": 1, "name": "1.0.0" },
        "portico": {
            "developer": "made-nearby",
            "kind": "webview",
            "entry": format!("{shop}/"),
            "origins": [shop],
            "backend": { "token_endpoint_auth_method": "client_secret_basic" },
        },
    })
}

fn person() -> Value {
    json!({
        "name": PERSON.name, "username": PERSON.username, "password": PERSON.password,
        "email": PERSON.email, "email_verified": true, "phone": PERSON.phone, "phone_verified": true,
    })
}

struct Admin<'a> {
    http: reqwest::Client,
    url: &'a str,
    token: &'a str,
}

impl Admin<'_> {
    async fn post(&self, what: &str, body: &Value) -> Result<Value, String> {
        let request =
            self.http.post(format!("{}/admin/v1/{what}", self.url)).bearer_auth(self.token).json(body);
        let response = request.send().await.map_err(|error| format!("the admin API: {error}"))?;
        let status = response.status();
        let answer: Value = response.json().await.unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let reason = answer["detail"].as_str().or(answer["title"].as_str()).unwrap_or_default();
        Err(format!("the admin API refuses {what}: {status} {reason}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use super::super::cast::CAST;
    use super::*;

    #[test]
    fn a_manifest_separates_what_is_required_from_what_is_optional() {
        let shop = manifest(&CAST[1], "http://127.0.0.1:1");
        assert_eq!(shop["req_permissions"][0]["name"], "profile.basic");
        assert_eq!(shop["portico"]["optional_permissions"][0]["name"], "email.verified");
        assert_eq!(shop["portico"]["entry"], "http://127.0.0.1:1/");
    }
}
