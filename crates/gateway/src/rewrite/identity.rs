//! Who calls: what came from outside about it is removed, and what the route says is put in its place.

use http::header::{AUTHORIZATION, CONNECTION, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use memchr::memmem;
use portico_core::rule::swap::{
    begins_header, ends_header, is_header, is_odd_header, is_own_cookie, keep, without,
};

use super::CallerIds;
use crate::route::{Injected, Route, TokenPlace};

/// The header in which another back end brings the secret of a route without tokens.
pub const SECRET: &str = "x-portico-secret";

/// How headers end by which servers have a proxy tell them what the path is: gunicorn, Daphne and Pyramid (by default),
/// IIS, and what knows these. In a client's hands each makes another path of the one that was looked into.
const PATHS: [&str; 9] = [
    "script-name",
    "path-info",
    "root-path",
    "vhm-root",
    "original-path",
    "original-uri",
    "original-url",
    "request-uri",
    "rewrite-url",
];

/// Whether a header of this name is removed from every request: what only the gateway may say, what would make another
/// path, and what CGI and its heirs take for another type of the body (`Content_Type`).
pub(crate) fn is_removed(name: &str) -> bool {
    let is_of_body = || begins_header(name, "content-") || is_header(name, "transfer-encoding");
    begins_header(name, "x-wx-")
        || is_header(name, SECRET)
        || PATHS.iter().any(|one| ends_header(name, one))
        || (is_odd_header(name) && is_of_body())
}

/// Removes what no request may say (`X-WX-*`, the secret, other paths, other types), the route's own identity headers in
/// every spelling, the mention of all these in `Connection`, Portico's own cookies, and the token,
/// unless the route keeps it.
///
/// Before the headers that `Connection` names are taken for hop-by-hop ones: otherwise whoever names an identity
/// header there would have it removed behind [`inject`].
pub fn strip(route: &Route, headers: &mut HeaderMap) {
    let is_ours = |name: &str| is_removed(name) || route.maps.identity.iter().any(|one| is_header(name, one));
    let outside: Vec<_> = headers.keys().filter(|name| is_ours(name.as_str())).cloned().collect();
    for name in outside {
        headers.remove(name);
    }
    let connection: Vec<_> = headers.get_all(CONNECTION).iter().cloned().collect();
    // What is not text cannot be read, and goes too.
    let is_named = |value: &HeaderValue| value.to_str().is_err() || tokens(value).any(is_ours);
    if connection.iter().any(is_named) {
        headers.remove(CONNECTION);
        for value in connection {
            let rest: Vec<_> = tokens(&value).filter(|name| !is_ours(name)).collect();
            if let Ok(value) = HeaderValue::try_from(rest.join(", "))
                && !rest.is_empty()
            {
                headers.append(CONNECTION, value);
            }
        }
    }
    strip_own_cookies(&route.token, headers);
    if !route.keep_token {
        strip_token(&route.token, headers);
    }
}

/// Removes the cookies that are Portico's own: a browser sends them to every port of the issuer's host (RFC 6265 §8.5),
/// and who has them is signed in as the person.
fn strip_own_cookies(place: &TokenPlace, headers: &mut HeaderMap) {
    let is_tokens = |name: &str| matches!(place, TokenPlace::Cookie(own) if own == name);
    let is_left = |name: &str, _: &[u8]| !is_own_cookie(name) || is_tokens(name);
    let mentions = |value: &HeaderValue| memmem::find(value.as_bytes(), b"portico").is_some();
    if headers.get_all(COOKIE).iter().any(mentions) {
        keep_cookies(headers, |value| keep(value, is_left));
    }
}

/// Removes what would set a cookie of Portico's own from an answer.
pub(super) fn strip_answer(headers: &mut HeaderMap) {
    let sets_own = |value: &HeaderValue| {
        let name = value.as_bytes().split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default();
        std::str::from_utf8(name).is_ok_and(|name| is_own_cookie(name.trim()))
    };
    if headers.get_all(SET_COOKIE).iter().any(sets_own) {
        let rest: Vec<_> =
            headers.get_all(SET_COOKIE).iter().filter(|value| !sets_own(value)).cloned().collect();
        headers.remove(SET_COOKIE);
        for value in rest {
            headers.append(SET_COOKIE, value);
        }
    }
}

/// Replaces each cookie header by what is left of it.
fn keep_cookies(headers: &mut HeaderMap, left: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    let before: Vec<_> = headers.get_all(COOKIE).iter().cloned().collect();
    headers.remove(COOKIE);
    for value in before {
        if let Some(value) = left(value.as_bytes()).and_then(|rest| HeaderValue::from_bytes(&rest).ok()) {
            headers.append(COOKIE, value);
        }
    }
}

/// The names in a `Connection` header; none in one that is not text.
fn tokens(value: &HeaderValue) -> impl Iterator<Item = &str> {
    value.to_str().unwrap_or_default().split(',').map(str::trim).filter(|token| !token.is_empty())
}

fn strip_token(place: &TokenPlace, headers: &mut HeaderMap) {
    match place {
        TokenPlace::Bearer => drop(headers.remove(AUTHORIZATION)),
        TokenPlace::None => (),
        TokenPlace::Cookie(name) => keep_cookies(headers, |value| without(value, name)),
    }
}

/// Adds the route's identity headers. `app` is the upstream's `wx` app id, or its id where it has none. What is
/// not known (a UnionID without the scope for it, a caller where there is none) is left out.
pub fn inject(route: &Route, app: &str, caller: Option<&CallerIds>, headers: &mut HeaderMap) {
    for (name, injected) in &route.inject {
        let text = match injected {
            Injected::OpenId => caller.map(|caller| caller.there.as_str()),
            Injected::UnionId => caller.and_then(|caller| caller.union_id.as_deref()),
            Injected::App => Some(app),
            Injected::Text(text) => Some(text.as_str()),
        };
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name.clone(), value);
        }
    }
}
