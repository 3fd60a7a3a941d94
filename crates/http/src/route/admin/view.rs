//! Clients as the operator sees them: in the shape in which they were registered. No secrets.

use portico_core::moment::Moment;
use portico_core::noun::app::App;
use portico_core::noun::client::{Client, KeySource, Role};
use portico_core::noun::host::{Host, TrustedIssuer};
use serde_json::{Map, Value, json};

use crate::when::rfc3339;

/// A moment, or `null`.
pub(super) fn when(at: Option<Moment>) -> Value {
    at.map_or(Value::Null, |at| rfc3339(at).into())
}

/// A client in the shape of its registration.
pub(crate) fn client(client: &Client) -> Value {
    match &client.role {
        Role::App(app) => self::app(client, app),
        Role::Host(host) => self::host(client, host),
    }
}

fn app(client: &Client, app: &App) -> Value {
    let permissions = |required: bool| -> Vec<Value> {
        let asked = app.permissions.iter().filter(|permission| permission.required == required);
        asked.map(|permission| json!({ "name": permission.scope, "reason": permission.reason })).collect()
    };
    let mut own = common(client);
    let mut backend = Map::from_iter([("token_endpoint_auth_method".to_owned(), json!(client.auth))]);
    backend.extend(client.keys.as_ref().map(keys));
    own.extend(members(json!({
        "developer": app.developer,
        "kind": app.kind,
        "entry": app.entry,
        "optional_permissions": permissions(false),
        "backend": backend,
        "token_ttl": app.token_ttl.as_seconds(),
    })));
    // What is shared with the back end is never shown again.
    own.extend(app.push.as_ref().map(|push| ("wechat".to_owned(), json!({ "event_url": push.event_url }))));
    let mut view = members(json!({
        "app_id": client.id,
        "wx_app_id": app.wx_app_id,
        "name": client.name,
        "icons": app.icons,
        "version": { "code": app.version_code, "name": app.version_name },
        "pages": app.pages,
        "req_permissions": permissions(true),
        "portico": own,
        "preauthorised": app.preauthorised,
    }));
    let texts = [("short_name", &app.short_name), ("description", &app.description)];
    view.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?.into()))));
    view.extend(standing(client));
    view.into()
}

fn host(client: &Client, host: &Host) -> Value {
    let mut view = members(json!({
        "host_id": client.id,
        "name": client.name,
        "token_endpoint_auth_method": client.auth,
        "trusted_issuers": host.trusted_issuers.iter().map(trusted).collect::<Vec<_>>(),
        "theme": host.theme,
    }));
    view.extend(client.keys.as_ref().map(keys));
    view.extend(common(client));
    view.extend(standing(client));
    view.into()
}

fn trusted(issuer: &TrustedIssuer) -> Value {
    let mut view = members(json!({
        "issuer": issuer.issuer,
        "audience": issuer.audience,
        "user_claim": issuer.user_claim,
    }));
    view.extend([keys(&issuer.keys)]);
    view.into()
}

fn common(client: &Client) -> Map<String, Value> {
    members(json!({
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "origins": client.origins,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "id_token_signed_response_alg": client.id_token_alg,
        "require_auth_time": client.require_auth_time,
    }))
}

fn standing(client: &Client) -> Map<String, Value> {
    members(json!({
        "registered_at": rfc3339(client.registered_at),
        "suspended_at": when(client.suspended_at),
    }))
}

fn keys(source: &KeySource) -> (String, Value) {
    match source {
        KeySource::Jwks(set) => ("jwks".to_owned(), set.clone()),
        KeySource::JwksUri(uri) => ("jwks_uri".to_owned(), uri.clone().into()),
    }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_core::noun::catalogue::built_in;
    use portico_core::rule::register::{Fresh, HostSheet, Manifest};

    use super::*;

    const FRESH: Fresh = Fresh { secret_digest: [9; 32], wx: [1; 8] };

    #[test]
    fn a_shown_app_reads_as_the_manifest_that_it_came_from() {
        let manifest = json!({
            "app_id": "org.example.taxi", "name": "Taxi", "description": "Rides",
            "version": { "code": 3, "name": "1.0.0" },
            "req_permissions": [{ "name": "profile.basic", "reason": "a" }],
            "portico": {
                "developer": "acme", "kind": "react-native", "origins": ["https://taxi.example"],
                "optional_permissions": [{ "name": "email.verified", "reason": "b" }],
                "backend": { "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://taxi.example/jwks" },
                "token_ttl": 600,
            },
        });
        let register = |json: &Value| {
            let manifest = Manifest::read(json).unwrap();
            manifest.register(None, true, &built_in(), &FRESH, Moment::default()).unwrap().client
        };
        let taxi = register(&manifest);
        assert_eq!(register(&client(&taxi)), taxi);
    }

    #[test]
    fn a_shown_client_holds_no_secret() {
        let sheet = json!({
            "host_id": "super", "name": "Super", "token_endpoint_auth_method": "client_secret_basic",
            "trusted_issuers": [{ "issuer": "x", "jwks_uri": "https://x.example/jwks" }],
            "theme": { "accent": "#0a7f5a", "scheme": "auto", "logo": "https://x.example/logo.svg" },
        });
        let host = HostSheet::read(&sheet, "https://id.example")
            .unwrap()
            .register(None, &FRESH, Moment::default())
            .unwrap()
            .client;
        let shown = client(&host);
        assert!(!shown.to_string().contains("secret_digest"));
        assert_eq!(shown["theme"], sheet["theme"]);
        assert_eq!(shown["trusted_issuers"][0]["jwks_uri"], "https://x.example/jwks");
    }
}
