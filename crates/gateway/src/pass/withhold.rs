//! Tokens are kept from the upstream wherever a request has them.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, request};
use memchr::memmem;
use percent_encoding::percent_decode;
use portico_core::rule::swap::keep;
use portico_live::Live;

use crate::Refused;
use crate::resolve::unavailable;

/// By so many of its last characters, which are of its signature, a token is known in other texts.
const TAIL: usize = 40;
/// How many texts beside the caller's token may be looked at for whether they are tokens: each may cost a signature.
const MOST: usize = 8;

/// Takes the caller's token out of every header: a page may send it in a cookie as well, and a browser an address
/// with it as `Referer`. Other tokens of Portico's that are good now go too, where tokens are: in `Authorization`
/// and in cookies. 400 where the caller's stands in the target, which is written down by many.
pub(super) async fn from_head(
    live: &Live,
    token: Option<&str>,
    head: &mut request::Parts,
) -> Result<(), Refused> {
    let others: Vec<_> = like_tokens(&head.headers).take(MOST + 1).map(str::to_owned).collect();
    if others.len() > MOST {
        return Err(misplaced("There are too many tokens."));
    }
    if let Some(token) = token {
        own_from_head(token, head)?;
    }
    for other in others {
        if live.validate(&other).await.map_err(unavailable)?.is_some() {
            remove(&other, &mut head.headers);
        }
    }
    Ok(())
}

/// The caller's alone.
pub(crate) fn own_from_head(token: &str, head: &mut request::Parts) -> Result<(), Refused> {
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    if [path, query].into_iter().any(|text| is_in(text.as_bytes(), token)) {
        return Err(misplaced("The token does not belong into the address."));
    }
    remove(token, &mut head.headers);
    Ok(())
}

/// 400 where the caller's token stands in a body that was read, unpacked.
pub(crate) fn from_body(token: &str, body: &[u8]) -> Result<(), Refused> {
    match contains(body, tail(token)) {
        true => Err(misplaced("The token does not belong into the body.")),
        false => Ok(()),
    }
}

/// Whether the token stands in a text of a target, encoded or not.
fn is_in(text: &[u8], token: &str) -> bool {
    text.len() >= token.len()
        && (contains(text, tail(token))
            || (text.contains(&b'%') && contains(&percent_decode(text).collect::<Vec<_>>(), tail(token))))
}

fn tail(token: &str) -> &[u8] {
    &token.as_bytes()[token.len().saturating_sub(TAIL)..]
}

fn contains(text: &[u8], tail: &[u8]) -> bool {
    text.len() >= tail.len() && memmem::find(text, tail).is_some()
}

/// Whether a text may be a token at all: written as one, or so long that it is in no other text by chance.
pub(crate) fn may_be_token(text: &str) -> bool {
    is_written_as_token(text) || text.len() >= TAIL
}

/// Whether a text is written as a signed token is (RFC 7515 §7.1): the first part of one is a JSON object.
fn is_written_as_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// What is written as a token in the headers where tokens are.
fn like_tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let separators = [' ', ';', ',', '=', '"'];
    let all = [AUTHORIZATION, COOKIE].into_iter().flat_map(|name| headers.get_all(name));
    let words = all.filter_map(|value| value.to_str().ok()).flat_map(move |text| text.split(separators));
    words.filter(|word| is_written_as_token(word))
}

/// Takes it out: of cookies only the pair that has it, of other headers the whole.
fn remove(token: &str, headers: &mut HeaderMap) {
    let has_it = |text: &[u8]| contains(text, tail(token));
    let named: Vec<_> =
        headers.iter().filter(|(_, value)| has_it(value.as_bytes())).map(|(name, _)| name.clone()).collect();
    for name in named {
        let all: Vec<_> = headers.get_all(&name).iter().cloned().collect();
        headers.remove(&name);
        for value in all.iter().filter(|_| name == COOKIE) {
            let rest = keep(value.as_bytes(), |name, value| !has_it(name.as_bytes()) && !has_it(value));
            if let Some(rest) = rest.and_then(|rest| HeaderValue::from_bytes(&rest).ok()) {
                headers.append(&name, rest);
            }
        }
    }
}

fn misplaced(text: &'static str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.0123456789abcdefghijklmnopqrstuvwxyzABCD-_";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_is_found_in_an_address_however_it_is_encoded() {
        let encoded = TOKEN.replace('.', "%2E").replace("01", "%30%31").replace('z', "%7a");
        for text in [TOKEN.to_owned(), format!("a=1&token={TOKEN}&b"), encoded] {
            assert!(is_in(text.as_bytes(), TOKEN), "{text}");
        }
        for text in
            ["", "a=1", "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.0123456789abcdefghijklmnopqrstuvwxyzABCD--"]
        {
            assert!(!is_in(text.as_bytes(), TOKEN), "{text}");
        }
        assert!(from_body(TOKEN, format!("{{\"token\":\"{TOKEN}\"}}").as_bytes()).is_err());
        assert!(from_body(TOKEN, b"{}").is_ok());
    }

    #[test]
    fn tokens_leave_the_cookies_beside_them() {
        let cookies = format!("a=1; token=\"{TOKEN}\"; b=2");
        let mut some =
            headers(&[("cookie", &cookies), ("referer", &format!("https://a/?t={TOKEN}")), ("x", "1")]);
        remove(TOKEN, &mut some);
        assert_eq!(some, headers(&[("cookie", "a=1; b=2"), ("x", "1")]));
        some.append("cookie", format!("c=3;d={TOKEN}").parse().unwrap());
        remove(TOKEN, &mut some);
        assert_eq!(some.get_all("cookie").iter().collect::<Vec<_>>(), ["a=1; b=2", "c=3"]);
        for alone in [format!("token={TOKEN}"), TOKEN.to_owned(), format!("{TOKEN}=1"), format!(" {TOKEN} ;")]
        {
            let mut alone = headers(&[("cookie", &alone)]);
            remove(TOKEN, &mut alone);
            assert!(alone.is_empty(), "{alone:?}");
        }
    }

    #[test]
    fn a_short_text_that_is_not_written_as_a_token_cannot_be_one() {
        for text in ["", "x", "token", "a.b.c", "eyJ", "eyJ.x", "eyJ.x.y.z", &"x".repeat(TAIL - 1)] {
            assert!(!may_be_token(text), "{text}");
        }
        for text in [TOKEN, "eyJ.x.y", &"x".repeat(TAIL)] {
            assert!(may_be_token(text), "{text}");
        }
    }

    #[test]
    fn what_is_written_as_a_token_is_looked_at_where_tokens_are() {
        let cookies = format!("a={TOKEN}; b=eyJ.x; c=\"eyJ.y.z\"");
        let all = headers(&[("cookie", &cookies), ("authorization", "Bearer eyJ.1.2"), ("x", "eyJ.a.b")]);
        assert_eq!(like_tokens(&all).collect::<Vec<_>>(), ["eyJ.1.2", TOKEN, "eyJ.y.z"]);
    }
}
