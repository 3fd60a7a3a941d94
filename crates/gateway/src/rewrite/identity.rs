//! Who calls: what came from outside about it is removed, and what the route says is put in its place.

use http::header::{AUTHORIZATION, CONNECTION, COOKIE};
use http::{HeaderMap, HeaderValue};
use portico_core::rule::swap::{begins_header, is_header, without};

use super::CallerIds;
use crate::route::{Injected, Route, TokenPlace};

/// The header in which another back end brings the secret of a route without tokens.
pub const SECRET: &str = "x-portico-secret";

/// Removes what only the gateway may say: every `X-WX-*` and the route's own identity headers in both spellings,
/// the mention of them in `Connection`, the secret, and the token, unless the route keeps it.
///
/// Before the headers that `Connection` names are taken for hop-by-hop ones: otherwise whoever names an identity
/// header there would have it removed behind [`inject`].
pub fn strip(route: &Route, headers: &mut HeaderMap) {
    let is_ours = |name: &str| {
        let identity = || route.maps.identity.iter().any(|one| is_header(name, one));
        begins_header(name, "x-wx-") || is_header(name, SECRET) || identity()
    };
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
    if !route.keep_token {
        strip_token(&route.token, headers);
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
        TokenPlace::Cookie(name) => {
            let before: Vec<_> = headers.get_all(COOKIE).iter().cloned().collect();
            headers.remove(COOKIE);
            for value in before {
                let rest = without(value.as_bytes(), name);
                if let Some(value) = rest.and_then(|rest| HeaderValue::from_bytes(&rest).ok()) {
                    headers.append(COOKIE, value);
                }
            }
        }
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
