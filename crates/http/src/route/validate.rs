//! `POST /oauth/introspect` (RFC 7662; signed answers by RFC 9701).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::denied::Denied;
use portico_core::moment::Moment;
use portico_core::noun::acr::Acr;
use portico_core::noun::token::Purpose;
use portico_live::{LiveClient, Signed};
use serde::Serialize;
use serde_json::{Value, json};

use crate::form::Fields;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, caller};

const SIGNED: &str = "application/token-introspection+jwt";

/// What an active token is good for now (RFC 7662 §2.2).
#[derive(Serialize)]
struct Active<'a> {
    active: bool,
    iss: &'a str,
    aud: &'a str,
    client_id: &'a str,
    sub: &'a str,
    scope: &'a str,
    sid: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Value>,
}

/// The route. Anything that is not an active token of the caller's own is `{"active": false}`.
pub async fn introspect(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return reply::oauth(&denied),
    };
    let address = caller::address(&parts.extensions);
    match answer(&house, &parts.headers, &bytes, address).await {
        Ok(reply) => reply,
        Err(denied) => reply::oauth(&denied),
    }
}

async fn answer(
    house: &House,
    headers: &HeaderMap,
    bytes: &[u8],
    address: std::net::IpAddr,
) -> Result<Reply, Denied> {
    let fields = Fields::parse(bytes)?;
    let client = caller::client_even_suspended(house, headers, &fields, address).await?;
    if client.client.is_public() {
        return Err(Denied::new(
            portico_core::denied::Code::InvalidClient,
            "introspection needs client credentials",
        ));
    }
    let signed = house.live.validate(fields.need("token")?).await.map_err(|cause| unavailable(&cause))?;
    let own = signed.filter(|signed| signed.token.client == client.client.id);
    let wants_jwt =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(wants_signed);
    if wants_jwt {
        return sign(house, &client, own.as_ref());
    }
    Ok(match &own {
        Some(signed) => reply::ok(&active(house, signed, &mut String::new())),
        None => reply::ok(&json!({ "active": false })),
    })
}

fn active<'a>(house: &'a House, signed: &'a Signed, narrowed: &'a mut String) -> Active<'a> {
    let token = &signed.token;
    let scope = match signed.scope.len() == token.scope.len() {
        true => &token.scope_text,
        false => {
            *narrowed = signed.scope.to_string();
            narrowed
        }
    };
    let client = signed.client.client.id.as_str();
    Active {
        active: true,
        iss: house.live.issuer(),
        aud: if token.purpose == Purpose::Host { house.live.issuer() } else { client },
        client_id: client,
        sub: &token.sub,
        scope,
        sid: &token.sid,
        iat: token.issued_at.seconds(),
        exp: token.expires_at.seconds(),
        jti: &token.jti,
        token_type: "Bearer",
        auth_time: token.auth_time.map(Moment::seconds),
        acr: token.acr,
        act: token
            .actor
            .as_ref()
            .filter(|_| token.purpose == Purpose::Service)
            .map(|app| json!({ "sub": app })),
    }
}

fn wants_signed(accept: &str) -> bool {
    accept
        .split(',')
        .any(|range| range.split(';').next().is_some_and(|range| range.trim().eq_ignore_ascii_case(SIGNED)))
}

fn sign(house: &House, client: &LiveClient, signed: Option<&Signed>) -> Result<Reply, Denied> {
    let mut narrowed = String::new();
    let says = match signed {
        Some(signed) => serde_json::to_value(active(house, signed, &mut narrowed)),
        None => Ok(json!({ "active": false })),
    };
    let says = says.map_err(|_| Denied::unavailable("an answer that is no JSON"))?;
    let now = house.now();
    let claims = json!({
        "iss": house.live.issuer(),
        "aud": client.client.id,
        "iat": now.seconds(),
        "token_introspection": says,
    });
    let ring = house.live.ring();
    let key =
        ring.signing(client.client.id_token_alg, now).ok_or_else(|| Denied::unavailable("no signing key"))?;
    Ok(reply::typed(StatusCode::OK, SIGNED, key.sign_jwt("token-introspection+jwt", &claims)))
}
