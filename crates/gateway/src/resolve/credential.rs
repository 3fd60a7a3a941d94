//! Where a request brings its token. Two are one too many: which of them another server reads is not known.

use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, StatusCode};

use portico_seal::{digest, matches};

use crate::Refused;
use crate::rewrite::SECRET;
use crate::route::BackEnds;

/// The token of `Authorization: Bearer` (RFC 6750 §2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Arc<str>, Refused> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Err(none()) };
    if all.next().is_some() {
        return Err(two());
    }
    let (scheme, token) = readable(value.as_bytes())?.split_once(' ').ok_or_else(none)?;
    match scheme.eq_ignore_ascii_case("bearer") {
        true => Ok(token.trim().into()),
        false => Err(none()),
    }
}

/// The token in the cookie of this name, written just so (RFC 6265 §5.4).
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Result<Arc<str>, Refused> {
    let mut found = None;
    for value in headers.get_all(COOKIE) {
        // What else a page keeps in cookies may be in any charset.
        for pair in value.as_bytes().split(|byte| *byte == b';') {
            let Some(at) = pair.iter().position(|byte| *byte == b'=') else { continue };
            if pair[..at].trim_ascii() == name.as_bytes() && found.replace(&pair[at + 1..]).is_some() {
                return Err(two());
            }
        }
    }
    let token = found.map(|token| readable(token.trim_ascii())).transpose()?;
    token.map(|token| token.trim_matches('"').into()).ok_or_else(none)
}

/// That another back end calls which the route lets in: by its certificate, or by the secret. Either is enough.
pub(super) fn back_end(known: &BackEnds, headers: &HeaderMap, is_certified: bool) -> Result<(), Refused> {
    let mut all = headers.get_all(SECRET).iter();
    let given = (all.next(), all.next());
    let is_secret = match (&known.secret, given) {
        (Some(secret), (Some(given), None)) => {
            given.to_str().is_ok_and(|given| matches(&digest(secret), given))
        }
        _ => false,
    };
    match is_secret || (is_certified && !known.certificates.is_empty()) {
        true => Ok(()),
        false => {
            let text = "This is for back ends that are known here.";
            Err(Refused::new(StatusCode::UNAUTHORIZED, "invalid_client", text))
        }
    }
}

fn readable(value: &[u8]) -> Result<&str, Refused> {
    let text = "A token is written in visible ASCII characters.";
    let is_visible = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    let refused = || Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text);
    std::str::from_utf8(value).ok().filter(|_| is_visible).ok_or_else(refused)
}

/// The error code of a request that brings no token.
pub(crate) const MISSING: &str = "missing_token";

fn none() -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, MISSING, "This needs a launch token.")
}

fn two() -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "There is more than one token.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::HeaderValue;

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

    #[test]
    fn cookies_in_other_scripts_do_not_stand_in_the_way_of_the_token() {
        let mut mixed = HeaderMap::new();
        mixed.insert(
            "cookie",
            HeaderValue::from_bytes("n=張; session = a.b.c; \u{a0}session=x".as_bytes()).unwrap(),
        );
        assert_eq!(&*cookie(&mixed, "session").unwrap(), "a.b.c");
        mixed.insert("cookie", HeaderValue::from_bytes("session=張".as_bytes()).unwrap());
        assert_eq!(status(cookie(&mixed, "session")), 400);
    }

    #[test]
    fn a_back_end_brings_its_secret_once_or_its_certificate() {
        let secret = "0123456789abcdef0123456789abcdef";
        let by_secret = BackEnds { secret: Some(secret.to_owned()), certificates: vec![] };
        let right = headers(&[(SECRET, secret)]);
        assert_eq!(back_end(&by_secret, &right, false), Ok(()));
        assert_eq!(status(back_end(&by_secret, &headers(&[(SECRET, "wrong")]), false)), 401);
        assert_eq!(status(back_end(&by_secret, &headers(&[]), true)), 401);
        let mut twice = right.clone();
        twice.append(SECRET, secret.parse().unwrap());
        assert_eq!(status(back_end(&by_secret, &twice, false)), 401);
        let by_name = BackEnds { secret: None, certificates: vec!["orders.example".to_owned()] };
        assert_eq!(back_end(&by_name, &headers(&[]), true), Ok(()));
        assert_eq!(status(back_end(&by_name, &right, false)), 401);
        assert_eq!(status(back_end(&BackEnds::default(), &right, true)), 401);
    }
}
