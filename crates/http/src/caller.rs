//! Who is calling: a client with its credentials, or a bearer of a token.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::ClientId;
use portico_core::moment::{Moment, Span};
use portico_core::noun::client::{AuthMethod, KeySource};
use portico_core::noun::session::Session;
use portico_core::noun::token::Purpose;
use portico_core::rule::assert::Audience;
use portico_live::{LiveClient, Signed};
use portico_seal::{Alg, Expect, NotVerified, VerifyingKeys, check_times, digest, matches};
use serde::Deserialize;

use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::reply::{self, Reply};
use crate::throttle::{address_key, too_many};
use crate::{House, cookie};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LEEWAY: Span = Span::seconds(30);
const LONGEST_ASSERTION: Span = Span::minutes(10);

/// The address that a request came from; nobody's where it is not known.
pub fn address(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| address_key(peer.ip()))
}

/// The client that a request authenticates as (RFC 6749 §2.3), or names if it is public.
///
/// Failures are counted by address, and answered alike for unknown clients and wrong secrets.
pub async fn client(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    address: IpAddr,
) -> Result<Arc<LiveClient>, Denied> {
    let client = client_even_suspended(house, headers, fields, address).await?;
    if client.client.is_live() { Ok(client) } else { Err(wrong("a suspended client")) }
}

/// The app whose back end a request outside of `/oauth` comes from. A client assertion may stand in the query,
/// because it is good once; a secret may not.
pub async fn back_end(house: &House, parts: &Parts) -> Result<Arc<LiveClient>, Denied> {
    let fields = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
    if fields.get("client_secret").is_some() {
        return Err(Denied::request("client_secret belongs into the Authorization header"));
    }
    let client = client(house, &parts.headers, &fields, address(&parts.extensions)).await?;
    if client.client.is_public() {
        return Err(Denied::new(Code::InvalidClient, "this needs client credentials"));
    }
    match client.client.app() {
        Some(_) => Ok(client),
        None => Err(Denied::new(Code::AccessDenied, "this is for apps; a host has other ways")),
    }
}

/// The refusal of a back end's call, with the challenge of its way to authenticate (RFC 7617 §2).
pub fn back_end_refused(denied: &Denied) -> Reply {
    let mut reply = reply::problem(denied);
    if denied.code == Code::InvalidClient {
        let challenge = HeaderValue::from_static("Basic realm=\"portico\"");
        reply.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    reply
}

/// The same, for the one question that a suspended client may ask: whether its tokens are good.
pub async fn client_even_suspended(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    address: IpAddr,
) -> Result<Arc<LiveClient>, Denied> {
    let result = authenticate(house, headers, fields).await;
    // Good credentials always pass: a back end must not be shut out by what a stranger, or a
    // sibling behind the same proxy, does wrong.
    if result.as_ref().is_err_and(|denied| denied.code == Code::InvalidClient) {
        let throttle = &house.throttles.clients;
        throttle.may_try(&address).map_err(|_| too_many())?;
        throttle.failed(&address);
    }
    result
}

enum Credentials<'a> {
    Secret { id: String, secret: String },
    Assertion(&'a str),
    Named(&'a str),
}

async fn authenticate(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
) -> Result<Arc<LiveClient>, Denied> {
    match credentials(headers, fields)? {
        Credentials::Secret { id, secret } => {
            let client = known(house, &id).await?;
            let right = client.client.secret_digest.is_some_and(|stored| matches(&stored, &secret));
            match client.client.auth.has_secret() && right {
                true => Ok(client),
                false => Err(wrong("a wrong secret")),
            }
        }
        Credentials::Named(id) => {
            let client = known(house, id).await?;
            match client.client.auth {
                AuthMethod::None => Ok(client),
                _ => Err(wrong("a confidential client without credentials")),
            }
        }
        Credentials::Assertion(assertion) => by_assertion(house, assertion, fields.get("client_id")).await,
    }
}

fn credentials<'a>(headers: &HeaderMap, fields: &'a Fields<'_>) -> Result<Credentials<'a>, Denied> {
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let basic = basic
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let named = fields.get("client_id");
    match (basic, fields.get("client_secret"), fields.get("client_assertion")) {
        (Some((_, encoded)), None, None) => {
            let (id, secret) =
                decode_basic(encoded.trim()).ok_or_else(|| wrong("a malformed Basic header"))?;
            if named.is_some_and(|named| named != id) {
                return Err(Denied::request("client_id is not the one of the Authorization header"));
            }
            Ok(Credentials::Secret { id, secret })
        }
        (None, Some(secret), None) => {
            let id = fields.need("client_id")?;
            Ok(Credentials::Secret { id: id.to_owned(), secret: secret.to_owned() })
        }
        (None, None, Some(assertion)) => {
            if fields.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(Denied::request("client_assertion_type is missing or not known"));
            }
            Ok(Credentials::Assertion(assertion))
        }
        (None, None, None) => named.map(Credentials::Named).ok_or_else(|| wrong("no credentials")),
        _ => Err(Denied::request("more than one way of client authentication was used")),
    }
}

/// Reads the credentials of RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn decode_basic(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |half: &str| {
        let mut pairs = form_urlencoded::parse(half.as_bytes());
        Some(pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default())
    };
    // A secret of ours holds nothing that the encoding changes, and '=' or '&' would split it.
    let plain = |half: &str| !half.contains(['%', '+', '=', '&']);
    if plain(id) && plain(secret) {
        return Some((id.to_owned(), secret.to_owned()));
    }
    Some((decode(id)?, decode(secret)?))
}

