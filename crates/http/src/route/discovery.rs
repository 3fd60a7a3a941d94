//! What this server is and can do: metadata (OIDC Discovery, RFC 8414) and the key set.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use portico_core::noun::acr::Acr;
use portico_core::rule::rotate::KEY_SET_LIFE;
use serde_json::{Value, json};

use crate::House;
use crate::page::words;
use crate::reply::{self, Reply};

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub async fn metadata(State(house): State<Arc<House>>) -> Reply {
    cached(reply::ok(&document(&house)))
}

/// `GET /oauth/jwks`.
pub async fn jwks(State(house): State<Arc<House>>) -> Reply {
    cached(reply::ok(&house.live.ring().published(house.now())))
}

fn cached(mut reply: Reply) -> Reply {
    let value = format!("public, max-age={}", KEY_SET_LIFE.as_seconds());
    if let Ok(value) = HeaderValue::from_str(&value) {
        reply.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    reply.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

fn document(house: &House) -> Value {
    let issuer = house.live.issuer();
    let at = |path: &str| format!("{issuer}{path}");
    let scopes: Vec<_> = house.live.catalogue().iter().map(|entry| entry.scope.to_string()).collect();
    let scopes: Vec<_> = scopes
        .into_iter()
        .chain(["host", "profile", "email", "phone", "address"].map(String::from))
        .collect();
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let algs = ["RS256", "ES256", "EdDSA"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "introspection_endpoint": at("/oauth/introspect"),
        "revocation_endpoint": at("/oauth/revoke"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/oauth/jwks"),
        "end_session_endpoint": at("/oauth/end-session"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algs,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid",
            "name", "picture", "email", "email_verified", "phone_number", "phone_number_verified",
            "address", "addresses", "payment_methods", "kyc", "unionid",
        ],
        "acr_values_supported": Acr::ALL,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": words::spoken().collect::<Vec<_>>(),
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}
