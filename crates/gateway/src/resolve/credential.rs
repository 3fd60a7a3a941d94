//! Where a request brings its token. Two are one too many: which of them another server reads is not known.

use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::Refused;

/// The token of `Authorization: Bearer` (RFC 6750 §2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Result<Arc<str>, Refused> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Err(none()) };
    if all.next().is_some() {
        return Err(two());
    }
    let (scheme, token) = readable(value)?.split_once(' ').ok_or_else(none)?;
    match scheme.eq_ignore_ascii_case("bearer") {
        true => Ok(token.trim().into()),
        false => Err(none()),
    }
}

/// The token in the cookie of this name, written just so (RFC 6265 §5.4).
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Result<Arc<str>, Refused> {
    let mut found = None;
    for value in headers.get_all(COOKIE) {
        for pair in readable(value)?.split(';') {
            let Some((_, token)) = pair.trim().split_once('=').filter(|(own, _)| own.trim() == name) else {
                continue;
            };
            if found.replace(token.trim()).is_some() {
                return Err(two());
            }
        }
    }
    found.map(|token| token.trim_matches('"').into()).ok_or_else(none)
}

fn readable(value: &HeaderValue) -> Result<&str, Refused> {
    let text = "Authorization and Cookie are written in visible ASCII characters.";
    value.to_str().map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text))
}

fn none() -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, "missing_token", "This needs a launch token.")
}

fn two() -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "There is more than one token.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn status<T: std::fmt::Debug>(result: Result<T, Refused>) -> u16 {
        result.unwrap_err().status.as_u16()
    }

    #[test]
    fn the_scheme_is_written_in_any_case() {
        for line in ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c"] {
            assert_eq!(&*bearer(&headers(&[("authorization", line)])).unwrap(), "a.b.c");
        }
    }

    #[test]
    fn no_token_is_401_and_two_are_400() {
        for none in [vec![], vec![("authorization", "Basic eDp5")], vec![("authorization", "Bearer")]] {
            assert_eq!(status(bearer(&headers(&none))), 401);
        }
        let mut two = headers(&[("authorization", "Bearer a")]);
        two.append("authorization", "Bearer a".parse().unwrap());
        assert_eq!(status(bearer(&two)), 400);
    }

    #[test]
    fn a_cookie_is_found_by_its_exact_name_in_whichever_header() {
        let mut split = headers(&[("cookie", "a=1; Session=no; b=2")]);
        split.append("cookie", "session=a.b.c".parse().unwrap());
        assert_eq!(&*cookie(&split, "session").unwrap(), "a.b.c");
        assert_eq!(status(cookie(&split, "other")), 401);
        split.append("cookie", "session=x".parse().unwrap());
        assert_eq!(status(cookie(&split, "session")), 400);
        assert_eq!(status(cookie(&headers(&[("cookie", "session=a; session=a")]), "session")), 400);
    }
}