async fn known(house: &House, id: &str) -> Result<Arc<LiveClient>, Denied> {
    let id: ClientId = id.parse().map_err(|_| wrong("an unknown client"))?;
    let client = house.live.client(&id).await.map_err(|cause| unavailable(&cause))?;
    client.ok_or_else(|| wrong("an unknown client"))
}

fn wrong(cause: &'static str) -> Denied {
    Denied::new(Code::InvalidClient, "client authentication failed").because(cause)
}

#[derive(Deserialize)]
struct ClientAssertion {
    iss: String,
    sub: String,
    #[serde(default)]
    aud: Audience,
    exp: i64,
    jti: String,
}

/// Authenticates by a signed assertion (RFC 7523 §2.2 and §3); each is good once.
async fn by_assertion(
    house: &House,
    assertion: &str,
    named: Option<&str>,
) -> Result<Arc<LiveClient>, Denied> {
    let claimed = peek_issuer(assertion).ok_or_else(|| wrong("a malformed assertion"))?;
    if named.is_some_and(|named| named != claimed) {
        return Err(Denied::request("client_id is not the one of the assertion"));
    }
    let client = known(house, &claimed).await?;
    let source = client.client.keys.as_ref().filter(|_| client.client.auth == AuthMethod::PrivateKeyJwt);
    let source = source.ok_or_else(|| wrong("an assertion from a client that uses none"))?;
    let claims = verify(house, source, assertion, None)
        .await
        .map_err(|_| wrong("an assertion that does not verify"))?;
    check_times(&claims, house.now(), LEEWAY).map_err(|_| wrong("an assertion out of its time"))?;
    let claims: ClientAssertion =
        serde_json::from_value(claims).map_err(|_| wrong("an incomplete assertion"))?;
    let issuer = house.live.issuer();
    let here = [issuer.to_owned(), format!("{issuer}/oauth/token"), format!("{issuer}/oauth/introspect")];
    let until = Moment::from_seconds(claims.exp) + LEEWAY;
    let fits = claims.iss == claimed
        && claims.sub == claimed
        && here.iter().any(|here| claims.aud.names(here))
        && (1..=256).contains(&claims.jti.len())
        && until - house.now() <= LONGEST_ASSERTION;
    if !fits {
        return Err(wrong("an assertion with unfit claims"));
    }
    let digest = digest(&format!("client {claimed} {}", claims.jti));
    match house.commit(vec![Change::AssertionUsed { digest, until }]).await {
        Ok(()) => Ok(client),
        Err(portico_store::CommitError::Taken(_)) => Err(wrong("an assertion used before")),
        Err(error) => Err(refused(&error)),
    }
}

/// The `iss` that a JWT claims, before anything is believed.
pub fn peek_issuer(jwt: &str) -> Option<String> {
    let claims = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(jwt).ok()?.claims;
    claims["iss"].as_str().map(str::to_owned)
}

/// The claims of a JWT signed by the owner of these keys; a key set is fetched once more where
/// the key is not known.
pub async fn verify(
    house: &House,
    source: &KeySource,
    jwt: &str,
    typ: Option<&[&str]>,
) -> Result<serde_json::Value, Denied> {
    let expect = Expect { typ, algs: &[Alg::EdDsa, Alg::Es256, Alg::Rs256] };
    let unreachable = |_| Denied::grant("the key set of the issuer cannot be fetched");
    let keys: Arc<VerifyingKeys> =
        house.keysets.keys(source, house.now(), false).await.map_err(unreachable)?;
    let result = match keys.verify(jwt, &expect) {
        Err(NotVerified::UnknownKey) => {
            let keys = house.keysets.keys(source, house.now(), true).await.map_err(unreachable)?;
            keys.verify(jwt, &expect)
        }
        other => other,
    };
    result.map_err(|error| Denied::grant(error.to_string()))
}

/// The live session of the browser.
pub async fn browser_session(house: &House, headers: &HeaderMap) -> Result<Option<Session>, Denied> {
    let Some(value) = cookie::get(house, headers, cookie::SESSION) else { return Ok(None) };
    house.live.session_by_cookie(&digest(&value)).await.map_err(|cause| unavailable(&cause))
}

/// The token in the `Authorization` header (RFC 6750 §2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// The refusal of a call without a token; it names no error (RFC 6750 §3.1).
pub fn no_token() -> Denied {
    Denied::new(Code::InvalidToken, "")
}

/// The refusal of a token that is not good.
pub fn bad_token() -> Denied {
    Denied::new(Code::InvalidToken, "the token is unknown, has expired, or its session is over")
}

/// The bearer of any token of ours that is good now.
pub async fn holder(house: &House, headers: &HeaderMap) -> Result<Signed, Denied> {
    let token = bearer(headers).ok_or_else(no_token)?;
    let signed = house.live.validate(token).await.map_err(|cause| unavailable(&cause))?;
    signed.ok_or_else(bad_token)
}

/// The bearer of a host's token: the person, through their super app.
pub async fn person(house: &House, headers: &HeaderMap) -> Result<Signed, Denied> {
    let signed = holder(house, headers).await?;
    match signed.token.purpose == Purpose::Host && signed.scope.has("host") {
        true => Ok(signed),
        false => Err(Denied::new(Code::InsufficientScope, "this needs the host's own token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_a_basic_header_are_form_decoded() {
        let encode = |text: &str| STANDARD.encode(text);
        let read = |text: &str| decode_basic(&encode(text));
        assert_eq!(read("org.example.taxi:s3"), Some(("org.example.taxi".into(), "s3".into())));
        assert_eq!(read("a%3Ab:c%2Bd"), Some(("a:b".into(), "c+d".into())));
        assert_eq!(read("nothing"), None);
        assert_eq!(decode_basic("%%%"), None);
    }
}
